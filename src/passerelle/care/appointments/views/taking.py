"""Book in few screens: which hospital, what, when, check, receipt."""

from datetime import datetime
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from passerelle.care.appointments.selectors.agendas import NoSuchAgenda, agenda, instructions_for
from passerelle.care.appointments.selectors.choosing import file_at, kinds_at, places_for, week_of
from passerelle.care.appointments.selectors.rows import AppointmentRow, KindRow
from passerelle.care.appointments.services import refusals
from passerelle.care.appointments.services.booking import Wanted, book
from passerelle.care.appointments.views.common import asked_choice, asked_day, own, trail, via_of
from passerelle.care.consent import api as consent
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.directory import api as directory


@require_safe
@access.requires(Kind.APPOINTMENT, Act.CREATE)
def place(request: AuthenticatedRequest) -> HttpResponse:
    """Choose the hospital; with one only, go on."""
    at = timezone.now()
    who = consent.deciding(request, at=at)
    places = places_for(who.person_id, via=via_of(who))
    if len(places) == 1:
        return redirect("appointments:take_kind", places[0].code)
    return render(request, "appointments/take_place.html", {"places": places, "who": who, "trail": trail()})


@require_safe
@access.requires(Kind.APPOINTMENT, Act.CREATE)
def kind(request: AuthenticatedRequest, establishment: str) -> HttpResponse:
    """Choose what for."""
    at = timezone.now()
    who = consent.deciding(request, at=at)
    _file(who, establishment)
    context = {
        "place": directory.establishment(establishment),
        "kinds": kinds_at(establishment, via=via_of(who)),
        "trail": trail(),
    }
    return render(request, "appointments/take_kind.html", context)


@require_safe
@access.requires(Kind.APPOINTMENT, Act.CREATE)
def when(request: AuthenticatedRequest, establishment: str, kind_code: str) -> HttpResponse:
    """Choose a free time, day by day."""
    at = timezone.now()
    who = consent.deciding(request, at=at)
    _file(who, establishment)
    context = {
        "place": directory.establishment(establishment),
        "kind": _kind(establishment, kind_code, who),
        "week": week_of(establishment=establishment, kind=kind_code, asked=asked_day(request), via=via_of(who), at=at),
        "base": reverse("appointments:take_check", args=[establishment, kind_code]),
        "here": reverse("appointments:take_when", args=[establishment, kind_code]),
        "trail": trail(),
    }
    return render(request, "appointments/take_when.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.APPOINTMENT, Act.CREATE)
def check(request: AuthenticatedRequest, establishment: str, kind_code: str) -> HttpResponse:
    """Read one's answers again, then book; pressed twice it books once."""
    at = timezone.now()
    who = consent.deciding(request, at=at)
    file, chosen_kind = _file(who, establishment), _kind(establishment, kind_code, who)
    value = request.POST.get("creneau", "") or request.GET.get("creneau", "")
    chosen = asked_choice(value)
    if request.method == "POST":
        wanted = Wanted(
            agenda_id=chosen.agenda_id,
            kind=kind_code,
            starts_at=chosen.starts_at,
            local_identity_id=file,
            via=via_of(who),
            request_key=request.POST.get("cle", "")[:64],
        )
        return _booked(request, who, wanted, establishment, at)
    try:
        held = agenda(chosen.agenda_id)
    except NoSuchAgenda:
        raise Http404 from None
    context = {
        "place": directory.establishment(establishment),
        "agenda": held,
        "kind": chosen_kind,
        "chosen": chosen,
        "value": value,
        "key": uuid4().hex,
        "name": consent.called(who.person_id),
        "advice": instructions_for(kind_code, held.site),
        "trail": trail(),
    }
    return render(request, "appointments/take_check.html", context)


def _booked(
    request: AuthenticatedRequest, who: consent.Acting, wanted: Wanted, establishment: str, at: datetime
) -> HttpResponse:
    access.check(
        request.viewer,
        Kind.APPOINTMENT,
        Act.CREATE,
        relation=who.relation,
        target=f"agenda:{wanted.agenda_id}",
        person_id=who.person_id,
        at=at,
    )
    try:
        row: AppointmentRow = book(wanted=wanted, by=who.voice.actor, at=at)
    except refusals.SlotTaken as refusal:
        base = reverse("appointments:take_check", args=[establishment, wanted.kind])
        context = {"refusal": refusal, "base": base, "trail": trail()}
        return render(request, "appointments/taken.html", context, status=409)
    except refusals.AlreadyBooked as refusal:
        messages.info(request, str(refusal.__doc__))
        return redirect("appointments:detail", refusal.existing.id)
    except (refusals.NotBookable, refusals.TooSoon, refusals.TooFar, NoSuchAgenda) as refusal:
        messages.warning(request, str(refusal.__doc__))
        return redirect("appointments:take_when", establishment, wanted.kind)
    return redirect("appointments:receipt", row.id)


@require_safe
@access.requires(Kind.APPOINTMENT, Act.READ)
def receipt(request: AuthenticatedRequest, appointment_id: UUID) -> HttpResponse:
    """Say that it is done, what to do next, and by which number to speak of it."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    row = own(request, appointment_id, who, act=Act.READ, at=at)
    context = {"row": row, "advice": instructions_for(row.kind_code, row.site), "trail": trail()}
    return render(request, "appointments/receipt.html", context)


def _file(who: consent.Acting, establishment: str) -> UUID:
    """Return the file of the person at this hospital; a hospital that does not know them gives nothing on line."""
    found = file_at(who.person_id, establishment)
    if found is None:
        raise Http404
    return found


def _kind(establishment: str, code: str, who: consent.Acting) -> KindRow:
    found = next((one for one in kinds_at(establishment, via=via_of(who)) if one.code == code), None)
    if found is None:
        raise Http404
    return found
