"""What every write goes through: no forged session, the right type of content, and a refusal that leaves a trace."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone

from passerelle.care.record.fhir.answers import MIME, Refusal
from passerelle.care.record.rules.writes import WriteRefused, refused
from passerelle.core.access.api import AuthenticatedRequest
from passerelle.core.audit import api as audit
from passerelle.protocols.fhir import api as fhir

View = Callable[..., HttpResponse]
JSON: Final = frozenset({"application/fhir+json", "application/json", "text/json"})
JSON_PATCH: Final = frozenset({"application/json-patch+json", *JSON})
#: Refusals that a person of the sending side has something to mend in.
_KEPT: Final = frozenset({400, 409, 422})
_MOST_TOLD: Final = 10


class _Forgery(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        del request
        return HttpResponse(reason, status=403)


def _nothing(request: HttpRequest) -> HttpResponse:
    del request
    return HttpResponse()


_forgery: Final = _Forgery(_nothing)


def writing(view: View) -> View:
    """Guard a write: refuse one that a page forged, answer a refusal by its OperationOutcome and keep its trace."""

    @wraps(view)
    def guarded(request: AuthenticatedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        _check_forgery(request)
        try:
            return view(request, *args, **kwargs)
        except WriteRefused as refusal:
            leave_trace(request, refusal)
            body = fhir.dumps(fhir.outcome_of(refusal.issues))
            return HttpResponse(body, content_type=MIME, status=refusal.status)

    return guarded


def _check_forgery(request: AuthenticatedRequest) -> None:
    """Refuse the write of a browser's session without the token of that session; a bearer of a token has no cookie."""
    if request.viewer.scopes is not None or request.viewer.application:
        return
    if _forgery.process_view(request, _nothing, (), {}) is not None:
        raise Refusal(403, "forbidden", "Écriture refusée : ni jeton d’accès, ni jeton de la session (X-CSRFToken).")


def body_of(request: HttpRequest, kinds: frozenset[str] = JSON) -> bytes:
    """Return the content sent, of one of these types.

    Raises:
        Refusal: it is of another type, or too long.
    """
    kind, _, charset = request.headers.get("Content-Type", "").partition(";")
    if kind.strip().lower() not in kinds or "Content-Encoding" in request.headers:
        raise Refusal(415, "not-supported", f"Type de contenu attendu : {', '.join(sorted(kinds))}, en clair.")
    if "charset" in charset.lower() and "utf-8" not in charset.lower():
        raise Refusal(415, "not-supported", "Le JSON de FHIR est en UTF-8.")
    content = request.read(fhir.MOST_BYTES + 1)
    if len(content) > fhir.MOST_BYTES:
        raise Refusal(413, "too-long", f"Plus de {fhir.MOST_BYTES // 1024 // 1024} Mo.")
    return bytes(content)


def resource_of(request: HttpRequest) -> fhir.Written:
    """Return the resource sent.

    Raises:
        WriteRefused: it is not the JSON of a resource.
    """
    return written_of(body_of(request))


def written_of(content: bytes) -> fhir.Written:
    """Return a resource out of its text.

    Raises:
        WriteRefused: it is not the JSON of a resource.
    """
    try:
        return fhir.read_written(content)
    except fhir.FhirError as fault:
        raise refused(400, "structure", fault.why, fault.where) from fault


def id_of(text: str, *, expression: str = "id") -> UUID:
    """Return the id that a writer gives.

    Raises:
        WriteRefused: it is not a UUID.
    """
    try:
        found = UUID(text)
    except ValueError:
        found = None
    if found is None or str(found) != text:
        raise refused(400, "value", "l’id est un UUID, en minuscules", expression)
    return found


def version_asked(request: HttpRequest) -> int | None:
    """Return the version of the If-Match header; None without it."""
    return version_of(request.headers.get("If-Match"))


def version_of(told: str | None) -> int | None:
    """Return the version an ETag tells; None when there is none.

    Raises:
        WriteRefused: it is not an ETag of ours.
    """
    if told is None:
        return None
    number = told.strip().removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise refused(412, "conflict", 'If-Match attend la version lue, sous la forme W/"3"')
    return int(number)


def criteria_of(query: str | None) -> Mapping[str, Sequence[str]] | None:
    """Return the search criteria of a query string; None without one."""
    return parse_qs(query.rpartition("?")[2], keep_blank_values=True) if query else None


def leave_trace(request: AuthenticatedRequest, refusal: WriteRefused, address: str = "") -> None:
    """Keep in the journal what was refused and why: elements, codes and sentences, never the content."""
    if refusal.status not in _KEPT:
        return
    told = [{"code": one.code, "expression": one.expression, "text": one.text} for one in refusal.issues[:_MOST_TOLD]]
    audit.record(
        audit.Action.WRITE_REFUSED,
        by=request.viewer.actor(),
        at=timezone.now(),
        target=f"fhir:{address or request.path.partition('/fhir/')[2]}",
        outcome="denied",
        detail={"method": str(request.method), "status": refusal.status, "issues": told}
        | ({"application": request.viewer.application} if request.viewer.application else {}),
    )
