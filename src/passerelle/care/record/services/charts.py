"""What messages need of a patient's record: locked at once for a group, kept up to date for the messages of a lane."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid5

import orjson
from msgspec import Struct

from passerelle.care.exchange.api import ask
from passerelle.care.record.rules.stays import StayFact
from passerelle.care.record.rules.storing import from_json
from passerelle.care.record.services.writing import HELD_COLUMNS, Held

_NAMESPACE: Final = UUID("0d8bb2a1-3c1f-5f4b-8a35-9a0a6f6f1f02")
_PATIENTS = (
    f"SELECT {HELD_COLUMNS} FROM record_resource WHERE type = 'Patient' AND id = ANY(%s)"  # noqa: S608 - our words
    " AND local_identity_id = ANY(%s) ORDER BY id FOR UPDATE"
)
_STAYS_BY_NUMBER = (
    f"SELECT asked.rank, {', '.join(f'stay.{name}' for name in HELD_COLUMNS.split(', '))}"  # noqa: S608 - our words
    " FROM unnest(%s::int[], %s::uuid[], %s::text[], %s::text[])"
    " AS asked (rank, local_identity_id, establishment, pattern)"
    " JOIN record_resource stay ON stay.local_identity_id = asked.local_identity_id AND stay.type = 'Encounter'"
    " AND stay.establishment = asked.establishment"
    " AND EXISTS (SELECT FROM unnest(stay.identifiers) AS held WHERE held LIKE asked.pattern)"
    " ORDER BY stay.last_updated DESC, stay.id FOR UPDATE OF stay"
)
_STAYS_BY_ID = (
    f"SELECT {HELD_COLUMNS} FROM record_resource WHERE type = 'Encounter' AND id = ANY(%s)"  # noqa: S608 - our words
    " ORDER BY id FOR UPDATE"
)
_OPENED = "SELECT DISTINCT stay_id FROM record_stayevent WHERE stay_id = ANY(%s)"
_EVENTS = "SELECT stay_id, content FROM record_stayevent WHERE stay_id = ANY(%s) ORDER BY id"


@dataclass(slots=True)
class HeldStay:
    """A stay locked by this transaction: its Encounter, None while there is none, and its events so far."""

    id: UUID
    held: Held | None = None
    events: list[StayFact] = field(default_factory=list)


@dataclass(slots=True)
class Chart:
    """The part of a local identity's record that messages write, locked. The identity is None until it is created."""

    local_identity_id: UUID | None
    patient: Held | None = None
    stays: dict[str, HeldStay] = field(default_factory=dict)


class NumberedStay(Struct, frozen=True):
    """A stay by its number; `known_as` are all the local identities of the patient in this establishment."""

    known_as: Sequence[UUID]
    establishment: str
    number: str


def stay_id(establishment: str, number: str) -> UUID:
    """Return the id of the Encounter of a stay that messages open: drawn from its establishment and number."""
    return uuid5(_NAMESPACE, f"{establishment}/{number}")


def lock_patients(local_identity_ids: Sequence[UUID]) -> dict[UUID, Held]:
    """Return the Patients of local identities, locked; those not stored yet are absent."""
    ids = list(local_identity_ids)
    found = (Held(*row) for row in ask(_PATIENTS, [ids, ids])) if ids else ()
    return {held.id: held for held in found}


def lock_stays(asked: Sequence[NumberedStay]) -> list[HeldStay]:
    """Return each stay, locked: the one held under this number, however it came, else the one it will be."""
    by_number = _by_number(asked)
    ids = [
        by_number[rank].id if rank in by_number else stay_id(one.establishment, one.number)
        for rank, one in enumerate(asked)
    ]
    by_id = _by_drawn_id([id_ for rank, id_ in enumerate(ids) if rank not in by_number])
    held_stays = [by_number.get(rank) or by_id.get(id_) for rank, id_ in enumerate(ids)]
    events = _events([held.id for held in held_stays if held])
    return [HeldStay(id_, held, events.get(id_, [])) for id_, held in zip(ids, held_stays, strict=True)]


def _by_drawn_id(ids: list[UUID]) -> dict[UUID, Held]:
    """Return the stays that are there under the id drawn for them, whoever's they are.

    An event opened each of them: most are new, and its table tells so in one look-up where theirs has eight partitions.
    """
    opened = [id_ for (id_,) in ask(_OPENED, [ids])] if ids else []
    return {held.id: held for held in (Held(*row) for row in ask(_STAYS_BY_ID, [opened]))} if opened else {}


def _by_number(asked: Sequence[NumberedStay]) -> dict[int, Held]:
    """Return, by rank in what is asked, the stays that a patient has under their number: the last written of each."""
    lines = [
        (rank, local_identity_id, one.establishment, "%|" + _like(one.number))
        for rank, one in enumerate(asked)
        for local_identity_id in one.known_as
    ]
    found: dict[int, Held] = {}
    for rank, *held in ask(_STAYS_BY_NUMBER, list(map(list, zip(*lines, strict=True)))) if lines else ():
        found.setdefault(rank, Held(*held))
    return found


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _events(stay_ids: list[UUID]) -> dict[UUID, list[StayFact]]:
    found: dict[UUID, list[StayFact]] = {}
    for id_, content in ask(_EVENTS, [stay_ids]) if stay_ids else ():
        found.setdefault(id_, []).append(from_json(orjson.loads(content)))
    return found
