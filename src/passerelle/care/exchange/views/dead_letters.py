from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from passerelle.care.exchange.forms import DecisionForm
from passerelle.care.exchange.replaying import runs
from passerelle.care.exchange.replaying.choosing import chosen_group
from passerelle.care.exchange.replaying.rehearsal import Rehearsal, rehearse
from passerelle.care.exchange.selectors import dead
from passerelle.care.exchange.services.deciding import ReasonRequired, dismiss
from passerelle.care.exchange.tasks import go_on_with
from passerelle.care.exchange.views.checks import check_group, require_replay
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@access.requires(Kind.MESSAGE, Act.SEARCH)
@require_safe
def groups(request: AuthenticatedRequest) -> HttpResponse:
    return render(request, "exchange/dead_letters.html", {"groups": dead.dead_letters(request.viewer)})


@access.requires(Kind.MESSAGE, Act.SEARCH)
@require_safe
def group(request: AuthenticatedRequest, token: str) -> HttpResponse:
    return _page(request, _found(request, token))


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def rehearse_group(request: AuthenticatedRequest, token: str) -> HttpResponse:
    """Try the first messages and undo everything: the page tells what would happen."""
    found, now = _found(request, token), timezone.now()
    check_group(request, Act.READ, found.establishment, now)
    return _page(request, found, rehearse(found.ranks, total=found.count, at=now))


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def replay_group(request: AuthenticatedRequest, token: str) -> HttpResponse:
    found = _found(request, token)
    require_replay(request, found.establishment)
    parts = (found.state, found.establishment, found.facility, found.where, found.cause)
    told = f"{found.cause} ({found.facility or 'émetteur sans nom'})"
    try:
        run = runs.ask_run(
            choice=chosen_group(parts, told=told), by=request.viewer.actor(), at=timezone.now(), reason=_reason(request)
        )
    except ReasonRequired:
        notices.error(request, "Écrivez pourquoi ces messages sont relancés.")
        return redirect("exchange:dead_letter_group", token)
    except runs.NothingConcerned as refusal:
        notices.error(request, refusal.__doc__ or "")
        return redirect("exchange:dead_letters")
    go_on_with(run.pk)
    return redirect("exchange:run", run.pk)


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def dismiss_group(request: AuthenticatedRequest, token: str) -> HttpResponse:
    found = _found(request, token)
    require_replay(request, found.establishment)
    ids = dead.ids_of_group(found)
    try:
        count = dismiss(message_ids=ids, by=request.viewer.actor(), at=timezone.now(), reason=_reason(request))
    except ReasonRequired:
        notices.error(request, "Écrivez pourquoi ces messages n’attendent plus rien.")
        return redirect("exchange:dead_letter_group", token)
    notices.success(request, f"{count} message{'s' if count > 1 else ''} classé{'s' if count > 1 else ''}.")
    return redirect("exchange:dead_letters")


def _reason(request: AuthenticatedRequest) -> str:
    form = DecisionForm(request.POST)
    return form.cleaned_data["reason"] if form.is_valid() else ""


def _found(request: AuthenticatedRequest, token: str) -> dead.CauseGroup:
    found = dead.group_of(request.viewer, token)
    if found is None:
        raise Http404
    return found


def _page(request: AuthenticatedRequest, group: dead.CauseGroup, rehearsal: Rehearsal | None = None) -> HttpResponse:
    context = {
        "group": group,
        "lines": dead.lines_of_group(group),
        "form": DecisionForm(),
        "rehearsal": rehearsal,
        "alone_up_to": runs.ALONE_UP_TO,
    }
    return render(request, "exchange/dead_letter_group.html", context)
