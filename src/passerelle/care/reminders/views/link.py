"""The pages that the link of a reminder opens: no account, one thing per page, no script."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from passerelle.care.appointments import api as appointments
from passerelle.care.reminders.forms import BirthDateForm, SlotForm
from passerelle.care.reminders.selectors.visits import Visit, other_slots, visit_of
from passerelle.care.reminders.services import answering
from passerelle.care.reminders.services.links import Closed, WrongDate, digest_of, open_link
from passerelle.core.access import api as access
from passerelle.core.access.api import AuthenticatedRequest
from passerelle.core.audit import api as audit

_SESSION_KEY = "reminders_opened"
_OPEN_S = 20 * 60
_REFUSALS = (
    appointments.NotExpected,
    appointments.TooLate,
    appointments.TooSoon,
    appointments.TooFar,
    appointments.SlotTaken,
    appointments.KeptElsewhere,
    appointments.NotBookable,
)


@access.public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first(request: AuthenticatedRequest, token: str) -> HttpResponse:
    """Show date, place and how to come; ask the birth date before anything more."""
    at = timezone.now()
    visit = _visit(token, at)
    form = BirthDateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with access.as_machine():
                open_link(token=token, birth_date=form.cleaned_data["birth_date"], at=at)
        except (WrongDate, Closed) as refusal:
            form.add_error(None, refusal.__doc__ or "")
        else:
            request.session[_SESSION_KEY] = {digest_of(token): at.timestamp() + _OPEN_S}
            _trace(visit, at)
            return redirect("reminders:visit", token)
    return render(request, "reminders/link.html", {"visit": visit, "form": form, "token": token})


@access.public
@never_cache
@require_http_methods(["GET", "HEAD"])
def visit(request: AuthenticatedRequest, token: str) -> HttpResponse:
    """Show how to prepare, and let confirm, move or cancel."""
    at = timezone.now()
    found = _opened(request, token, at)
    if found is None:
        return redirect("reminders:link", token)
    return render(request, "reminders/visit.html", {"visit": found, "token": token})


@access.public
@require_POST
def confirm(request: AuthenticatedRequest, token: str) -> HttpResponse:
    return _act(request, token, lambda id_, at: answering.confirm(id_, at=at), "Merci. Votre venue est notée.")


@access.public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: AuthenticatedRequest, token: str) -> HttpResponse:
    """Ask once more, then cancel."""
    found = _opened(request, token, timezone.now())
    if found is None:
        return redirect("reminders:link", token)
    if request.method == "POST":
        done = "Votre rendez-vous est annulé. Merci\u00a0: votre place va servir à quelqu’un."
        return _act(request, token, lambda id_, at: answering.cancel(id_, at=at), done)
    return render(request, "reminders/cancel.html", {"visit": found, "token": token})


@access.public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: AuthenticatedRequest, token: str) -> HttpResponse:
    """Offer some other moments, and move."""
    at = timezone.now()
    found = _opened(request, token, at)
    if found is None:
        return redirect("reminders:link", token)
    with access.as_machine():
        slots = other_slots(found, at=at) if found.may_move and found.is_expected else []
    choices = [(f"{slot.agenda_id}|{slot.starts_at.isoformat()}", slot.moment_in_words) for slot in slots]
    form = SlotForm(request.POST or None, slots=choices)
    if request.method == "POST" and form.is_valid():
        agenda_id, _, starts_at = form.cleaned_data["slot"].partition("|")
        moment = datetime.fromisoformat(starts_at)
        return _act(
            request,
            token,
            lambda id_, now: answering.move(id_, agenda_id=UUID(agenda_id), starts_at=moment, at=now),
            "Votre rendez-vous est déplacé. La nouvelle date est ci-dessous.",
        )
    return render(request, "reminders/move.html", {"visit": found, "token": token, "form": form, "slots": choices})


def _act(request: AuthenticatedRequest, token: str, act: Callable[[UUID, datetime], object], done: str) -> HttpResponse:
    at = timezone.now()
    found = _opened(request, token, at)
    if found is None:
        return redirect("reminders:link", token)
    try:
        with access.as_machine():
            act(found.id, at)
    except _REFUSALS as refusal:
        notices.error(request, type(refusal).__doc__ or "")
    else:
        notices.success(request, done)
    return redirect("reminders:visit", token)


def _visit(token: str, at: datetime) -> Visit:
    with access.as_machine():
        found = visit_of(token, at=at)
    if found is None:
        raise Http404
    return found


def _opened(request: AuthenticatedRequest, token: str, at: datetime) -> Visit | None:
    """Return the visit when the birth date was given in this session lately; None when it must be given."""
    found = _visit(token, at)
    until = request.session.get(_SESSION_KEY, {}).get(digest_of(token), 0)
    return found if until > at.timestamp() else None


def _trace(found: Visit, at: datetime) -> None:
    audit.record(
        audit.Action.RESOURCE_READ,
        by=answering.HOLDER,
        at=at,
        target=f"appointment:{found.id}",
        person_id=found.person_id,
        reason="lien d’un rappel",
    )
