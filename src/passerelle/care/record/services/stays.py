"""Stays: each ADT event is kept as understood, and the Encounter is made again from all of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import orjson
from django.db import transaction

from passerelle.care.exchange.api import run_prepared
from passerelle.care.record.rules.encounters import Numbered, base_fact, encounter_of
from passerelle.care.record.rules.stays import StayFact, fold
from passerelle.care.record.rules.storing import from_json, to_json
from passerelle.care.record.services.writing import HELD_COLUMNS, Held, Origin, Stored, lock, put_over
from passerelle.protocols.fhir import api as fhir

_NAMESPACE = UUID("0d8bb2a1-3c1f-5f4b-8a35-9a0a6f6f1f02")
_LOCK_BY_NUMBER = (
    f"SELECT {HELD_COLUMNS} FROM record_resource WHERE local_identity_id = ANY(%s) AND type = 'Encounter'"  # noqa: S608
    " AND establishment = %s AND EXISTS (SELECT FROM unnest(identifiers) AS held WHERE held LIKE %s)"
    " ORDER BY last_updated DESC, id LIMIT 1 FOR UPDATE"
)
_EVENTS = "SELECT content FROM record_stayevent WHERE stay_id = %s ORDER BY id"
_KEEP = (
    "INSERT INTO record_stayevent (stay_id, local_identity_id, establishment, source, trigger, recorded_at,"
    " received_at, content) VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)


def stay_id(establishment: str, number: str) -> UUID:
    """Return the id of the Encounter of a stay that messages open: drawn from its establishment and number."""
    return uuid5(_NAMESPACE, f"{establishment}/{number}")


def find_stay(local_identity_ids: list[UUID], *, establishment: str, number: str) -> UUID:
    """Return the id of a patient's stay by its number: the one held, however it came, else the one it will have."""
    held = _held_under(local_identity_ids, establishment, number)
    return held.id if held else stay_id(establishment, number)


def _held_under(local_identity_ids: list[UUID], establishment: str, number: str) -> Held | None:
    row = run_prepared(_LOCK_BY_NUMBER, [local_identity_ids, establishment, "%|" + _like(number)]).fetchone()
    return Held(*row) if row else None


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@dataclass(frozen=True, slots=True)
class StayOf:
    """Whose stay it is, where, and under which number; `known_as` are all the patient's identities there."""

    local_identity_id: UUID
    known_as: list[UUID]
    establishment: str
    place: dict[str, Any]
    number: Numbered


@transaction.atomic(savepoint=False)
def apply_to_stay(fact: StayFact, whose: StayOf, *, at: datetime) -> Stored:
    """Keep an event of a stay and make its Encounter again; the same event again changes nothing."""
    held = _held_under(whose.known_as, whose.establishment, whose.number.value)
    id_ = held.id if held else stay_id(whose.establishment, whose.number.value)
    held = held or lock("Encounter", id_)
    subject = held.local_identity_id if held else whose.local_identity_id
    events = _events_so_far(held, whose.establishment, at)
    if all((one.source, one.trigger) != (fact.source, fact.trigger) for one in events):
        _keep(fact, id_, whose.local_identity_id, whose.establishment, at)
        events = [*events, fact]
    resource = encounter_of(fold(events), id_=str(id_), subject=str(subject), number=whose.number, place=whose.place)
    origin = Origin(at, fact.source, whose.establishment)
    return put_over(held, resource, id_=id_, local_identity_id=subject, origin=origin)


def _events_so_far(held: Held | None, establishment: str, at: datetime) -> list[StayFact]:
    """Return the events of a stay; the state of one that was loaded without its messages becomes the first."""
    if held is None:
        return []
    events = [from_json(orjson.loads(content)) for (content,) in run_prepared(_EVENTS, [held.id])]
    if not events:
        events = [base_fact(fhir.loads(held.body), held.last_updated)]
        _keep(events[0], held.id, held.local_identity_id, establishment, at)
    return events


def _keep(fact: StayFact, id_: UUID, local_identity_id: UUID, establishment: str, at: datetime) -> None:
    content = orjson.dumps(to_json(fact)).decode()
    run_prepared(
        _KEEP, [id_, local_identity_id, establishment, fact.source, fact.trigger, fact.recorded_at, at, content]
    )
