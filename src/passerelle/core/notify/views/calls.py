"""What gateways call: receipts and messages from people. Kannel calls by GET; each call is signed, or bears the key."""

from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from passerelle.core.access import api as access
from passerelle.core.access.api import AuthenticatedRequest
from passerelle.core.notify.services.hearing import take_answer
from passerelle.core.notify.services.receipts import UnknownMessage, take_receipt
from passerelle.core.notify.signing import is_signed


@access.public
@csrf_exempt
@require_http_methods(["GET", "POST"])
def receipt(request: AuthenticatedRequest, public_id: UUID, signature: str) -> HttpResponse:
    """Take a delivery report: `etat` is Kannel's %d."""
    given = request.GET
    if not is_signed(public_id, signature):
        return HttpResponse(status=403)
    if not given.get("etat", "").isdecimal():
        return HttpResponse(status=400)
    try:
        take_receipt(
            public_id=public_id, bits=int(given["etat"][:4]), at=timezone.now(), reference=given.get("ref", "")
        )
    except UnknownMessage:
        return HttpResponse(status=404)
    return HttpResponse(status=204)


@access.public
@csrf_exempt
@require_http_methods(["GET", "POST"])
def inbound(request: AuthenticatedRequest) -> HttpResponse:
    """Take an SMS that somebody wrote: `de` is Kannel's %p, `texte` %b, `id` %I, `cle` our key.

    The answer is empty: what we write back leaves by the queue.
    """
    given = request.POST if request.method == "POST" else request.GET
    key = settings.SMS_GATEWAY["inbound_key"]
    if not key or not constant_time_compare(given.get("cle", ""), key):
        return HttpResponse(status=403)
    if not given.get("de"):
        return HttpResponse(status=400)
    at = timezone.now()
    take_answer(
        sender=given["de"][:30], text=given.get("texte", ""), at=at, reference=_reference(given.get("id", ""), at)
    )
    return HttpResponse(status=200)


def _reference(given: str, at: datetime) -> str:
    """Return the gateway's identifier, of its day: some count from zero again when they start."""
    return f"{at.astimezone(UTC):%Y-%m-%d}:{given[:150]}" if given else ""
