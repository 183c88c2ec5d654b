"""The patient's appointments: the next one first, what to do, move, cancel, wait for an earlier place."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from passerelle.care.appointments.rules.calendars import calendar_of
from passerelle.care.appointments.selectors.agendas import instructions_for
from passerelle.care.appointments.selectors.bookings import changes_of
from passerelle.care.appointments.selectors.choosing import week_of
from passerelle.care.appointments.selectors.delays import delays_at
from passerelle.care.appointments.selectors.feeds import changed_at, entry_of
from passerelle.care.appointments.selectors.lists import OfferRow, offers_of, waited_for
from passerelle.care.appointments.selectors.people import past, upcoming
from passerelle.care.appointments.selectors.rows import AppointmentRow
from passerelle.care.appointments.services import changing, refusals, waiting
from passerelle.care.appointments.services.moving import move as move_appointment
from passerelle.care.appointments.views.common import (
    REFUSALS,
    asked_choice,
    asked_day,
    own,
    tell_refusal,
    trail,
    via_of,
)
from passerelle.care.consent import api as consent
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@require_safe
@access.requires(Kind.APPOINTMENT, Act.SEARCH)
def mine(request: AuthenticatedRequest) -> HttpResponse:
    """Show the next appointment whole, then the others."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    access.check(
        request.viewer,
        Kind.APPOINTMENT,
        Act.SEARCH,
        relation=who.relation,
        target="appointments",
        person_id=who.person_id,
        at=at,
    )
    found = upcoming(request.viewer, who.person_id, at)
    context = {
        "who": who,
        "name": consent.called(who.person_id),
        "offers": _offers(who, at),
        "next": _whole(found[0], who, at) if found else None,
        "others": found[1:],
        "past": past(request.viewer, who.person_id, at, limit=5),
    }
    return render(request, "appointments/mine.html", context)


def _whole(row: AppointmentRow, who: consent.Acting, at: datetime) -> dict[str, object]:
    """Return all that a page says of an appointment."""
    delays = delays_at(at)
    return {
        "row": row,
        "advice": instructions_for(row.kind_code, row.site),
        "may_move": row.agenda_id is not None and bool(row.kind_code) and delays.may_move(row.state, row.starts_at, at),
        "may_cancel": delays.may_cancel(row.state, row.starts_at, at),
        "may_wait": row.agenda_id is not None and bool(row.kind_code) and row.is_expected and at < row.starts_at,
        "is_late": delays.is_late(row.starts_at, at),
        "move_notice_hours": delays.move_notice_hours,
        "waiting": waited_for(who.person_id).get(row.id),
    }


@require_safe
@access.requires(Kind.APPOINTMENT, Act.READ)
def detail(request: AuthenticatedRequest, appointment_id: UUID) -> HttpResponse:
    """Show one appointment: where, how to come, what to bring, whom to call."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    row = own(request, appointment_id, who, act=Act.READ, at=at)
    context = {"one": _whole(row, who, at), "changes": changes_of(row.id), "trail": trail()}
    return render(request, "appointments/detail.html", context)


@require_safe
@access.requires(Kind.APPOINTMENT, Act.READ)
def as_calendar(request: AuthenticatedRequest, appointment_id: UUID) -> HttpResponse:
    """Give one appointment to the calendar one already has."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    row = own(request, appointment_id, who, act=Act.READ, at=at)
    answer = HttpResponse(calendar_of([entry_of(row, changed_at(row.id))]), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="rendez-vous.ics"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.APPOINTMENT, Act.UPDATE)
def move(request: AuthenticatedRequest, appointment_id: UUID) -> HttpResponse:
    """Choose another time, check it, move."""
    at = timezone.now()
    who = consent.deciding(request, at=at)
    row = own(request, appointment_id, who, act=Act.UPDATE, at=at)
    if not (row.kind_code and row.agenda_id) or not delays_at(at).may_move(row.state, row.starts_at, at):
        messages.warning(request, str(refusals.TooLate.__doc__))
        return redirect("appointments:detail", row.id)
    asked = request.POST.get("creneau", "") or request.GET.get("creneau", "")
    if request.method == "POST":
        return _moved(request, row, who, asked, at)
    if asked:
        context = {"row": row, "chosen": asked_choice(asked), "value": asked, "trail": trail()}
        return render(request, "appointments/move_check.html", context)
    week = week_of(
        establishment=row.establishment, kind=row.kind_code, asked=asked_day(request), via=via_of(who), at=at
    )
    context = {"row": row, "week": week, "trail": trail(), "base": reverse("appointments:move", args=[row.id])}
    return render(request, "appointments/move.html", context)


def _moved(
    request: AuthenticatedRequest, row: AppointmentRow, who: consent.Acting, asked: str, at: datetime
) -> HttpResponse:
    chosen = asked_choice(asked)
    try:
        moved = move_appointment(
            appointment_id=row.id,
            starts_at=chosen.starts_at,
            agenda_id=chosen.agenda_id,
            by=who.voice.actor,
            via=via_of(who),
            at=at,
        )
    except refusals.SlotTaken as refusal:
        context = {"refusal": refusal, "base": reverse("appointments:move", args=[row.id]), "trail": trail()}
        return render(request, "appointments/taken.html", context, status=409)
    except REFUSALS as refusal:
        messages.warning(request, str(refusal.__doc__))
        return redirect("appointments:detail", row.id)
    messages.success(request, f"C’est fait. Votre rendez-vous est maintenant le {moved.moment_in_words}.")
    return redirect("appointments:detail", moved.id)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.APPOINTMENT, Act.UPDATE)
def cancel(request: AuthenticatedRequest, appointment_id: UUID) -> HttpResponse:
    """Tell what cancelling means, then cancel."""
    at = timezone.now()
    who = consent.deciding(request, at=at)
    row = own(request, appointment_id, who, act=Act.UPDATE, at=at)
    if request.method == "POST":
        done = tell_refusal(
            request,
            lambda: changing.cancel(
                appointment_id=row.id, by=who.voice.actor, via=via_of(who), at=at, reason="patient"
            ),
        )
        if done:
            messages.success(request, f"Votre rendez-vous du {row.moment_in_words} est annulé. L’hôpital le sait.")
        return redirect("appointments:mine")
    return render(request, "appointments/cancel.html", {"one": _whole(row, who, at), "trail": trail()})


@require_POST
@access.requires(Kind.APPOINTMENT, Act.UPDATE)
def confirm(request: AuthenticatedRequest, appointment_id: UUID) -> HttpResponse:
    """Say that one will come."""
    at = timezone.now()
    who = consent.deciding(request, at=at)
    row = own(request, appointment_id, who, act=Act.UPDATE, at=at)
    if tell_refusal(
        request, lambda: changing.confirm(appointment_id=row.id, by=who.voice.actor, via=via_of(who), at=at)
    ):
        messages.success(request, "Merci. L’équipe sait que vous viendrez.")
    return redirect("appointments:detail", row.id)


@require_POST
@access.requires(Kind.APPOINTMENT, Act.UPDATE)
def wait(request: AuthenticatedRequest, appointment_id: UUID) -> HttpResponse:
    """Ask to be told when an earlier place is freed."""
    at = timezone.now()
    who = consent.deciding(request, at=at)
    row = own(request, appointment_id, who, act=Act.UPDATE, at=at)
    if tell_refusal(request, lambda: waiting.bring_forward(appointment_id=row.id, by=who.voice.actor, at=at)):
        messages.success(request, "C’est noté. Si une place se libère plus tôt, nous vous la proposerons.")
    return redirect("appointments:detail", row.id)


@require_POST
@access.requires(Kind.APPOINTMENT, Act.UPDATE)
def wait_no_more(request: AuthenticatedRequest, appointment_id: UUID) -> HttpResponse:
    """Leave the waiting list; the appointment stays."""
    at = timezone.now()
    who = consent.deciding(request, at=at)
    row = own(request, appointment_id, who, act=Act.UPDATE, at=at)
    entry = waited_for(who.person_id).get(row.id)
    if entry is not None:
        waiting.leave_list(entry_id=entry, by=who.voice.actor, via=via_of(who), at=at)
    messages.success(request, "C’est noté. Votre rendez-vous ne change pas.")
    return redirect("appointments:detail", row.id)


@require_POST
@access.requires(Kind.APPOINTMENT, Act.UPDATE)
def accept(request: AuthenticatedRequest, offer_id: UUID) -> HttpResponse:
    """Take a place that was freed."""
    at = timezone.now()
    who = consent.deciding(request, at=at)
    offer = _offer(request, offer_id, who, at)
    try:
        row = waiting.accept_offer(offer_id=offer.id, by=who.voice.actor, via=via_of(who), at=at)
    except refusals.OfferClosed as refusal:
        messages.warning(request, str(refusal.__doc__))
        return redirect("appointments:mine")
    messages.success(request, f"C’est fait. Vous êtes attendu le {row.moment_in_words}.")
    return redirect("appointments:detail", row.id)


@require_POST
@access.requires(Kind.APPOINTMENT, Act.UPDATE)
def refuse(request: AuthenticatedRequest, offer_id: UUID) -> HttpResponse:
    """Leave a freed place to somebody else."""
    at = timezone.now()
    who = consent.deciding(request, at=at)
    offer = _offer(request, offer_id, who, at)
    if tell_refusal(
        request, lambda: waiting.refuse_offer(offer_id=offer.id, by=who.voice.actor, via=via_of(who), at=at)
    ):
        messages.success(request, "C’est noté. Vous gardez votre rendez-vous et votre rang dans la liste.")
    return redirect("appointments:mine")


def _offers(who: consent.Acting, at: datetime) -> list[OfferRow]:
    """Return the places offered to the person of this space, but what a minor keeps secret from who represents them."""
    found = offers_of(who.person_id, at=at)
    if who.is_self or not found:
        return found
    secret = consent.secret_items(who.person_id, at=at)
    return [one for one in found if one.instead_of is None or one.instead_of.id not in secret]


def _offer(request: AuthenticatedRequest, offer_id: UUID, who: consent.Acting, at: datetime) -> OfferRow:
    """Return an offer made to the person of this space; the decision leaves its event."""
    found = next((one for one in _offers(who, at) if one.id == offer_id), None)
    if found is None:
        raise Http404
    access.check(
        request.viewer,
        Kind.APPOINTMENT,
        Act.UPDATE,
        relation=who.relation,
        target=f"appointment:{found.place.id}",
        person_id=who.person_id,
        at=at,
    )
    return found
