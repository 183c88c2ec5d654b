"""Where agendas are declared: what they are, when they open, when they close and whom that touches."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from passerelle.care.appointments.forms.agendas import AgendaForm, ClosureForm, HoursForm, OnceForm, WeeklyForm
from passerelle.care.appointments.rules.vocabulary import Via
from passerelle.care.appointments.selectors.agendas import kinds
from passerelle.care.appointments.selectors.days import agenda_for, decide_at, place_rows, places_of
from passerelle.care.appointments.selectors.defined import closures_of, hit_by_closure, openings_of
from passerelle.care.appointments.selectors.lists import waiting_list
from passerelle.care.appointments.selectors.people import masked
from passerelle.care.appointments.selectors.rows import AppointmentRow
from passerelle.care.appointments.services import defining
from passerelle.care.appointments.services.waiting import leave_list
from passerelle.care.appointments.views.common import desk_trail
from passerelle.care.appointments.views.tabs import desk_tabs
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Role
from passerelle.core.directory import api as directory


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.APPOINTMENT, Act.EXPORT)
def new(request: AuthenticatedRequest, establishment: str) -> HttpResponse:
    """Make an agenda."""
    at = timezone.now()
    if establishment not in places_of(request.viewer):
        raise Http404
    form = AgendaForm(request.POST or None, establishment=establishment)
    if form.is_valid():
        decide_at(request.viewer, establishment, Act.UPDATE, target=f"agendas:{establishment}", at=at)
        sheet = defining.AgendaSheet(**form.cleaned_data)
        made = defining.define_agenda(establishment=establishment, sheet=sheet, by=request.viewer.actor(), at=at)
        messages.success(request, "L’agenda est créé. Dites maintenant quand il ouvre.")
        return redirect("appointments:define", made)
    place = directory.establishment(establishment)
    return render(request, "appointments/agenda_form.html", {"form": form, "place": place, "trail": desk_trail()})


@require_safe
@access.requires(Kind.APPOINTMENT, Act.EXPORT)
def define(request: AuthenticatedRequest, agenda_id: UUID) -> HttpResponse:
    """Show what is declared of an agenda."""
    at = timezone.now()
    held = agenda_for(request.viewer, agenda_id, act=Act.READ, at=at)
    context = {
        "agenda": held,
        "openings": openings_of(agenda_id, on=timezone.localdate(at)),
        "closures": closures_of(agenda_id, held.establishment, at=at),
        "trail": desk_trail(),
    }
    return render(request, "appointments/define.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.APPOINTMENT, Act.EXPORT)
def change(request: AuthenticatedRequest, agenda_id: UUID) -> HttpResponse:
    """Change what an agenda says of itself."""
    at = timezone.now()
    held = agenda_for(request.viewer, agenda_id, act=Act.UPDATE, at=at)
    form = AgendaForm(request.POST or None, establishment=held.establishment, held=held)
    if form.is_valid():
        sheet = defining.AgendaSheet(unit=held.unit, rpps=held.rpps, **form.cleaned_data)
        defining.define_agenda(
            establishment=held.establishment, sheet=sheet, by=request.viewer.actor(), at=at, agenda_id=agenda_id
        )
        messages.success(request, "L’agenda est enregistré.")
        return redirect("appointments:define", agenda_id)
    place = directory.establishment(held.establishment)
    return render(request, "appointments/agenda_form.html", {"form": form, "place": place, "trail": desk_trail()})


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.APPOINTMENT, Act.EXPORT)
def open_weekly(request: AuthenticatedRequest, agenda_id: UUID) -> HttpResponse:
    """Open an agenda each week."""
    at = timezone.now()
    held = agenda_for(request.viewer, agenda_id, act=Act.UPDATE, at=at)
    form = WeeklyForm(request.POST or None, kinds=kinds())
    if form.is_valid():
        told = form.cleaned_data
        defining.open_weekly(
            agenda_id=agenda_id,
            weekdays=told["weekdays"],
            sheet=_hours(form),
            valid_from=told["valid_from"],
            valid_until=told["valid_until"],
            by=request.viewer.actor(),
            at=at,
        )
        messages.success(request, "L’agenda ouvre à ces heures.")
        return redirect("appointments:define", agenda_id)
    context = {"form": form, "agenda": held, "title": "Ouvrir chaque semaine", "trail": desk_trail()}
    return render(request, "appointments/opening_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.APPOINTMENT, Act.EXPORT)
def open_once(request: AuthenticatedRequest, agenda_id: UUID) -> HttpResponse:
    """Open an agenda on one day more."""
    at = timezone.now()
    held = agenda_for(request.viewer, agenda_id, act=Act.UPDATE, at=at)
    form = OnceForm(request.POST or None, kinds=kinds())
    if form.is_valid():
        day = form.cleaned_data["day"]
        defining.open_once(agenda_id=agenda_id, day=day, sheet=_hours(form), by=request.viewer.actor(), at=at)
        messages.success(request, "L’agenda ouvre ce jour-là.")
        return redirect("appointments:define", agenda_id)
    context = {"form": form, "agenda": held, "title": "Ouvrir un jour de plus", "trail": desk_trail()}
    return render(request, "appointments/opening_form.html", context)


def _hours(form: HoursForm) -> defining.OpeningSheet:
    told = form.cleaned_data
    return defining.OpeningSheet(
        told["starts"], told["ends"], told["step_minutes"], told["capacity"], tuple(told["kinds"])
    )


@require_POST
@access.requires(Kind.APPOINTMENT, Act.UPDATE)
def end_opening(request: AuthenticatedRequest, agenda_id: UUID, opening_id: int) -> HttpResponse:
    """End an opening from today on."""
    at = timezone.now()
    agenda_for(request.viewer, agenda_id, act=Act.UPDATE, at=at)
    defining.end_opening(
        agenda_id=agenda_id,
        opening_id=opening_id,
        is_extra=request.POST.get("un_jour") == "oui",
        on=timezone.localdate(at),
        by=request.viewer.actor(),
        at=at,
    )
    messages.success(request, "Cette plage est fermée. Les rendez-vous déjà pris restent.")
    return redirect("appointments:define", agenda_id)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.APPOINTMENT, Act.EXPORT)
def close(request: AuthenticatedRequest, agenda_id: UUID) -> HttpResponse:
    """Close an agenda for a time; whom that touches is shown before anything is closed."""
    at = timezone.now()
    held = agenda_for(request.viewer, agenda_id, act=Act.UPDATE, at=at)
    form = ClosureForm(request.POST or None)
    hit: list[AppointmentRow] = []
    is_seen = request.POST.get("vu") == "oui"
    if form.is_valid():
        told = form.cleaned_data
        whose = None if told["is_of_all"] else agenda_id
        hit = hit_by_closure(
            agenda_id=whose,
            establishment=held.establishment,
            starts_at=told["starts_at"],
            ends_at=told["ends_at"],
        )
        if is_seen or not hit:
            return _closed(request, held.establishment, agenda_id, form, at)
    context = {
        "form": form,
        "agenda": held,
        "hit": hit,
        "hidden": masked(request.viewer, hit, at=at),
        "trail": desk_trail(),
    }
    return render(request, "appointments/closure_form.html", context)


def _closed(
    request: AuthenticatedRequest, establishment: str, agenda_id: UUID, form: ClosureForm, at: datetime
) -> HttpResponse:
    told = form.cleaned_data
    defining.close(
        establishment=establishment,
        agenda_id=None if told["is_of_all"] else agenda_id,
        starts_at=told["starts_at"],
        ends_at=told["ends_at"],
        reason=told["reason"],
        by=request.viewer.actor(),
        at=at,
    )
    messages.success(request, "La fermeture est notée. Les rendez-vous déjà pris sont à déplacer un par un.")
    return redirect("appointments:define", agenda_id)


@require_safe
@access.requires(Kind.APPOINTMENT, Act.EXPORT)
def hit(request: AuthenticatedRequest, agenda_id: UUID, closure_id: int) -> HttpResponse:
    """List the appointments that a closure still touches."""
    at = timezone.now()
    held = agenda_for(request.viewer, agenda_id, act=Act.SEARCH, at=at)
    found = next((one for one in closures_of(agenda_id, held.establishment, at=at) if one.id == closure_id), None)
    if found is None:
        raise Http404
    rows = hit_by_closure(
        agenda_id=agenda_id, establishment=held.establishment, starts_at=found.starts_at, ends_at=found.ends_at
    )
    context = {
        "agenda": held,
        "closure": found,
        "rows": rows,
        "hidden": masked(request.viewer, rows, at=at),
        "trail": desk_trail(),
    }
    return render(request, "appointments/hit.html", context)


@require_POST
@access.requires(Kind.APPOINTMENT, Act.UPDATE)
def reopen(request: AuthenticatedRequest, agenda_id: UUID, closure_id: int) -> HttpResponse:
    """Take back a closure."""
    at = timezone.now()
    agenda_for(request.viewer, agenda_id, act=Act.UPDATE, at=at)
    defining.reopen(agenda_id=agenda_id, closure_id=closure_id, by=request.viewer.actor(), at=at)
    messages.success(request, "La fermeture est levée.")
    return redirect("appointments:define", agenda_id)


@require_safe
@access.requires(Kind.APPOINTMENT, Act.EXPORT)
def waiting(request: AuthenticatedRequest) -> HttpResponse:
    """Show who waits for an earlier place, in order."""
    at = timezone.now()
    places = frozenset(row.code for row in place_rows(request.viewer))
    for code in sorted(places):
        decide_at(request.viewer, code, Act.SEARCH, target=f"waiting-list:{code}", at=at)
    context = {
        "rows": waiting_list(places, hides=not request.viewer.has(Role.CLINICIAN), at=at),
        "tabs": desk_tabs("waiting"),
    }
    return render(request, "appointments/waiting.html", context)


@require_POST
@access.requires(Kind.APPOINTMENT, Act.UPDATE)
def leave(request: AuthenticatedRequest, entry_id: UUID) -> HttpResponse:
    """Take somebody off the list, who asked for it."""
    at = timezone.now()
    found = next((one for one in waiting_list(places_of(request.viewer), at=at) if one.id == entry_id), None)
    if found is None:
        raise Http404
    decide_at(request.viewer, found.establishment, Act.UPDATE, target=f"waiting:{entry_id}", at=at)
    leave_list(entry_id=entry_id, by=request.viewer.actor(), via=Via.DESK, at=at)
    messages.success(request, "Retiré de la liste d’attente.")
    return redirect("appointments:waiting")
