"""Measures that people write down, and measures that a professional judges false."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.db import transaction

from passerelle.care.devices.models import Measure, Monitoring
from passerelle.care.devices.rules import payload
from passerelle.care.devices.rules.catalogue import Kind as MeasureKind
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.rules.payload import Reading
from passerelle.care.devices.rules.words import Origin
from passerelle.care.devices.selectors import guarding
from passerelle.care.devices.services.judging import judge
from passerelle.care.devices.services.refusals import AccessRefused, NotMonitored
from passerelle.care.devices.services.taking import SOURCE, NewMeasure, convert, observation_of
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Viewer
from passerelle.protocols.fhir import api as fhir


@transaction.atomic
def enter_measure(
    *,
    person_id: UUID,
    kind: MeasureKind,
    values: Mapping[str, Decimal],
    measured_at: datetime,
    by: Viewer,
    at: datetime,
) -> UUID:
    """Keep a measure that somebody wrote down, marked as entered; it is judged like the others. Return its id.

    Raises:
        NotAMeasure: a value is not possible.
        NotMonitored: nobody follows this person: nobody would look.
        AccessRefused: the decision refuses.
    """
    guarding.check(by, Kind.OBSERVATION, Act.CREATE, person_id=person_id, target=f"measure:{kind.slug}", at=at)
    checked = {
        one.code: payload.in_house(one, values[one.code], one.unit, one.label, convert)
        for one in kind.quantities
        if one.code in values
    }
    files = guarding.files_of(person_id)
    monitoring = Monitoring.objects.filter(local_identity_id__in=files, until=None).order_by("-since", "pk").first()
    if monitoring is None:
        raise NotMonitored
    new = NewMeasure(
        id=uuid4(),
        local_identity_id=monitoring.local_identity_id,
        establishment=monitoring.establishment,
        reading=Reading(kind, measured_at, None, checked),
        device_id=None,
        received_at=at,
        origin=Origin.ENTERED,
        by_name=by.name,
    )
    Measure.objects.create(
        id=new.id,
        local_identity_id=new.local_identity_id,
        kind=kind.slug,
        measured_at=measured_at,
        values=new.plain_values,
        origin=Origin.ENTERED.value,
        received_at=at,
        by_name=by.name,
    )
    with access.as_machine():
        record.put(
            observation_of(new),
            local_identity_id=new.local_identity_id,
            at=at,
            source=SOURCE,
            establishment=new.establishment,
        )
    judge([(new.local_identity_id, measured_at, checked)], at=at)
    return new.id


@transaction.atomic
def void_measure(*, measure_id: UUID, by: Viewer, at: datetime) -> None:
    """Mark a measure as false; it leaves the curves, and its Observation says so. Nothing is erased.

    Raises:
        AccessRefused: the decision refuses, or there is no such measure.
    """
    row = Measure.objects.select_for_update().filter(pk=measure_id).first()
    person_id = guarding.person_of(row.local_identity_id) if row else None
    if row is None or person_id is None:
        raise AccessRefused
    guarding.check(by, Kind.OBSERVATION, Act.UPDATE, person_id=person_id, target=f"measure:{row.pk}", at=at)
    if row.voided_at is not None:
        return
    row.voided_at = at
    row.save(update_fields=["voided_at"])
    with access.as_machine():
        held = record.read("Observation", row.pk)
        if held is not None and not held.deleted:
            resource = fhir.loads(held.body) | {"status": "entered-in-error"}
            record.put(resource, local_identity_id=row.local_identity_id, at=at, source=SOURCE)


def kind_named(slug: str) -> MeasureKind:
    """Return a measure by its name in addresses.

    Raises:
        AccessRefused: there is none.
    """
    found = catalogue().kinds.get(slug)
    if found is None:
        raise AccessRefused
    return found
