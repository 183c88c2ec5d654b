"""What messages and FHIR writes do to appointments. Source: HL7 v2.5, chapter 10 (SIU); FHIR R4, Appointment."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from passerelle.care.appointments.models import Agenda, Booking
from passerelle.care.appointments.rules.openings import Period
from passerelle.care.appointments.rules.resources import STATES
from passerelle.care.appointments.rules.vocabulary import State, Via
from passerelle.care.appointments.selectors.slots import nearest_slots
from passerelle.care.appointments.services import storing
from passerelle.care.appointments.services.mirroring import Told, is_later, mirror, named_agenda, named_kind
from passerelle.care.appointments.services.places import lock_agendas
from passerelle.care.appointments.services.settling import Hand
from passerelle.care.exchange.api import Inbound
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.core.access.api import Role
from passerelle.core.audit.api import Actor
from passerelle.core.directory import api as directory
from passerelle.protocols import pamfr
from passerelle.protocols.fhir import api as fhir

_SLOT, _WHOLE = "Appointment.slot", "Appointment"
_USUAL: Final = timedelta(minutes=30)
#: What the trigger alone says of an appointment that the house keeps (HL7 table 0003).
_TRIGGERS: Final = {"S15": State.CANCELLED, "S16": State.CANCELLED, "S17": State.CANCELLED, "S26": State.MISSED}
#: HL7 table 0278 for the same.
_STATUSES: Final = {
    "started": State.ARRIVED,
    "complete": State.DONE,
    "noshow": State.MISSED,
    "cancelled": State.CANCELLED,
}


def handle(inbound: Inbound) -> None:
    """Mirror the appointment of a SIU message, once the record has made it of all that was told.

    What another application keeps is as the record folded it, whatever the order of messages. What the house keeps
    follows the message unless it changed here since; the record then says again what the table says.
    """
    event = inbound.event
    if not isinstance(event, pamfr.AppointmentEvent) or not event.appointment.id:
        return
    found = inbound.findings.get(identity.ResolvedPatient) or identity.locate_patient(
        event.patient, establishment=inbound.establishment
    )
    if found is None:  # the record has refused it already
        return
    establishment = found.reference.establishment
    id_ = record.appointment_id(establishment, event.appointment.id)
    booking = Booking.objects.select_related("agenda", "kind").filter(pk=id_).first()
    who = Actor(None, inbound.sending_application or "Application de l’établissement", "application", establishment)
    hand = Hand(who, Via.MESSAGE, inbound.received_at)
    if booking is not None and not booking.is_external:
        _tell_ours(booking, event, hand)
        return
    told = _told_by_record(id_, event, establishment)
    if told is not None:
        mirror(told, hand)


def _tell_ours(booking: Booking, event: pamfr.AppointmentEvent, hand: Hand) -> None:
    """Follow what an application says of an appointment that the house keeps."""
    if not is_later(booking.pk, event.occurred_at):
        told = event.appointment
        start = told.starts_at or booking.starts_at
        end = told.ends_at or start + (booking.ends_at - booking.starts_at)
        status = _TRIGGERS.get(event.trigger) or _STATUSES.get(told.status.casefold(), State.BOOKED)
        period = Period(booking.starts_at, booking.ends_at) if status is State.CANCELLED else Period(start, end)
        mirror(
            Told(
                id=booking.pk,
                number=booking.number,
                establishment=booking.establishment,
                local_identity_id=booking.local_identity_id,
                state=status,
                period=period,
                reason=event.cancel_reason.label or event.cancel_reason.code,
            ),
            hand,
        )
    storing.store(Booking.objects.select_related("agenda", "kind").get(pk=booking.pk), at=hand.at)


def _told_by_record(id_: UUID, event: pamfr.AppointmentEvent, establishment: str) -> Told | None:
    """Return what the record made of all messages; None for an appointment that has no time yet."""
    held = record.read("Appointment", id_)
    if held is None or held.deleted:
        return None
    resource: fhir.Json = fhir.loads(held.body)
    period, told = _period(resource), event.appointment
    if period is None:
        return None
    codes = {one.identifier.value for one in told.practitioners if one.identifier}
    codes |= {code for place in told.locations for code in (place.point_of_care, place.room) if code}
    names = [f"{one.given} {one.family}".strip() for one in told.practitioners]
    unit = next((place.point_of_care for place in told.locations if place.point_of_care), "")
    site = directory.site_of_unit(establishment, unit) if unit else None
    return Told(
        id=id_,
        number=told.id,
        establishment=establishment,
        local_identity_id=held.local_identity_id,
        state=STATES.get(str(resource.get("status")), State.BOOKED),
        period=period,
        agenda=named_agenda(establishment, codes),
        kind=named_kind({one.code for one in (told.kind, *told.services) if one.code}),
        site=site.code if site else "",
        practitioner=next(iter(names), ""),
        reason=event.cancel_reason.label or event.cancel_reason.code,
    )


def heed(write: record.FhirWrite) -> None:
    """Reflect an Appointment that an application wrote by FHIR.

    Raises:
        NotAcceptable: the place is taken, or whoever writes is not an application of the hospital.
    """
    if not write.by.has(Role.APPLICATION):
        raise record.NotAcceptable(_WHOLE, "un rendez-vous se prend à l’accueil ou dans l’espace du patient")
    hand = Hand(Actor(None, write.by.name, "application", write.establishment), Via.FHIR, write.at)
    booking = Booking.objects.select_related("agenda", "kind").filter(pk=write.id).first()
    told = _told_by_fhir(write, booking)
    if told is None:
        return
    if told.agenda is not None and told.state is not State.CANCELLED:
        _check_free(told, write)
    if booking is not None or told.state is not State.CANCELLED:
        mirror(told, hand)


def _told_by_fhir(write: record.FhirWrite, booking: Booking | None) -> Told | None:
    resource = write.resource
    if write.is_deletion:
        return _ended(booking) if booking else None
    period = _period(resource)
    if period is None:
        return _ended(booking) if booking and resource.get("status") in {"cancelled", "entered-in-error"} else None
    codings = [one for concept in resource.get("serviceType", ()) for one in concept.get("coding", ())]
    numbers = [str(one["value"]) for one in resource.get("identifier", ()) if one.get("value")]
    return Told(
        id=write.id,
        number=booking.number if booking else next(iter(numbers), f"FHIR-{write.id}"),
        establishment=write.establishment,
        local_identity_id=write.local_identity_id,
        state=STATES.get(str(resource.get("status")), State.BOOKED),
        period=period,
        agenda=_agenda_of_slot(resource, write.establishment),
        kind=named_kind({str(one.get("code", "")) for one in codings} - {""}),
    )


def _ended(booking: Booking) -> Told:
    return Told(
        id=booking.pk,
        number=booking.number,
        establishment=booking.establishment,
        local_identity_id=booking.local_identity_id,
        state=State.CANCELLED,
        period=Period(booking.starts_at, booking.ends_at),
    )


def _check_free(told: Told, write: record.FhirWrite) -> None:
    agenda = told.agenda
    if agenda is None:
        return
    lock_agendas(agenda.pk)
    taken = Booking.objects.taking().over(told.period.start, told.period.end).filter(agenda=agenda)
    if taken.exclude(pk=told.id).count() < agenda.seats:
        return
    kind = told.kind.code if told.kind else ""
    free = nearest_slots(establishment=agenda.establishment, kind=kind, around=told.period.start, not_before=write.at)
    starts = ", ".join(str(fhir.moment(slot.starts_at)) for slot in free)
    why = "ce créneau est pris" + (f" ; créneaux libres les plus proches : {starts}" if starts else "")
    raise record.NotAcceptable(_SLOT, why, is_conflict=True)


def _agenda_of_slot(resource: fhir.Json, establishment: str) -> Agenda | None:
    """Return the agenda of the first Slot that an Appointment names, when it is one of the establishment."""
    targets = (fhir.local_target(str(one.get("reference", ""))) for one in resource.get("slot", ()))
    for target in targets:
        held = record.read(*target) if target else None
        if held is None or held.deleted or held.type != "Slot":
            continue
        schedule = fhir.local_target(str(fhir.loads(held.body).get("schedule", {}).get("reference", "")))
        if schedule is not None:
            return Agenda.objects.filter(pk=schedule[1], establishment=establishment).first()
    return None


def _period(resource: fhir.Json) -> Period | None:
    start, end = resource.get("start"), resource.get("end")
    if not start:
        return None
    starts_at = datetime.fromisoformat(str(start))
    ends_at = datetime.fromisoformat(str(end)) if end else starts_at + _USUAL
    return Period(starts_at, ends_at) if ends_at > starts_at else Period(starts_at, starts_at + _USUAL)
