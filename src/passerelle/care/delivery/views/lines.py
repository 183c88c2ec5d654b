from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from passerelle.care.delivery.forms import ReasonForm, SearchForm
from passerelle.care.delivery.selectors.items import ItemSearch, items, rehearse_retry
from passerelle.care.delivery.selectors.lines import (
    DestinationLine,
    destination_facts,
    destination_line,
    destination_lines,
)
from passerelle.care.delivery.selectors.retries import chosen_dead_letters
from passerelle.care.delivery.selectors.scope import relation_to_destination
from passerelle.care.delivery.services import deciding
from passerelle.care.exchange import api as exchange
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@access.requires(Kind.MESSAGE, Act.SEARCH)
@require_safe
def destinations(request: AuthenticatedRequest) -> HttpResponse:
    now = timezone.now()
    return render(
        request, "delivery/destinations.html", {"lines": destination_lines(request.viewer, at=now), "at": now}
    )


@access.requires(Kind.MESSAGE, Act.SEARCH)
@require_safe
def destination(request: AuthenticatedRequest, code: str) -> HttpResponse:
    line = _line(request, code)
    form = SearchForm(request.GET or None)
    search = form.search() if request.GET else ItemSearch()
    found = items(request.viewer, code, search)
    context = {
        "line": line,
        "facts": destination_facts(code),
        "form": form,
        "found": found,
        "is_filtered": bool(request.GET),
        "next_url": _following(request, found.next_before),
        "retry_url": f"{reverse('delivery:rehearse', args=[code])}?{_kept(request)}",
        "may_decide": _may_decide(request, line),
        "reason_form": ReasonForm(),
    }
    return render(request, "delivery/destination.html", context)


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_safe
def rehearse(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """Count what a retry would send: nothing is changed."""
    line = _line(request, code)
    rehearsal = rehearse_retry(request.viewer, code, SearchForm(request.GET).search())
    context = {
        "line": line,
        "rehearsal": rehearsal,
        "is_too_many": rehearsal.count > deciding.MOST_AT_ONCE,
        "kept": _kept(request),
        "form": ReasonForm(),
    }
    return render(request, "delivery/retry.html", context)


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def retry_all(request: AuthenticatedRequest, code: str) -> HttpResponse:
    line = _line(request, code)
    search = SearchForm(request.GET).search()
    rehearsal = rehearse_retry(request.viewer, code, search)
    if rehearsal.count > deciding.MOST_AT_ONCE:
        return _ask_for_many(request, line, search)
    try:
        count = deciding.retry(
            item_ids=rehearsal.ids, by=request.viewer.actor(), at=timezone.now(), reason=_reason(request)
        )
    except deciding.ReasonRequired as refusal:
        notices.error(request, refusal.__doc__ or "")
        return redirect(f"{reverse('delivery:rehearse', args=[code])}?{_kept(request)}")
    notices.success(request, f"{count} envoi{'s' if count > 1 else ''} remis en file.")
    return redirect("delivery:destination", code)


def _ask_for_many(request: AuthenticatedRequest, line: DestinationLine, search: ItemSearch) -> HttpResponse:
    """Ask for a run of the exchange: it waits for a second person, and is followed on its page."""
    choice = chosen_dead_letters(request.viewer, line.code, line.label, search)
    reason = _reason(request)
    if not reason:
        notices.error(request, deciding.ReasonRequired.__doc__ or "")
        return redirect(f"{reverse('delivery:rehearse', args=[line.code])}?{_kept(request)}")
    try:
        run = exchange.ask_run(choice=choice, by=request.viewer.actor(), at=timezone.now(), reason=reason)
    except exchange.NothingConcerned as refusal:
        notices.error(request, refusal.__doc__ or "")
        return redirect("delivery:destination", line.code)
    exchange.go_on_with(run.pk)
    return redirect("exchange:run", run.pk)


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def pause(request: AuthenticatedRequest, code: str) -> HttpResponse:
    reason = _reason(request)
    return _act(
        request,
        code,
        lambda: deciding.pause(destination=code, by=request.viewer.actor(), at=timezone.now(), reason=reason),
        "Suspendu : ce qui arrive attend dans la file.",
    )


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def resume(request: AuthenticatedRequest, code: str) -> HttpResponse:
    return _act(
        request,
        code,
        lambda: deciding.resume(destination=code, by=request.viewer.actor(), at=timezone.now()),
        "Repris : la file part maintenant.",
    )


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def try_now(request: AuthenticatedRequest, code: str) -> HttpResponse:
    return _act(
        request,
        code,
        lambda: deciding.try_now(destination=code, by=request.viewer.actor(), at=timezone.now()),
        "Un essai part maintenant.",
    )


def _act(request: AuthenticatedRequest, code: str, act: Callable[[], None], done: str) -> HttpResponse:
    if not _may_decide(request, _line(request, code)):
        raise Http404
    try:
        act()
    except deciding.ReasonRequired as refusal:
        notices.error(request, refusal.__doc__ or "")
    else:
        notices.success(request, done)
    return redirect("delivery:destination", code)


def _line(request: AuthenticatedRequest, code: str) -> DestinationLine:
    line = destination_line(request.viewer, code, at=timezone.now())
    if line is None:
        raise Http404
    return line


def _may_decide(request: AuthenticatedRequest, line: DestinationLine) -> bool:
    relation = relation_to_destination(request.viewer, line.owner)
    return access.allowed(request.viewer, Kind.MESSAGE, Act.REPLAY, relation=relation)


def _reason(request: AuthenticatedRequest) -> str:
    form = ReasonForm(request.POST)
    return form.cleaned_data["reason"] if form.is_valid() else ""


def _kept(request: AuthenticatedRequest) -> str:
    return urlencode({name: value for name, value in request.GET.items() if name in {"etat", "type", "mots"} and value})


def _following(request: AuthenticatedRequest, before: int | None) -> str:
    return "" if before is None else f"?{urlencode({**request.GET.dict(), 'avant': before})}"
