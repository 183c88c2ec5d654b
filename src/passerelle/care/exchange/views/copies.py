from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from passerelle.care.exchange import selectors
from passerelle.care.exchange.forms import CopyForm
from passerelle.care.exchange.replaying import copies
from passerelle.care.exchange.rules.editing import NotEncodable, editable
from passerelle.care.exchange.services.deciding import NotParked, ReasonRequired
from passerelle.care.exchange.views.checks import check_message, require_replay
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind

_REFUSALS = (copies.CopyRefused, copies.NothingToCopy, NotEncodable, NotParked, ReasonRequired)


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: AuthenticatedRequest, message_id: UUID) -> HttpResponse:
    """Edit a copy: look at what it would be answered, then send it."""
    found = selectors.message_page(request.viewer, message_id)
    if found is None:
        raise Http404
    require_replay(request, found.establishment)
    if request.method != "POST":
        check_message(request, Act.READ, found.establishment, message_id, timezone.now())
        raw = selectors.raw_bytes(request.viewer, message_id)
        form = CopyForm(initial={"text": editable(raw[1]) if raw else ""})
        return render(request, "exchange/copy.html", {"page": found, "form": form, "preview": None})
    form = CopyForm(request.POST)
    if not form.is_valid():
        return render(request, "exchange/copy.html", {"page": found, "form": form, "preview": None})
    if "envoyer" in request.POST:
        return _send(request, found, form)
    return _preview(request, found, form)


def _preview(request: AuthenticatedRequest, found: selectors.MessagePage, form: CopyForm) -> HttpResponse:
    shown = None
    try:
        shown = copies.preview(original_id=found.id, text=form.cleaned_data["text"], at=timezone.now())
    except (NotEncodable, copies.NothingToCopy) as refusal:
        form.add_error("text", refusal.__doc__ or "")
    findings = selectors.validation_of(shown.raw) if shown else []
    context = {"page": found, "form": form, "preview": shown, "findings": findings}
    return render(request, "exchange/copy.html", context)


def _send(request: AuthenticatedRequest, found: selectors.MessagePage, form: CopyForm) -> HttpResponse:
    asked = form.cleaned_data
    by, now = request.viewer.actor(), timezone.now()
    try:
        made = copies.send_copy(original_id=found.id, text=asked["text"], by=by, at=now, reason=asked["reason"])
    except _REFUSALS as refusal:
        form.add_error(None, refusal.__doc__ or "")
        return _preview(request, found, form)
    notices.success(request, "La copie est envoyée : elle suit le chemin de tout message.".replace(" :", "\u00a0:"))
    return redirect("exchange:message", made)
