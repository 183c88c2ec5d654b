"""What waits for a person: set aside with a reason, or accepted for whom a professional names."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from passerelle.care.devices.models import HeldMeasure, Measure, Pairing
from passerelle.care.devices.rules import payload, refusals
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.rules.refusals import NotAMeasure
from passerelle.care.devices.rules.words import Origin, Settled
from passerelle.care.devices.selectors import guarding
from passerelle.care.devices.services.judging import judge
from passerelle.care.devices.services.refusals import AccessRefused, NotHeldThen
from passerelle.care.devices.services.taking import SOURCE, NewMeasure, convert, observation_of
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Viewer


@transaction.atomic
def discard(*, held_id: UUID, note: str, by: Viewer, at: datetime) -> None:
    """Set a message aside; it stays, with who decided and why.

    Raises:
        AccessRefused: it is not of the viewer's establishments, or settled.
    """
    row = _locked(held_id, by)
    _settle(row, Settled.DISCARDED, note=note, by=by, at=at)


@transaction.atomic
def accept(*, held_id: UUID, pairing_id: int, measured_at: datetime, note: str, by: Viewer, at: datetime) -> UUID:
    """Accept a message as the measure of who held the device then, at a moment that a professional tells.

    Raises:
        NotAMeasure: what the message says is no measure, or the device gave another one at that moment.
        NotHeldThen: that person did not hold the device at that moment.
        AccessRefused: the decision refuses for that person.
    """
    row = _locked(held_id, by)
    pairing = Pairing.objects.filter(pk=pairing_id).first()
    if pairing is None or pairing.device_id != row.device_id:
        raise AccessRefused
    if measured_at < pairing.since or (pairing.until is not None and measured_at >= pairing.until) or measured_at > at:
        raise NotHeldThen
    person_id = guarding.person_of(pairing.local_identity_id)
    if person_id is None:
        raise AccessRefused
    guarding.check(by, Kind.OBSERVATION, Act.CREATE, person_id=person_id, target=f"held:{row.pk}", at=at)
    reading = replace(payload.read(bytes(row.raw), catalogue(), convert), measured_at=measured_at)
    new = NewMeasure(uuid4(), pairing.local_identity_id, pairing.establishment, reading, row.device_id, row.received_at)
    _store(new, by=by)
    with access.as_machine():
        record.put(
            observation_of(new),
            local_identity_id=new.local_identity_id,
            at=at,
            source=SOURCE,
            establishment=new.establishment,
        )
    _settle(row, Settled.KEPT, note=note, by=by, at=at)
    judge([(new.local_identity_id, measured_at, reading.values)], at=at)
    return new.id


def _store(new: NewMeasure, *, by: Viewer) -> None:
    try:
        with transaction.atomic():
            Measure.objects.create(
                id=new.id,
                local_identity_id=new.local_identity_id,
                kind=new.reading.kind.slug,
                measured_at=new.reading.measured_at,
                values=new.plain_values,
                origin=Origin.DEVICE.value,
                device_id=new.device_id,
                received_at=new.received_at,
                by_name=by.name,
            )
    except IntegrityError as there:
        why = "cet appareil a déjà une mesure à ce moment\u202f; donnez le moment juste, ou écartez le message"
        raise NotAMeasure(refusals.CONFLICT, "measured_at", why) from there


def _locked(held_id: UUID, by: Viewer) -> HeldMeasure:
    places = guarding.places_of(by)
    row = HeldMeasure.objects.select_for_update().filter(pk=held_id, settled_at=None).first()
    if row is None or (row.establishment and row.establishment not in places) or not places:
        raise AccessRefused
    return row


def _settle(row: HeldMeasure, decision: Settled, *, note: str, by: Viewer, at: datetime) -> None:
    row.settled_at, row.settled_by, row.decision, row.note = at, by.name, decision.value, note
    row.save(update_fields=["settled_at", "settled_by", "decision", "note"])
