"""How many measures a second are taken in durably, beside the limit of the same database: COPY and commit, bare.

The persons, the device and the measures are invented, and leave the database at the end.
"""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID, uuid4

import orjson
from django.db import connection

from passerelle.care.devices.mqtt.simulator import draw, message_of
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.services.taking import Arrival, take

BATCH: Final = 500
_EVERY: Final = timedelta(minutes=1)
_CLEAN: Final = (
    "DELETE FROM record_resource WHERE type = 'Observation' AND local_identity_id = ANY(%s)",
    "DELETE FROM devices_measure WHERE local_identity_id = ANY(%s)",
    "DELETE FROM devices_pairing WHERE local_identity_id = ANY(%s)",
)
_SCRATCH: Final = "CREATE TABLE IF NOT EXISTS devices_bench (id uuid PRIMARY KEY, local_identity_id uuid, body text)"
_COPY: Final = "COPY devices_bench (id, local_identity_id, body) FROM STDIN"


def run(*, measures: int, devices: int, repetitions: int, tell: Callable[[str], None]) -> dict[str, float]:
    """Return medians, a second: `measures_per_s` whole path, `copy_limit_per_s` bare, with `ratio`."""
    chance = random.Random(20261122)  # noqa: S311 - invented measures
    fleet = {uuid4(): uuid4() for _ in range(devices)}
    ours, bare = list[float](), list[float]()
    try:
        _lend(fleet)
        for rank in range(repetitions):
            arrivals = _arrivals(list(fleet), measures, rank, chance)
            ours.append(measures / _timed(partial(_take_all, arrivals)))
            bare.append(measures / _timed(partial(_copy_all, measures, chance)))
            tell(f"essai {rank + 1} : {ours[-1]:.0f} mesures/s, limite {bare[-1]:.0f}/s")
    finally:
        _clear(fleet)
    measured, limit = statistics.median(ours), statistics.median(bare)
    return {
        "measures_per_s": round(measured),
        "copy_limit_per_s": round(limit),
        "ratio": round(measured / limit, 3),
        "measures": measures,
        "devices": devices,
        "batch": BATCH,
    }


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _take_all(arrivals: Sequence[Arrival]) -> None:
    for first in range(0, len(arrivals), BATCH):
        taken = take(arrivals[first : first + BATCH])
        if taken.held or taken.repeated:
            raise RuntimeError(taken)


def _copy_all(measures: int, chance: random.Random) -> None:
    """Copy as many rows of the weight of an Observation, committed by the same batches: what the disk gives."""
    kind, file = catalogue().kinds["tension"], uuid4()
    for first in range(0, measures, BATCH):
        count = min(BATCH, measures - first)
        values = {code: float(value) for code, value in draw(kind, chance).items()}
        body = orjson.dumps({"values": values, "pad": "x" * 900}).decode()
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.write("".join(f"{uuid4()}\t{file}\t{body}\n" for _ in range(count)).encode())


def _arrivals(fleet: Sequence[UUID], measures: int, rank: int, chance: random.Random) -> list[Arrival]:
    now = datetime.now(UTC)
    kind = catalogue().kinds["tension"]
    turns = -(-measures // len(fleet))
    begun = now - _EVERY * turns * (rank + 1)
    return [
        Arrival(
            fleet[number % len(fleet)],
            message_of(kind, chance, measured_at=begun + _EVERY * (number // len(fleet)), sent_at=now),
            now,
        )
        for number in range(measures)
    ]


def _lend(fleet: dict[UUID, UUID]) -> None:
    now = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute(_SCRATCH)
        cursor.executemany(
            "INSERT INTO devices_device (id, model_code, serial, udi, establishment, state, place, credential,"
            " registered_at) VALUES (%s, 'tensio-bras', %s, '', 'essai', 'paired', '', '', %s)",
            [(device, f"MESURE-{device}", now) for device in fleet],
        )
        cursor.executemany(
            "INSERT INTO devices_pairing (device_id, local_identity_id, establishment, since, by_name)"
            " VALUES (%s, %s, 'essai', %s, 'mesure')",
            [(device, file, now - timedelta(days=85)) for device, file in fleet.items()],
        )


def _clear(fleet: dict[UUID, UUID]) -> None:
    with connection.cursor() as cursor:
        for sql in _CLEAN:
            cursor.execute(sql, [list(fleet.values())])
        cursor.execute("DELETE FROM devices_device WHERE id = ANY(%s)", [list(fleet)])
        cursor.execute("DROP TABLE IF EXISTS devices_bench")
