"""Measures that arrive: a batch is stored whole or not at all, so that its messages may be acknowledged after.

What is a measure goes to the hot table and to the record; what is not waits for a person, as it came. The same message
again changes nothing.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

import orjson
from django.db import InterfaceError, OperationalError, connection, transaction

from passerelle.care.delivery import api as delivery
from passerelle.care.devices.models import Device, HeldMeasure, Measure
from passerelle.care.devices.rules import payload, refusals, resources
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.rules.holding import Held, holder
from passerelle.care.devices.rules.payload import Reading
from passerelle.care.devices.rules.refusals import NotAMeasure
from passerelle.care.devices.rules.words import Origin
from passerelle.care.devices.selectors.turns import turns_of
from passerelle.care.devices.services.judging import judge
from passerelle.care.record import api as record
from passerelle.core.terminology import api as terminology

SOURCE: Final = "devices"
_logger = logging.getLogger(__name__)
_COLUMNS: Final = "id, local_identity_id, kind, measured_at, values, origin, device_id, received_at, by_name"
_ARRIVING: Final = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS devices_arriving (id uuid, local_identity_id uuid, kind text,"
    " measured_at timestamptz, values jsonb, origin text, device_id uuid, received_at timestamptz, by_name text)"
)
_COPY: Final = f"COPY devices_arriving ({_COLUMNS}) FROM STDIN"
_KEEP: Final = (
    f"INSERT INTO devices_measure ({_COLUMNS}) SELECT {_COLUMNS} FROM devices_arriving"  # noqa: S608 - our words
    " ON CONFLICT (device_id, measured_at, kind) DO NOTHING RETURNING id"
)
_HEARD: Final = (
    "UPDATE devices_device device SET heard_at = greatest(device.heard_at, heard.at),"
    " battery = coalesce(heard.battery, device.battery) FROM unnest(%s::uuid[], %s::timestamptz[], %s::smallint[])"
    " AS heard (id, at, battery) WHERE device.id = heard.id"
)
#: One batch at a time: duplicates are then seen, and rows locked in one order.
_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtext('devices_taking'))"


class Arrival(NamedTuple):
    """A message as it came: the device is the one whose credential sent it, None when the topic names none.

    `is_kept_copy`: the broker gives again what it was asked to keep (retained); the device said nothing new.
    """

    device_id: UUID | None
    raw: bytes
    received_at: datetime
    topic: str = ""
    is_kept_copy: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch: new measures, ones already there, messages kept for a person."""

    stored: int = 0
    repeated: int = 0
    held: int = 0


class NewMeasure(NamedTuple):
    """A measure on its way to its person's file."""

    id: UUID
    local_identity_id: UUID
    establishment: str
    reading: Reading
    device_id: UUID | None
    received_at: datetime
    origin: Origin = Origin.DEVICE
    by_name: str = ""
    raw: bytes = b""
    topic: str = ""

    @property
    def key(self) -> tuple[UUID | None, datetime, str]:
        return self.device_id, self.reading.measured_at, self.reading.kind.slug

    @property
    def plain_values(self) -> dict[str, float]:
        """Return the values as the table keeps them."""
        return {code: _number(value) for code, value in self.reading.values.items()}


class _Known(NamedTuple):
    establishment: str
    model_code: str


@transaction.atomic
def take(arrivals: Sequence[Arrival]) -> Taken:
    """Take a batch of messages of devices; it is durable once the caller's transaction is."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME)
    ids = {one.device_id for one in arrivals if one.device_id is not None}
    known = {
        row.pk: _Known(row.establishment, row.model_code)
        for row in Device.objects.filter(pk__in=ids).only("establishment", "model_code")
    }
    turns = turns_of(known)
    measures, held = list[NewMeasure](), list[HeldMeasure]()
    for arrival in arrivals:
        try:
            measures.append(understood(arrival, known, turns))
        except NotAMeasure as refusal:
            held.append(held_for(arrival, refusal, known))
    new, repeated, conflicting = _kept_once(measures)
    _file(new)
    _hear(arrivals, measures, known)
    held += [held_for(_arrival_of(one), _conflict(one), known) for one in conflicting]
    kept = len(HeldMeasure.objects.bulk_create(held, ignore_conflicts=True)) if held else 0
    judge([(one.local_identity_id, one.reading.measured_at, one.reading.values) for one in new], at=_latest(arrivals))
    return Taken(len(new), repeated, kept)


def take_surely(arrivals: Sequence[Arrival]) -> Taken:
    """Take a batch; a message that breaks it is found by halves and kept for a person, so that the others go on.

    Raises:
        OperationalError: the database does not answer: nothing is stored, all may be tried again.
    """
    try:
        return take(arrivals)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(arrivals) > 1:
            half = len(arrivals) // 2
            one, other = take_surely(arrivals[:half]), take_surely(arrivals[half:])
            return Taken(one.stored + other.stored, one.repeated + other.repeated, one.held + other.held)
        _logger.exception("a message of a device could not be taken")
        why = "ce message n’a pas pu être lu jusqu’au bout (voir le journal technique)"
        waiting = held_for(arrivals[0], NotAMeasure(refusals.UNREADABLE, "message", why), {})
        HeldMeasure.objects.bulk_create([waiting], ignore_conflicts=True)  # it may come again: it is kept once
        return Taken(held=1)


def _latest(arrivals: Sequence[Arrival]) -> datetime:
    return max(one.received_at for one in arrivals)


def convert(value: Decimal, source: str, target: str, analyte: str) -> Decimal:
    """Return a value in another unit of UCUM (see `terminology.convert`)."""
    return terminology.convert(value, source, target, examination=analyte)


def understood(arrival: Arrival, known: Mapping[UUID, _Known], turns: Mapping[UUID, Sequence[Held]]) -> NewMeasure:
    """Return the measure of a message and whose it is.

    Raises:
        NotAMeasure: it must wait for a person.
    """
    device = known.get(arrival.device_id) if arrival.device_id else None
    if device is None or arrival.device_id is None:
        raise NotAMeasure(refusals.UNKNOWN_DEVICE, "appareil", "aucun appareil enregistré n’envoie sous ce nom")
    reading = payload.read(arrival.raw, catalogue(), convert)
    found = whose(reading, device.model_code, turns.get(arrival.device_id, ()), received_at=arrival.received_at)
    return NewMeasure(
        id=uuid4(),
        local_identity_id=found.local_identity_id,
        establishment=found.establishment,
        reading=reading,
        device_id=arrival.device_id,
        received_at=arrival.received_at,
        raw=arrival.raw,
        topic=arrival.topic,
    )


def whose(reading: Reading, model_code: str, turns: Iterable[Held], *, received_at: datetime) -> Held:
    """Return who held the device of a reading.

    Raises:
        NotAMeasure: nobody for sure, or its model does not measure that.
    """
    model = catalogue().models.get(model_code)
    if model is None or model.kind.slug != reading.kind.slug:
        measured = model.kind.label.lower() if model else "rien de connu"
        why = f"cet appareil mesure {measured}, pas {reading.kind.label.lower()}"
        raise NotAMeasure(refusals.WRONG_KIND, "values", why)
    return holder(turns, measured_at=reading.measured_at, sent_at=reading.sent_at, received_at=received_at)


def held_for(arrival: Arrival, refusal: NotAMeasure, known: Mapping[UUID, _Known]) -> HeldMeasure:
    """Return the message to keep for a person."""
    device = known.get(arrival.device_id) if arrival.device_id else None
    return HeldMeasure(
        device_id=arrival.device_id,
        establishment=device.establishment if device else "",
        topic=arrival.topic[:200],
        raw=arrival.raw,
        digest=hashlib.sha256(arrival.raw).hexdigest(),
        received_at=arrival.received_at,
        code=refusal.code,
        where=refusal.where[:60],
        why=refusal.why[:400],
    )


def _conflict(one: NewMeasure) -> NotAMeasure:
    why = "l’appareil a déjà donné une autre valeur au même moment"
    return NotAMeasure(refusals.CONFLICT, "measured_at", f"{why} ({one.reading.measured_at.isoformat()})")


def _arrival_of(one: NewMeasure) -> Arrival:
    return Arrival(one.device_id, one.raw, one.received_at, one.topic)


def _kept_once(measures: Sequence[NewMeasure]) -> tuple[list[NewMeasure], int, list[NewMeasure]]:
    """Store the measures; return the new ones, how many were there already, and those that contradict one there."""
    if not measures:
        return [], 0, []
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVING)
        cursor.execute("DELETE FROM devices_arriving")
        with connection.wrap_database_errors, cursor.copy(_COPY) as copy:
            copy.write("".join(map(_line, measures)).encode())
        cursor.execute(_KEEP)
        fresh = {row[0] for row in cursor.fetchall()}
        cursor.execute("DELETE FROM devices_arriving")
    new = [one for one in measures if one.id in fresh]
    again = [one for one in measures if one.id not in fresh]
    there = _there({one.key for one in again})
    conflicting = [one for one in again if there.get(one.key) != one.plain_values]
    return new, len(again) - len(conflicting), conflicting


def _there(keys: set[tuple[UUID | None, datetime, str]]) -> dict[tuple[UUID | None, datetime, str], dict[str, float]]:
    if not keys:
        return {}
    rows = Measure.objects.filter(
        device_id__in={key[0] for key in keys}, measured_at__in={key[1] for key in keys}
    ).values_list("device_id", "measured_at", "kind", "values")
    return {(device_id, at, kind): values for device_id, at, kind, values in rows}


def _line(one: NewMeasure) -> str:
    values = orjson.dumps(one.plain_values).decode()
    return (
        f"{one.id}\t{one.local_identity_id}\t{one.reading.kind.slug}\t{one.reading.measured_at.isoformat()}\t{values}"
        f"\t{one.origin.value}\t{one.device_id or chr(92) + 'N'}\t{one.received_at.isoformat()}\t\n"
    )


def _number(value: Decimal) -> float:
    return int(value) if value == int(value) else float(value)


def _file(new: Sequence[NewMeasure]) -> None:
    """Put the Observations in the record, and tell those who subscribed to them."""
    if not new:
        return
    rows = [
        record.BulkRow(observation_of(one), one.local_identity_id, one.establishment, one.received_at) for one in new
    ]
    record.bulk_load("Observation", rows, source=SOURCE)
    if delivery.has_followers("Observation"):
        for row in rows:
            told = {**row.resource, "meta": {"versionId": "1", **row.resource.get("meta", {})}}
            delivery.publish_resource(told, establishment=row.establishment, at=row.last_updated)


def observation_of(one: NewMeasure) -> dict[str, Any]:
    """Return the Observation of a measure."""
    return resources.observation(
        one.reading.kind,
        one.reading.values,
        id_=one.id,
        local_identity_id=one.local_identity_id,
        measured_at=one.reading.measured_at,
        received_at=one.received_at,
        device_id=one.device_id,
        origin=one.origin,
    )


def _hear(arrivals: Sequence[Arrival], measures: Sequence[NewMeasure], known: Mapping[UUID, _Known]) -> None:
    """Note that devices spoke, whatever they said, and the battery they told last."""
    heard: dict[UUID, datetime] = {}
    for one in arrivals:
        if one.device_id in known and one.device_id is not None and not one.is_kept_copy:
            heard[one.device_id] = max(one.received_at, heard.get(one.device_id, one.received_at))
    batteries: defaultdict[UUID | None, list[tuple[datetime, int]]] = defaultdict(list)
    for measure in measures:
        if measure.reading.battery is not None:
            batteries[measure.device_id].append((measure.reading.measured_at, measure.reading.battery))
    ids = sorted(heard)
    told = [max(batteries[one])[1] if batteries[one] else None for one in ids]
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_HEARD, [ids, [heard[one] for one in ids], told])
