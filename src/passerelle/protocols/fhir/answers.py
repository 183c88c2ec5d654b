"""What a server says back: OperationOutcome and Bundles."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from passerelle.protocols.fhir.codec import Json
from passerelle.protocols.fhir.datatypes import moment, pruned
from passerelle.protocols.fhir.issues import Issue


def operation_outcome(severity: str, code: str, text: str, expression: Sequence[str] = ()) -> Json:
    """Return an OperationOutcome of one issue; `code` is of the value set issue-type (not-found, invalid…)."""
    return outcome_of([Issue(severity, code, text, expression[0] if expression else "")])


def outcome_of(issues: Iterable[Issue]) -> Json:
    """Return an OperationOutcome of these issues."""
    told = [
        pruned(
            {
                "severity": issue.severity,
                "code": issue.code,
                "details": {"text": issue.text},
                "diagnostics": issue.text,
                "expression": [issue.expression] if issue.expression else None,
            }
        )
        for issue in issues
    ]
    return {"resourceType": "OperationOutcome", "issue": told}


def bundle_searchset(
    matches: Iterable[tuple[str, Json]],
    *,
    self_url: str,
    total: int | None = None,
    next_url: str | None = None,
    included: Iterable[tuple[str, Json]] = (),
) -> Json:
    """Return a searchset Bundle of (full URL, resource) pairs; `total` only when it was counted."""
    entries = [_entry(url, resource, "match") for url, resource in matches]
    entries += [_entry(url, resource, "include") for url, resource in included]
    return _bundle("searchset", entries, {"self": self_url, "next": next_url}, total)


def bundle_history(
    versions: Iterable[tuple[str, Json, datetime]],
    *,
    self_url: str,
    total: int | None = None,
    next_url: str | None = None,
) -> Json:
    """Return a history Bundle of (full URL, resource, moment), newest first."""
    entries = [
        {
            "fullUrl": url,
            "resource": resource,
            "request": {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"},
            "response": pruned({"status": "200", "etag": _etag(resource), "lastModified": moment(at)}),
        }
        for url, resource, at in versions
    ]
    return _bundle("history", entries, {"self": self_url, "next": next_url}, total)


def _entry(url: str, resource: Json, mode: str) -> Json:
    return {"fullUrl": url, "resource": resource, "search": {"mode": mode}}


def _etag(resource: Json) -> str | None:
    version = resource.get("meta", {}).get("versionId")
    return f'W/"{version}"' if version else None


def _bundle(kind: str, entries: list[Json], links: dict[str, str | None], total: int | None) -> Json:
    shown = [{"relation": relation, "url": url} for relation, url in links.items() if url]
    return pruned({"resourceType": "Bundle", "type": kind, "total": total, "link": shown, "entry": entries})
