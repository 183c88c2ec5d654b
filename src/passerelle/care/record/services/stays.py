"""Stays: each ADT event is kept as understood, and the Encounter is made again from all of them."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from msgspec import Struct

from passerelle.care.exchange.api import Table, in_transaction, insert_row
from passerelle.care.record.rules.encounters import Numbered, base_fact, encounter_of
from passerelle.care.record.rules.stays import StayFact, fold
from passerelle.care.record.rules.storing import to_json
from passerelle.care.record.services.charts import HeldStay
from passerelle.care.record.services.writing import Origin, Whose, put_over
from passerelle.protocols.fhir import api as fhir

_EVENTS: Final = Table(
    "record_stayevent",
    {
        "stay_id": "uuid",
        "local_identity_id": "uuid",
        "establishment": "text",
        "source": "text",
        "trigger": "text",
        "recorded_at": "timestamp with time zone",
        "received_at": "timestamp with time zone",
        "content": "jsonb",
    },
)


class StayOf(Struct, frozen=True):
    """Whose stay it is, where, and under which number."""

    local_identity_id: UUID
    establishment: str
    place: dict[str, Any]
    number: Numbered


def apply_to_stay(fact: StayFact, stay: HeldStay, whose: StayOf, *, at: datetime) -> None:
    """Keep an event of a stay and make its Encounter again; the same event again changes nothing.

    `stay` is locked, and holds afterwards what was written.
    """
    subject = stay.held.local_identity_id if stay.held else whose.local_identity_id
    with in_transaction():
        if stay.held is not None and not stay.events:  # it was loaded without its messages: what it is comes first
            _keep(base_fact(fhir.loads(stay.held.body), stay.held.last_updated), stay, subject, whose, at)
        if all((one.source, one.trigger) != (fact.source, fact.trigger) for one in stay.events):
            _keep(fact, stay, whose.local_identity_id, whose, at)
        resource = encounter_of(
            fold(stay.events), id_=str(stay.id), subject=str(subject), number=whose.number, place=whose.place
        )
        stay.held = put_over(stay.held, resource, Whose(stay.id, subject), Origin(at, fact.source, whose.establishment))


def _keep(fact: StayFact, stay: HeldStay, local_identity_id: UUID, whose: StayOf, at: datetime) -> None:
    content = orjson.dumps(to_json(fact)).decode()
    values = [stay.id, local_identity_id, whose.establishment, fact.source, fact.trigger, fact.recorded_at, at, content]
    insert_row(_EVENTS, values)
    stay.events.append(fact)
