from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from passerelle.care.exchange import selectors
from passerelle.care.exchange.forms import DecisionForm, SearchForm
from passerelle.care.exchange.services.deciding import NotParked, ReasonRequired, replay, set_aside
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@access.requires(Kind.MESSAGE, Act.SEARCH)
@require_safe
def messages(request: AuthenticatedRequest) -> HttpResponse:
    form = SearchForm(request.GET or None)
    search = _search(form)
    now = timezone.now()
    if search.text:
        relation = selectors.relation_to(request.viewer, search.establishment)
        access.check(request.viewer, Kind.MESSAGE, Act.SEARCH, relation=relation, target="message:recherche", at=now)
    found = selectors.messages(request.viewer, search)
    context = {
        "form": form,
        "found": found,
        "is_filtered": bool(request.GET),
        "next_url": _following(request, found.next_before),
        "counters": selectors.counters(request.viewer, at=now),
    }
    return render(request, "exchange/messages.html", context)


@access.requires(Kind.MESSAGE, Act.SEARCH)
@require_safe
def counters(request: AuthenticatedRequest) -> HttpResponse:
    context = {"counters": selectors.counters(request.viewer, at=timezone.now())}
    return render(request, "exchange/_counters.html", context)


@access.requires(Kind.MESSAGE, Act.READ)
@require_safe
def message(request: AuthenticatedRequest, message_id: UUID) -> HttpResponse:
    page = selectors.message_page(request.viewer, message_id)
    if page is None:
        raise Http404
    _check(request, Act.READ, page.establishment, message_id)
    return render(request, "exchange/message.html", {"page": page, "form": DecisionForm()})


@access.requires(Kind.MESSAGE, Act.READ)
@require_safe
def raw(request: AuthenticatedRequest, message_id: UUID) -> HttpResponse:
    found = selectors.raw_bytes(request.viewer, message_id)
    if found is None:
        raise Http404
    establishment, content = found
    _check(request, Act.READ, establishment, message_id)
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
    if found is None or not access.allowed(
        request.viewer, Kind.MESSAGE, Act.REPLAY, relation=selectors.relation_to(request.viewer, found.establishment)
    ):
        raise Http404
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


def _check(request: AuthenticatedRequest, act: Act, establishment: str, message_id: UUID) -> None:
    relation = selectors.relation_to(request.viewer, establishment)
    target = f"message:{message_id}"
    access.check(request.viewer, Kind.MESSAGE, act, relation=relation, target=target, at=timezone.now())


def _search(form: SearchForm) -> selectors.Search:
    asked = form.cleaned_data if form.is_valid() else {}
    return selectors.Search(
        text=asked.get("q", ""),
        state=asked.get("etat", ""),
        establishment=asked.get("etablissement", ""),
        first_date=asked.get("du"),
        last_date=asked.get("au"),
        before=asked.get("avant"),
    )


def _following(request: AuthenticatedRequest, before: int | None) -> str:
    if before is None:
        return ""
    kept = {name: value for name, value in request.GET.items() if name != "avant"}
    return "?" + urlencode({**kept, "avant": before})
