"""Send resources to a FHIR R4 server, or tell a subscriber of them (rest-hook)."""

from typing import Final
from urllib.parse import quote

from passerelle.care.delivery.rules.answering import Answer
from passerelle.care.delivery.transports.http import Reply, Tokens, Web, verdict_of
from passerelle.care.delivery.transports.parcel import Parcel
from passerelle.protocols import fhir

_JSON: Final = "application/fhir+json"
_UNAUTHORIZED: Final = 401


class FhirTransport:
    """Updates by PUT a resource that has an id; creates another one once, by its identifier (If-None-Exist)."""

    def __init__(self, base: str, web: Web, tokens: Tokens) -> None:
        self._base = base.rstrip("/")
        self._web = web
        self._tokens = tokens

    def send(self, parcel: Parcel) -> Answer:
        """Send a resource; what the server explains (OperationOutcome) is kept.

        Raises:
            NotSent: no connection, or no token.
            Unanswered: no whole answer in time.
        """
        resource = fhir.loads(parcel.payload)
        kind, number = str(resource["resourceType"]), str(resource.get("id") or "")
        headers = {
            "Content-Type": _JSON,
            "Accept": _JSON,
            "Prefer": "return=OperationOutcome",
            **self._tokens.headers(),
        }
        if number:
            reply = self._web.ask("PUT", f"{self._base}/{kind}/{number}", content=parcel.payload, headers=headers)
        else:
            once = _identifier(resource)
            if once:
                headers["If-None-Exist"] = f"identifier={once}"
            reply = self._web.ask("POST", f"{self._base}/{kind}", content=parcel.payload, headers=headers)
        return _judged(reply, self._tokens)

    def close(self) -> None:
        """Close the connections."""
        self._web.close()


class RestHookTransport:
    """Tells a subscriber: the whole resource by PUT under its address, or an empty POST."""

    def __init__(self, endpoint: str, web: Web, tokens: Tokens, *, is_empty: bool) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._web = web
        self._tokens = tokens
        self._is_empty = is_empty

    def send(self, parcel: Parcel) -> Answer:
        """Tell that a resource has changed. Source: FHIR R4, Subscription, rest-hook channel.

        Raises:
            NotSent: no connection, or no token.
            Unanswered: no whole answer in time.
        """
        headers = self._tokens.headers()
        if self._is_empty:
            reply = self._web.ask("POST", self._endpoint, content=b"", headers=headers)
        else:
            resource = fhir.loads(parcel.payload)
            address = f"{self._endpoint}/{resource['resourceType']}/{resource.get('id', '')}"
            reply = self._web.ask("PUT", address, content=parcel.payload, headers={**headers, "Content-Type": _JSON})
        return _judged(reply, self._tokens)

    def close(self) -> None:
        """Close the connections."""
        self._web.close()


def _judged(reply: Reply, tokens: Tokens) -> Answer:
    if reply.status == _UNAUTHORIZED:
        tokens.forget()
    return verdict_of(reply, told=_outcome(reply.body))


def _outcome(body: bytes) -> str:
    """Return what an OperationOutcome explains, "" when the answer is something else."""
    try:
        told = fhir.loads(body)
    except (fhir.FhirError, ValueError):
        return ""
    if told.get("resourceType") != "OperationOutcome":
        return ""
    lines = []
    for issue in told.get("issue") or []:
        place = ", ".join(issue.get("expression") or [])
        text = issue.get("diagnostics") or (issue.get("details") or {}).get("text") or issue.get("code", "")
        lines.append(f"{place} : {text}" if place else str(text))
    return " ; ".join(lines)


def _identifier(resource: dict[str, object]) -> str:
    """Return `system|value` of the first identifier, as a search asks for it."""
    found = resource.get("identifier")
    first = found[0] if isinstance(found, list) and found else found
    if not isinstance(first, dict) or not first.get("value"):
        return ""
    return f"{quote(str(first.get('system', '')), safe='')}%7C{quote(str(first['value']), safe='')}"
