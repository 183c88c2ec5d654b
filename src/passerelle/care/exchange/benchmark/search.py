"""How long the console takes to find messages among millions: a scratch database filled by SQL, then searched."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import psycopg
from django.db import connection
from django.utils import timezone

from passerelle.care.exchange.benchmark.scratch import scratch_house
from passerelle.care.exchange.selectors.asked import Search
from passerelle.care.exchange.selectors.dead import dead_letters
from passerelle.care.exchange.selectors.flows import sender_flows
from passerelle.care.exchange.selectors.listing import messages
from passerelle.care.exchange.services.counting import settle_flows
from passerelle.core.access.api import Role, Viewer

_CHUNK = 500_000
_PER_PATIENT = 25
_DAYS = 25
_KEEPER = Viewer(assignments=frozenset({(Role.INTEGRATOR, None)}))
_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = 'exchange_message' AND NOT EXISTS (
        SELECT FROM pg_constraint WHERE conrelid = 'exchange_message'::regclass AND conname = indexname)
"""
# Invented messages in the proportions of a group: thirteen senders, three applications each, 0.5 % that went wrong.
_FILL = """
    INSERT INTO exchange_message (id, received_at, peer, raw, sha256, control_id, sending_application, sending_facility,
        code, trigger, establishment, accepted, state, keys, lane, held, ack_code, ack, attempts, applied_at,
        error_where, error_why, charset_fallback)
    SELECT gen_random_uuid(), %(start)s + n * %(step)s::interval, '10.0.0.1:4000', 'MSH invented'::bytea,
        int8send(n) || int8send(n) || int8send(n) || int8send(n), 'C' || lpad(n::text, 9, '0'),
        (ARRAY['GAM', 'LABO', 'RIS'])[1 + n %% 3], 'CH-' || n %% 13, split_part(kind, '^', 1), split_part(kind, '^', 2),
        'e' || n %% 13, state NOT IN ('refused', 'conflict'), state,
        ARRAY['I' || lpad(patient::text, 8, '0') || '|PI|X', 'N' || lpad(patient::text, 8, '0') || '|AN|X'],
        CASE WHEN state IN ('refused', 'conflict') THEN NULL ELSE patient END, false,
        CASE WHEN state IN ('refused', 'conflict') THEN 'AE' ELSE 'AA' END, 'MSA'::bytea, 1,
        CASE WHEN state = 'applied' THEN %(start)s + n * %(step)s::interval END,
        CASE WHEN state IN ('refused', 'parked') THEN 'PID^1^' || 3 + n %% 5 ELSE '' END,
        CASE WHEN state IN ('refused', 'parked') THEN 'UF inconnue ' || 6000 + n %% 40 ELSE '' END, false
    FROM (
        SELECT n, 1 + (n * 7919) %% %(patients)s AS patient,
            CASE WHEN n %% 20011 = 0 THEN 'ADT^A47' WHEN n %% 1009 = 0 THEN 'ADT^A40' WHEN n %% 5 = 0 THEN 'ORU^R01'
                 WHEN n %% 4 = 0 THEN 'ADT^A02' WHEN n %% 3 = 0 THEN 'ADT^A03' ELSE 'ADT^A01' END AS kind,
            CASE WHEN n %% 251 = 0 THEN 'refused' WHEN n %% 1511 = 0 THEN 'conflict' WHEN n %% 20021 = 0 THEN 'parked'
                 ELSE 'applied' END AS state
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
    ) AS drawn
"""
_FILL_KEYS = """
    INSERT INTO exchange_lanekey (key, value, lane)
    SELECT letter || lpad(n::text, 8, '0') || '|' || letter, letter || lpad(n::text, 8, '0'), n
    FROM generate_series(1, %(patients)s) AS n, unnest(ARRAY['I', 'N', '1']) AS letter
"""
Figures = dict[str, float | int]


def run(*, rows: int = 10_000_000, searches: int = 60, tell: Callable[[str], None] = lambda _: None) -> Figures:
    """Fill a scratch database, search it, drop it; milliseconds, p50 and p95 of each kind of search.

    Rows are as wide as real ones but for their bytes, which no search reads. Searches run one at a time, in this
    process, after one that warms the connection.
    """
    figures: Figures = {"rows": rows}
    with scratch_house() as house, _using(str(house.parameters["dbname"])):
        started = time.perf_counter()
        _fill(house.parameters, rows, tell)
        figures["fill_s"] = round(time.perf_counter() - started)
        figures["count_rows_per_s"] = _settle(rows)
        tell("recherche")
        chance = random.Random(20260302)  # noqa: S311 - a draw of questions, not a secret
        for name, search in _questions(rows, chance).items():
            p50, p95 = _measure(search, searches)
            figures |= {f"{name}_p50_ms": p50, f"{name}_p95_ms": p95}
    return figures


def _questions(rows: int, chance: random.Random) -> Mapping[str, Callable[[], object]]:
    """Return each kind of search, drawn anew each time it is asked."""
    patients = max(1, rows // _PER_PATIENT)
    now = timezone.now()

    def asked(draw: Callable[[], Search]) -> Callable[[], object]:
        return lambda: messages(_KEEPER, draw())

    def day() -> date:
        return timezone.localdate(now - timedelta(days=chance.randrange(_DAYS)))

    return {
        "latest": asked(Search),
        "far_page": asked(lambda: Search(before=chance.randrange(100, rows))),
        "ipp": asked(lambda: Search(text=f"I{chance.randint(1, patients):08d}")),
        "ins_prefix": asked(lambda: Search(text=f"1{chance.randint(1, patients):08d}"[:8])),
        "control_id": asked(lambda: Search(text=f"C{chance.randint(1, rows):09d}")),
        "unknown_text": asked(lambda: Search(text=f"Z{chance.randint(1, rows):09d}")),
        "common_type": asked(lambda: Search(kind="ADT^A01")),
        "rare_type": asked(lambda: Search(kind="ADT^A47", before=chance.randrange(rows // 2, rows))),
        "absent_type": asked(lambda: Search(kind="MDM^T10")),
        "rare_type_of_place": asked(lambda: Search(kind="ADT^A47", establishment=f"e{chance.randrange(13)}")),
        "establishment_on_a_day": asked(_on(day, lambda: Search(establishment=f"e{chance.randrange(13)}"))),
        "sender_type_on_a_day": asked(
            _on(day, lambda: Search(channel=f"CH-{chance.randrange(13)}|RIS", kind="ADT^A40"))
        ),
        "refused": asked(lambda: Search(state="refused")),
        "refused_place": asked(lambda: Search(state="refused", error="PID-5")),
        "error_words": asked(lambda: Search(error=f"UF inconnue {6000 + chance.randrange(40)}")),
        "absent_words": asked(lambda: Search(error="jamais écrit")),
        "home": lambda: sender_flows(at=now),
        "failures": lambda: dead_letters(_KEEPER),
    }


def _on(day: Callable[[], date], draw: Callable[[], Search]) -> Callable[[], Search]:
    def on_a_day() -> Search:
        asked_day = day()
        return replace(draw(), first_date=asked_day, last_date=asked_day)

    return on_a_day


def _measure(search: Callable[[], object], times: int) -> tuple[float, float]:
    search()
    waits = []
    for _ in range(times):
        started = time.perf_counter()
        search()
        waits.append((time.perf_counter() - started) * 1000)
    ordered = sorted(waits)
    return round(ordered[len(ordered) // 2], 1), round(ordered[int(0.95 * (len(ordered) - 1))], 1)


def _fill(parameters: Mapping[str, Any], rows: int, tell: Callable[[str], None]) -> None:
    """Fill without the indexes, then build them: they end as they would be."""
    patients = max(1, rows // _PER_PATIENT)
    given = {"start": timezone.now() - timedelta(days=_DAYS), "step": f"{_DAYS * 86_400 / rows} seconds"}
    with psycopg.connect(**parameters, autocommit=True) as session:
        indexes = session.execute(_INDEXES).fetchall()
        for name, _ in indexes:
            session.execute(f"DROP INDEX {name}".encode())
        for first in range(1, rows + 1, _CHUNK):
            last = min(rows, first + _CHUNK - 1)
            session.execute(_FILL, {**given, "patients": patients, "first": first, "last": last})
            tell(f"{last} messages")
        session.execute(_FILL_KEYS, {"patients": patients})
        for _, definition in indexes:
            session.execute(definition.encode())
        session.execute("VACUUM ANALYZE exchange_message")
        session.execute("VACUUM ANALYZE exchange_lanekey")


def _settle(rows: int) -> int:
    """Count everything as the ordinary tasks do, and return the rate."""
    now = timezone.now()
    settle_flows(at=now)
    started = time.perf_counter()
    settle_flows(at=now + timedelta(minutes=1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE exchange_shelf, exchange_flow")
    return round(rows / (time.perf_counter() - started))


@contextmanager
def _using(name: str) -> Iterator[None]:
    """Let this process speak to another database for a while."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
