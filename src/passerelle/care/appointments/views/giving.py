"""Find a time for somebody: at the desk for a patient there, from town for a patient who chose the doctor."""

from datetime import datetime
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from passerelle.care.appointments.rules.vocabulary import Via
from passerelle.care.appointments.selectors.agendas import NoSuchAgenda
from passerelle.care.appointments.selectors.choosing import kinds_at, week_of
from passerelle.care.appointments.selectors.days import places_of
from passerelle.care.appointments.selectors.giving import Door, found_people, open_doors
from passerelle.care.appointments.services import refusals
from passerelle.care.appointments.services.booking import Wanted, book
from passerelle.care.appointments.views.common import asked_choice, asked_day, desk_trail
from passerelle.care.appointments.views.tabs import desk_tabs
from passerelle.care.consent import api as consent
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Role


@require_safe
@access.requires(Kind.APPOINTMENT, Act.CREATE)
def find(request: AuthenticatedRequest) -> HttpResponse:
    """Find the patient."""
    at = timezone.now()
    if request.viewer.has(Role.PATIENT):
        return redirect("appointments:take")
    if not places_of(request.viewer) and not request.viewer.has(Role.TOWN_DOCTOR):
        raise access.AccessRefused
    text = request.GET.get("q", "").strip()[:120]
    people = found_people(request.viewer, text, at=at)
    is_town = request.viewer.has(Role.TOWN_DOCTOR)
    context = {"people": people, "text": text, "is_town": is_town, "tabs": None if is_town else desk_tabs("give")}
    return render(request, "appointments/give_find.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.APPOINTMENT, Act.CREATE)
def give(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Choose where, what and when for this patient, check, and book: each step is the address."""
    at = timezone.now()
    doors = open_doors(request.viewer, person_id, at=at)
    if not doors:
        raise access.AccessRefused
    asked = request.POST if request.method == "POST" else request.GET
    door = next((one for one in doors if one.establishment == asked.get("etablissement", "")), None)
    door = door or (doors[0] if len(doors) == 1 else None)
    context: dict[str, object] = {
        "name": consent.called(person_id),
        "doors": doors,
        "door": door,
        "trail": desk_trail(),
    }
    context["here"] = reverse("appointments:give_to", args=[person_id])
    if door is None:
        return render(request, "appointments/give_where.html", context)
    kinds = kinds_at(door.establishment, via=door.via)
    kind = next((one for one in kinds if one.code == asked.get("nature", "")), None)
    context |= {"kinds": kinds, "kind": kind}
    if kind is None:
        return render(request, "appointments/give_kind.html", context)
    value = asked.get("creneau", "")
    if request.method == "POST":
        return _given(request, person_id, door, kind.code, at)
    if value:
        context |= {"chosen": asked_choice(value), "value": value, "key": uuid4().hex}
        return render(request, "appointments/give_check.html", context)
    week = week_of(establishment=door.establishment, kind=kind.code, asked=asked_day(request), via=door.via, at=at)
    return render(request, "appointments/give_when.html", context | {"week": week})


def _given(request: AuthenticatedRequest, person_id: UUID, door: Door, kind: str, at: datetime) -> HttpResponse:
    chosen = asked_choice(request.POST.get("creneau", ""))
    again = f"{reverse('appointments:give_to', args=[person_id])}?etablissement={door.establishment}&nature={kind}"
    access.check(
        request.viewer,
        Kind.APPOINTMENT,
        Act.CREATE,
        relation=door.relation,
        target=f"agenda:{chosen.agenda_id}",
        person_id=person_id,
        at=at,
    )
    wanted = Wanted(
        agenda_id=chosen.agenda_id,
        kind=kind,
        starts_at=chosen.starts_at,
        local_identity_id=door.file,
        via=door.via,
        request_key=request.POST.get("cle", "")[:64],
        note=request.POST.get("note", "")[:500],
    )
    try:
        row = book(wanted=wanted, by=request.viewer.actor(), at=at)
    except refusals.SlotTaken as refusal:
        context = {"refusal": refusal, "again": again, "trail": desk_trail()}
        return render(request, "appointments/give_taken.html", context, status=409)
    except (refusals.NotBookable, refusals.TooSoon, refusals.TooFar, refusals.AlreadyBooked, NoSuchAgenda) as refusal:
        messages.warning(request, str(refusal.__doc__))
        return redirect(again)
    messages.success(request, f"Rendez-vous pris le {row.moment_in_words}. Numéro {row.number}.")
    if door.via is Via.TOWN:
        return redirect("appointments:give")
    return redirect("appointments:desk_detail", row.id)
