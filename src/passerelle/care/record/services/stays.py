"""Stays: each ADT event is kept as understood, and the Encounter is made again from all of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, transaction

from passerelle.care.record.models import StayEvent
from passerelle.care.record.rules.encounters import Numbered, base_fact, encounter_of
from passerelle.care.record.rules.stays import StayFact, fold
from passerelle.care.record.rules.storing import from_json, to_json
from passerelle.care.record.selectors.store import read
from passerelle.care.record.services.writing import Stored, put
from passerelle.protocols.fhir import api as fhir

_NAMESPACE = UUID("0d8bb2a1-3c1f-5f4b-8a35-9a0a6f6f1f02")


def stay_id(establishment: str, number: str) -> UUID:
    """Return the id of the Encounter of a stay that messages open: drawn from its establishment and number."""
    return uuid5(_NAMESPACE, f"{establishment}/{number}")


def find_stay(local_identity_ids: list[UUID], *, establishment: str, number: str) -> UUID:
    """Return the id of a patient's stay by its number: the one held, however it came, else the one it will have."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM record_resource WHERE local_identity_id = ANY(%s) AND type = 'Encounter'"
            " AND establishment = %s AND EXISTS (SELECT FROM unnest(identifiers) AS held WHERE held LIKE %s)"
            " ORDER BY last_updated DESC, id LIMIT 1",
            [local_identity_ids, establishment, "%|" + _like(number)],
        )
        row = cursor.fetchone()
    return row[0] if row else stay_id(establishment, number)


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@dataclass(frozen=True, slots=True)
class StayKey:
    """Which stay, of which patient, where."""

    id: UUID
    local_identity_id: UUID
    establishment: str


@transaction.atomic(savepoint=False)
def apply_to_stay(fact: StayFact, *, key: StayKey, number: Numbered, place: dict[str, Any], at: datetime) -> Stored:
    """Keep an event of a stay and make its Encounter again; the same event again changes nothing."""
    id_, local_identity_id, establishment = key.id, key.local_identity_id, key.establishment
    held, events = read("Encounter", id_), _events(id_)
    if held is not None and not events:
        base = base_fact(fhir.loads(held.body), held.last_updated)
        _keep(base, id_, held.local_identity_id, establishment, at)
        events = [base]
    if all((one.source, one.trigger) != (fact.source, fact.trigger) for one in events):
        _keep(fact, id_, local_identity_id, establishment, at)
        events = [*events, fact]
    subject = held.local_identity_id if held else local_identity_id
    resource = encounter_of(
        fold(events),
        id_=str(id_),
        subject=str(subject),
        number=number,
        place=place,
    )
    return put(resource, local_identity_id=subject, at=at, source=fact.source, establishment=establishment)


def _events(id_: UUID) -> list[StayFact]:
    kept = StayEvent.objects.filter(stay_id=id_).order_by("pk").values_list("content", flat=True)
    return [from_json(content) for content in kept]


def _keep(fact: StayFact, id_: UUID, local_identity_id: UUID, establishment: str, at: datetime) -> None:
    row = StayEvent(
        stay_id=id_,
        local_identity_id=local_identity_id,
        establishment=establishment,
        source=fact.source,
        trigger=fact.trigger,
        recorded_at=fact.recorded_at,
        received_at=at,
        content=to_json(fact),
    )
    StayEvent.objects.bulk_create([row], ignore_conflicts=True)
