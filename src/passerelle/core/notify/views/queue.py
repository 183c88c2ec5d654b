from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.notify.forms import ReasonForm, RecipientForm, SearchForm
from passerelle.core.notify.selectors.queue import (
    MessagePage,
    Search,
    digest_of,
    gateway_lines,
    message_page,
    messages,
    stop_of,
)
from passerelle.core.notify.selectors.samples import samples
from passerelle.core.notify.selectors.scope import keeps_all, relation_to
from passerelle.core.notify.services import deciding


@access.requires(Kind.MESSAGE, Act.SEARCH)
@require_safe
def queue(request: AuthenticatedRequest) -> HttpResponse:
    form = SearchForm(request.GET or None)
    search = form.search() if request.GET else Search()
    found = messages(request.viewer, search)
    next_url = "" if found.next_before is None else f"?{urlencode({**request.GET.dict(), 'avant': found.next_before})}"
    context = {
        "gateways": gateway_lines(at=timezone.now()) if keeps_all(request.viewer) else [],
        "form": form,
        "found": found,
        "is_filtered": bool(request.GET),
        "next_url": next_url,
        "stop": stop_of(search.digest) if search.digest else None,
        "digest": search.digest,
        "recipient_form": RecipientForm(),
        "reason_form": ReasonForm(),
    }
    return render(request, "notify/queue.html", context)


@access.requires(Kind.MESSAGE, Act.SEARCH)
@require_POST
def find(request: AuthenticatedRequest) -> HttpResponse:
    """Look for a recipient: by a form, so that no number is written in an address."""
    form = RecipientForm(request.POST)
    digest = digest_of(form.cleaned_data["recipient"]) if form.is_valid() else ""
    if not digest:
        notices.error(request, "Donnez un numéro complet ou une adresse de courriel.")
        return redirect("notify:queue")
    return redirect(f"{reverse('notify:queue')}?{urlencode({'empreinte': digest})}")


@access.requires(Kind.MESSAGE, Act.SEARCH)
@require_safe
def message(request: AuthenticatedRequest, message_id: int) -> HttpResponse:
    page = _page(request, message_id)
    context = {"page": page, "form": ReasonForm(), "may_decide": _may_decide(request, page.establishment)}
    return render(request, "notify/message.html", context)


@access.requires(Kind.MESSAGE, Act.SEARCH)
@require_safe
def templates(request: AuthenticatedRequest) -> HttpResponse:
    return render(request, "notify/templates.html", {"samples": samples()})


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def send_again(request: AuthenticatedRequest, message_id: int) -> HttpResponse:
    return _decide(request, message_id, deciding.send_again, "Remis en file\u00a0: il part avec les prochains.")


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def assume_sent(request: AuthenticatedRequest, message_id: int) -> HttpResponse:
    return _decide(request, message_id, deciding.assume_sent, "Considéré parti\u00a0: il ne sera pas renvoyé.")


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def pause(request: AuthenticatedRequest, code: str) -> HttpResponse:
    _keeps_gateways(request)
    try:
        deciding.pause(gateway=code, by=request.viewer.actor(), at=timezone.now(), reason=_reason(request))
    except deciding.ReasonRequired as refusal:
        notices.error(request, refusal.__doc__ or "")
    else:
        notices.success(request, "Suspendue\u00a0: les messages attendent.")
    return redirect("notify:queue")


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def resume(request: AuthenticatedRequest, code: str) -> HttpResponse:
    _keeps_gateways(request)
    deciding.resume(gateway=code, by=request.viewer.actor(), at=timezone.now())
    notices.success(request, "Reprise\u00a0: les messages partent avec le prochain tour, dans la minute.")
    return redirect("notify:queue")


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def lift(request: AuthenticatedRequest) -> HttpResponse:
    """Lift a STOP for somebody who asks for it."""
    _keeps_gateways(request)
    digest = request.POST.get("digest", "")
    if deciding.lift(digest=digest, by=request.viewer.actor(), at=timezone.now()):
        notices.success(request, "STOP levé\u00a0: cette personne recevra de nouveau nos messages.")
    return redirect("notify:queue")


def _decide(request: AuthenticatedRequest, message_id: int, act: Callable[..., None], done: str) -> HttpResponse:
    page = _page(request, message_id)
    if not _may_decide(request, page.establishment):
        raise Http404
    try:
        act(message_id=message_id, by=request.viewer.actor(), at=timezone.now(), reason=_reason(request))
    except (deciding.ReasonRequired, deciding.NothingToDecide, deciding.TooLate) as refusal:
        notices.error(request, refusal.__doc__ or "")
    else:
        notices.success(request, done)
    return redirect("notify:message", message_id)


def _page(request: AuthenticatedRequest, message_id: int) -> MessagePage:
    page = message_page(request.viewer, message_id, at=timezone.now())
    if page is None:
        raise Http404
    return page


def _keeps_gateways(request: AuthenticatedRequest) -> None:
    if not keeps_all(request.viewer):
        raise Http404


def _may_decide(request: AuthenticatedRequest, establishment: str) -> bool:
    relation = relation_to(request.viewer, establishment)
    return access.allowed(request.viewer, Kind.MESSAGE, Act.REPLAY, relation=relation)


def _reason(request: AuthenticatedRequest) -> str:
    form = ReasonForm(request.POST)
    return form.cleaned_data["reason"] if form.is_valid() else ""
