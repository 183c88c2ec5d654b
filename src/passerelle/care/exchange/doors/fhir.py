"""The FHIR door: a resource or a Bundle posted under the key of a channel, kept byte for byte like a message."""

import logging
from typing import Final

import psycopg
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from passerelle.care.channels import api as channels
from passerelle.care.channels.api import Channel
from passerelle.care.exchange.doors.applied import Applied, MessageKey, wait_applied
from passerelle.care.exchange.doors.forms.resources import from_fhir
from passerelle.care.exchange.doors.taking import Content, Taken, frame_of, take
from passerelle.core.access import api as access
from passerelle.protocols.fhir import api as fhir

_log = logging.getLogger(__name__)
MIME: Final = "application/fhir+json; fhirVersion=4.0; charset=utf-8"
_JSON: Final = frozenset({"application/fhir+json", "application/json"})
_LARGEST: Final = 20 * 1024 * 1024


@access.public  # opened by the key of a channel, not by an account
@csrf_exempt
@require_POST
def post_resource(request: HttpRequest, kind: str = "") -> HttpResponse:
    channel = _channel(request)
    if channel is None:
        answer = _outcome(401, "login", "La clé du canal manque, ou n’ouvre aucun canal FHIR en service.")
        answer["WWW-Authenticate"] = 'Bearer realm="Passerelle"'
        return answer
    refusal = _refusal(request)
    if refusal is not None:
        return refusal
    at = timezone.now()
    frame = frame_of(channel, at=at)
    content = Content(request.body, lambda raw: from_fhir(raw, frame, kind=kind))
    try:
        (taken,) = take([content], channel=channel, peer=f"fhir:{request.META.get('REMOTE_ADDR', '')}", at=at)
        return _answer(channel, taken, frame.application)
    except (Error, psycopg.Error) as error:
        _log.warning("a FHIR deposit is not stored (%s)", type(error).__name__)
        return _outcome(503, "transient", "Rien n’est enregistré. Renvoyez le même contenu dans un instant.")


def _channel(request: HttpRequest) -> Channel | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    code = channels.channel_of_key(secret.strip()) if scheme.lower() == "bearer" else None
    found = channels.channel(code) if code else None
    return found if found is not None and found.enabled and found.source.door == "fhir" else None


def _refusal(request: HttpRequest) -> HttpResponse | None:
    if (request.content_type or "").lower() not in _JSON:
        return _outcome(415, "not-supported", "Le contenu attendu est application/fhir+json.")
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        length = 0
    if not 0 < length <= _LARGEST:
        return _outcome(413, "too-long", f"Un contenu de {_LARGEST // 1024 // 1024} Mio au plus est attendu.")
    return None


def _answer(channel: Channel, taken: Taken, application: str) -> HttpResponse:
    if not taken.is_accepted:
        status = 422 if taken.error != "207" else 503
        return _outcome(status, "processing", taken.why, _path(taken.where))
    if channel.contract.acknowledge == "stored":
        return _outcome(202, "informational", f"Enregistré sous {taken.control_id}.", severity="information")
    key = MessageKey(taken.control_id, application, channel.source.facilities[0])
    applied = wait_applied(key, seconds=channel.contract.wait_seconds)
    return _applied_answer(taken, applied)


def _applied_answer(taken: Taken, applied: Applied) -> HttpResponse:
    if applied.is_applied:
        return _outcome(200, "informational", f"Appliqué sous {taken.control_id}.", severity="information")
    if applied.is_late:
        why = f"Enregistré sous {taken.control_id}, pas encore appliqué. Renvoyez le même contenu pour savoir."
        return _outcome(202, "incomplete", why, severity="warning")
    return _outcome(422, "business-rule", applied.why, _path(applied.where))


def _path(where: str) -> str:
    """Return a place when it is a FHIRPath; a place of HL7 v2 says nothing to who sent a resource."""
    return "" if "^" in where or "/" in where else where


def _outcome(status: int, code: str, why: str, path: str = "", *, severity: str = "error") -> HttpResponse:
    outcome = fhir.operation_outcome(severity, code, why, [path] if path else [])
    return HttpResponse(fhir.dumps(outcome), content_type=MIME, status=status)
