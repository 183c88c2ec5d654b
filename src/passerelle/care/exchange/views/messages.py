from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from passerelle.care.exchange import selectors
from passerelle.care.exchange.forms import DecisionForm, SearchForm
from passerelle.care.exchange.services.deciding import NotParked, ReasonRequired, replay, set_aside
from passerelle.care.exchange.views.checks import check_message, following, require_replay
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@access.requires(Kind.MESSAGE, Act.SEARCH)
@require_safe
def messages(request: AuthenticatedRequest) -> HttpResponse:
    form = SearchForm(request.GET or None)
    search = form.search() if form.is_valid() else selectors.Search()
    if search.text:
        relation = selectors.relation_to(request.viewer, search.establishment)
        target, now = "message:recherche", timezone.now()
        access.check(request.viewer, Kind.MESSAGE, Act.SEARCH, relation=relation, target=target, at=now)
    found = selectors.messages(request.viewer, search)
    context = {
        "form": form,
        "found": found,
        "is_filtered": bool(request.GET),
        "replay_url": _replay_url(request, search),
        "next_url": following(request, found.next_before),
    }
    return render(request, "exchange/messages.html", context)


def _replay_url(request: AuthenticatedRequest, search: selectors.Search) -> str:
    """Offer to replay what a filter finds; an identifier is not one: a patient is replayed message by message."""
    is_filter = any((search.state, search.kind, search.establishment, search.channel, search.error, search.since))
    if search.text or not is_filter or not request.viewer.may(Kind.MESSAGE, Act.REPLAY):
        return ""
    return f"{reverse('exchange:new_run')}?{request.GET.urlencode()}"


@access.requires(Kind.MESSAGE, Act.READ)
@require_safe
def message(request: AuthenticatedRequest, message_id: UUID) -> HttpResponse:
    page = selectors.message_page(request.viewer, message_id)
    if page is None:
        raise Http404
    check_message(request, Act.READ, page.establishment, message_id, timezone.now())
    return render(request, "exchange/message.html", {"page": page, "form": DecisionForm()})


@access.requires(Kind.MESSAGE, Act.READ)
@require_safe
def raw(request: AuthenticatedRequest, message_id: UUID) -> HttpResponse:
    found = selectors.raw_bytes(request.viewer, message_id)
    if found is None:
        raise Http404
    establishment, content = found
    check_message(request, Act.READ, establishment, message_id, timezone.now())
    headers = {"Content-Disposition": f'attachment; filename="{message_id}.hl7"'}
    return HttpResponse(content, content_type="application/octet-stream", headers=headers)


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def replay_message(request: AuthenticatedRequest, message_id: UUID) -> HttpResponse:
    return _decide(request, message_id, "replay")


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def set_message_aside(request: AuthenticatedRequest, message_id: UUID) -> HttpResponse:
    return _decide(request, message_id, "set_aside")


def _decide(request: AuthenticatedRequest, message_id: UUID, decision: str) -> HttpResponse:
    found = selectors.message_page(request.viewer, message_id)
    if found is None:
        raise Http404
    require_replay(request, found.establishment)
    form = DecisionForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    act, done = (replay, "Le message est relancé.") if decision == "replay" else (set_aside, "Le message est écarté.")
    try:
        act(message_id=message_id, by=request.viewer.actor(), at=timezone.now(), reason=reason)
    except (NotParked, ReasonRequired) as refusal:
        notices.error(request, refusal.__doc__ or "")
    else:
        notices.success(request, done)
    return redirect("exchange:message", message_id)
