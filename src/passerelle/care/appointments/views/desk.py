"""The desk: agendas of the day and of the week, who came, who did not, on paper and in a workbook."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from passerelle.care.appointments.rules.vocabulary import Via
from passerelle.care.appointments.selectors.agendas import instructions_for
from passerelle.care.appointments.selectors.bookings import changes_of
from passerelle.care.appointments.selectors.choosing import week_of
from passerelle.care.appointments.selectors.days import agenda_for, days_of, place_rows, places_of, summaries
from passerelle.care.appointments.selectors.people import appointment
from passerelle.care.appointments.services import changing, refusals, waiting
from passerelle.care.appointments.services.moving import move as move_appointment
from passerelle.care.appointments.views.common import asked_choice, asked_day, desk_trail, tell_refusal
from passerelle.care.appointments.views.tabs import desk_tabs
from passerelle.care.appointments.views.workbook import workbook_of
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind

_WEEK: Final = 7
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ACTS: Final[dict[str, tuple[Callable[..., Any], str]]] = {
    "arrive": (changing.arrive, "Arrivée notée."),
    "absent": (changing.miss, "Absence notée."),
    "termine": (changing.complete, "Rendez-vous terminé."),
    "retablir": (changing.restore, "Le rendez-vous est de nouveau attendu."),
    "confirme": (changing.confirm, "Confirmation notée."),
    "annuler": (changing.cancel, "Rendez-vous annulé. La place est proposée à la liste d’attente."),
}


@require_safe
@access.requires(Kind.APPOINTMENT, Act.EXPORT)
def agendas(request: AuthenticatedRequest) -> HttpResponse:
    """List the agendas one keeps, with their day."""
    at = timezone.now()
    day = asked_day(request) or timezone.localdate(at)
    places = place_rows(request.viewer)
    context = {
        "places": places,
        "rows": summaries(request.viewer, day),
        "day": day,
        "today": timezone.localdate(at),
        "tabs": desk_tabs("agendas"),
    }
    return render(request, "appointments/agendas.html", context)


@require_safe
@access.requires(Kind.APPOINTMENT, Act.EXPORT)
def day(request: AuthenticatedRequest, agenda_id: UUID) -> HttpResponse:
    """Show a day, or a week, of an agenda: dense, and fit for paper."""
    at = timezone.now()
    held = agenda_for(request.viewer, agenda_id, act=Act.SEARCH, at=at)
    first, count = _period(request, at)
    shown = days_of(request.viewer, agenda_id, first=first, count=count, at=at)
    context = {
        "agenda": held,
        "days": shown,
        "is_week": count > 1,
        "first": first,
        "before": first - timedelta(days=count),
        "after": first + timedelta(days=count),
        "today": timezone.localdate(at),
        "trail": desk_trail(),
    }
    return render(request, "appointments/day.html", context)


def _period(request: HttpRequest, at: datetime) -> tuple[date, int]:
    """Return the first day and how many: a week begins on Monday."""
    asked = asked_day(request) or timezone.localdate(at)
    if request.GET.get("vue") == "semaine":
        return asked - timedelta(days=asked.weekday()), _WEEK
    return asked, 1


@require_safe
@access.requires(Kind.APPOINTMENT, Act.EXPORT)
def workbook(request: AuthenticatedRequest, agenda_id: UUID) -> HttpResponse:
    """Give the day, or the week, as a workbook."""
    at = timezone.now()
    held = agenda_for(request.viewer, agenda_id, act=Act.EXPORT, at=at)
    first, count = _period(request, at)
    shown = days_of(request.viewer, agenda_id, first=first, count=count, at=at)
    answer = HttpResponse(workbook_of(held, shown, by=request.viewer.name, at=at), content_type=_XLSX)
    answer["Content-Disposition"] = f'attachment; filename="agenda-{first.isoformat()}.xlsx"'
    return answer


@require_safe
@access.requires(Kind.APPOINTMENT, Act.EXPORT)
def detail(request: AuthenticatedRequest, appointment_id: UUID) -> HttpResponse:
    """Show one appointment to the team that receives."""
    at = timezone.now()
    row = appointment(request.viewer, appointment_id, at)
    if row.establishment not in places_of(request.viewer):
        raise Http404
    context = {
        "row": row,
        "changes": changes_of(row.id),
        "advice": instructions_for(row.kind_code, row.site),
        "back": reverse("appointments:day", args=[row.agenda_id]) if row.agenda_id else "",
        "trail": desk_trail(),
        "is_today": timezone.localdate(at) == timezone.localdate(row.starts_at),
        "is_past": row.starts_at <= at,
    }
    return render(request, "appointments/desk_detail.html", context)


@require_POST
@access.requires(Kind.APPOINTMENT, Act.UPDATE)
def act(request: AuthenticatedRequest, appointment_id: UUID, what: str) -> HttpResponse:
    """Note an arrival, an absence, an end; cancel; and come back where one was."""
    at = timezone.now()
    if what not in _ACTS:
        raise Http404
    row = _kept(request, appointment_id, at)
    change, told = _ACTS[what]
    if tell_refusal(request, lambda: change(appointment_id=row, by=request.viewer.actor(), via=Via.DESK, at=at)):
        messages.success(request, told)
    return redirect(_back(request, appointment_id))


def _kept(request: AuthenticatedRequest, appointment_id: UUID, at: datetime) -> UUID:
    """Return an appointment that this team may change; the decision leaves its event."""
    row = appointment(request.viewer, appointment_id, at, act=Act.UPDATE)
    if row.establishment not in places_of(request.viewer):
        raise Http404
    return row.id


def _back(request: HttpRequest, appointment_id: UUID) -> str:
    asked = request.POST.get("retour", "")
    if asked and url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}):
        return asked
    return reverse("appointments:desk_detail", args=[appointment_id])


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.APPOINTMENT, Act.UPDATE)
def move(request: AuthenticatedRequest, appointment_id: UUID) -> HttpResponse:
    """Choose another time for a patient."""
    at = timezone.now()
    row = appointment(request.viewer, appointment_id, at, act=Act.UPDATE)
    if row.establishment not in places_of(request.viewer):
        raise Http404
    here = reverse("appointments:desk_move", args=[row.id])
    asked = request.POST.get("creneau", "") or request.GET.get("creneau", "")
    if request.method == "POST":
        chosen = asked_choice(asked)
        done = tell_refusal(
            request,
            lambda: move_appointment(
                appointment_id=row.id,
                starts_at=chosen.starts_at,
                agenda_id=chosen.agenda_id,
                by=request.viewer.actor(),
                via=Via.DESK,
                at=at,
            ),
        )
        return redirect("appointments:desk_detail", row.id) if done else redirect(here)
    if asked:
        context = {"row": row, "chosen": asked_choice(asked), "value": asked, "here": here, "trail": desk_trail()}
        return render(request, "appointments/desk_move_check.html", context)
    if not row.kind_code:
        messages.warning(request, str(refusals.KeptElsewhere.__doc__))
        return redirect("appointments:desk_detail", row.id)
    week = week_of(establishment=row.establishment, kind=row.kind_code, asked=asked_day(request), via=Via.DESK, at=at)
    context = {"row": row, "week": week, "here": here, "trail": desk_trail()}
    return render(request, "appointments/desk_move.html", context)


@require_POST
@access.requires(Kind.APPOINTMENT, Act.UPDATE)
def wait(request: AuthenticatedRequest, appointment_id: UUID) -> HttpResponse:
    """Put a patient on the waiting list, who would come earlier."""
    at = timezone.now()
    row = _kept(request, appointment_id, at)
    if tell_refusal(request, lambda: waiting.bring_forward(appointment_id=row, by=request.viewer.actor(), at=at)):
        messages.success(request, "Inscrit en liste d’attente.")
    return redirect("appointments:desk_detail", row)
