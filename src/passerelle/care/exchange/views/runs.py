from collections.abc import Callable
from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from passerelle.care.exchange.forms import DecisionForm, RunFilterForm
from passerelle.care.exchange.replaying import runs
from passerelle.care.exchange.replaying.choosing import Choice, chosen_search, count_and_first
from passerelle.care.exchange.replaying.following import RunLine, run_line, run_lines
from passerelle.care.exchange.replaying.rehearsal import Rehearsal, rehearse
from passerelle.care.exchange.services.deciding import ReasonRequired
from passerelle.care.exchange.tasks import go_on_with
from passerelle.care.exchange.views.checks import check_group
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_safe
def run_list(request: AuthenticatedRequest) -> HttpResponse:
    return render(request, "exchange/runs.html", {"runs": run_lines(request.viewer)})


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_http_methods(["GET", "HEAD", "POST"])
def new_run(request: AuthenticatedRequest) -> HttpResponse:
    """Replay what a search finds: count, try, then ask."""
    filters = RunFilterForm(request.GET)
    if not filters.is_valid():
        return render(request, "exchange/run_new.html", _choice_page(filters, None, None))
    search = filters.search()
    choice = chosen_search(request.viewer, search, told=filters.told())
    if request.method != "POST":
        return render(request, "exchange/run_new.html", _choice_page(filters, choice, None))
    now = timezone.now()
    check_group(request, Act.READ, search.establishment, now)
    total, ranks = count_and_first(choice)
    if "essayer" in request.POST:
        return render(
            request, "exchange/run_new.html", _choice_page(filters, choice, rehearse(ranks, total=total, at=now))
        )
    return _ask(request, filters, choice)


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_safe
def run(request: AuthenticatedRequest, run_id: UUID) -> HttpResponse:
    return render(request, "exchange/run.html", {"run": _found(request, run_id)})


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_safe
def run_progress(request: AuthenticatedRequest, run_id: UUID) -> HttpResponse:
    return render(request, "exchange/_run_progress.html", {"run": _found(request, run_id)})


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def approve(request: AuthenticatedRequest, run_id: UUID) -> HttpResponse:
    return _decide(request, run_id, runs.approve_run, "La relance est accordée.")


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def stop(request: AuthenticatedRequest, run_id: UUID) -> HttpResponse:
    return _decide(request, run_id, runs.stop_run, "La relance s’arrête après les messages en cours.")


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def resume(request: AuthenticatedRequest, run_id: UUID) -> HttpResponse:
    return _decide(request, run_id, runs.resume_run, "La relance reprend où elle en était.")


def _decide(request: AuthenticatedRequest, run_id: UUID, act: Callable[..., None], done: str) -> HttpResponse:
    _found(request, run_id)
    try:
        act(run_id=run_id, by=request.viewer.actor(), at=timezone.now())
    except (runs.RunNotThere, runs.SamePerson) as refusal:
        notices.error(request, refusal.__doc__ or "")
    else:
        notices.success(request, done)
        go_on_with(run_id)
    return redirect("exchange:run", run_id)


def _ask(request: AuthenticatedRequest, filters: RunFilterForm, choice: Choice) -> HttpResponse:
    form = DecisionForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        made = runs.ask_run(choice=choice, by=request.viewer.actor(), at=timezone.now(), reason=reason)
    except ReasonRequired:
        notices.error(request, "Écrivez pourquoi ces messages sont relancés.")
    except runs.NothingConcerned as refusal:
        notices.error(request, refusal.__doc__ or "")
    else:
        go_on_with(made.pk)
        return redirect("exchange:run", made.pk)
    return render(request, "exchange/run_new.html", _choice_page(filters, choice, None))


def _choice_page(filters: RunFilterForm, choice: Choice | None, rehearsal: Rehearsal | None) -> dict[str, object]:
    total, _ = count_and_first(choice) if choice else (0, [])
    return {
        "filters": filters,
        "told": choice.told if choice else "",
        "total": total,
        "form": DecisionForm(),
        "rehearsal": rehearsal,
        "alone_up_to": runs.ALONE_UP_TO,
    }


def _found(request: AuthenticatedRequest, run_id: UUID) -> RunLine:
    found = run_line(request.viewer, run_id)
    if found is None:
        raise Http404
    return found
