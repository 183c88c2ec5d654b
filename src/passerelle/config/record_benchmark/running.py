"""Measure the record: each figure beside the floor or the limit of the same run."""

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import psycopg

from passerelle.config.record_benchmark import work
from passerelle.config.record_benchmark.drawing import drawn
from passerelle.config.record_benchmark.house import RecordHouse, Tell, record_house
from passerelle.config.record_benchmark.load import Measure, Server, put
from passerelle.config.record_benchmark.work import Requests, Targets

_WARM_UP_S = 1.0
_BUNDLE = 10
_BULK_RESOURCES = 200_000
_EVERYTHING_RESOURCES = 500
Figures = dict[str, Any]
Ask = Callable[[Server, Targets], Requests]


class Load(NamedTuple):
    """How hard, how long, how many times; the median of these is told."""

    clients: int = 16
    seconds: float = 5.0
    repetitions: int = 3

    def put(self, server: Server, requests: Requests) -> list[Measure]:
        """Load a server, warm first."""
        put(server, requests, clients=self.clients, seconds=_WARM_UP_S)
        return [put(server, requests, clients=self.clients, seconds=self.seconds) for _ in range(self.repetitions)]


def run(load: Load, *, patients: int, tell: Tell) -> Figures:
    """Measure our own record, access decision and journal on, in a house made for it and dropped after."""
    with record_house(patients, tell) as house, house.pages() as address:
        targets = drawn(house.parameters, patients)
        figures = _Measures(lambda: house.server(address), load, tell, targets).all()
        return figures | _floor(house, load, targets) | _bulk(house, tell)


def run_at(base: str, token: str, load: Load, *, tell: Tell) -> Figures:
    """Put the same work on any FHIR server: what it holds is found by its own searches."""
    server = Server.at(base, token)
    return _Measures(lambda: server, load, tell, work.targets_of(server)).all()


class _Measures:
    """The measures through the interface itself."""

    def __init__(self, server: Callable[[], Server], load: Load, tell: Tell, targets: Targets) -> None:
        self._server, self._load, self._tell, self._targets = server, load, tell, targets

    def all(self) -> Figures:
        """Return the figures, reads first, so that what is written changes nothing of them."""
        reads = self._of("Lecture", work.reads)
        coded = self._of("Recherche par patient et code", work.searches_by_code)
        named = self._of("Recherche par noms", work.searches_by_name)
        everything = self._everything()
        creations = self._of("Création", work.creations)
        bundles = self._of("Transaction de 10", work.transactions)
        return {
            "clients": self._load.clients,
            "read_per_s": _rate(reads),
            "read_p95_ms": _wait(reads),
            "search_per_s": _rate(coded),
            "search_p95_ms": max(_wait(coded), _wait(named)),
            "search_names_per_s": _rate(named),
            "create_per_s": _rate(creations),
            "create_p95_ms": _wait(creations),
            "transaction_bundles_per_s": _rate(bundles),
            "transaction_resources_per_s": _rate(bundles) * _BUNDLE,
            "everything_ms": everything,
            "refused": _refused([*reads, *coded, *named, *creations, *bundles]),
        }

    def _of(self, label: str, ask: Ask) -> list[Measure]:
        self._tell(label)
        server = self._server()
        return self._load.put(server, ask(server, self._targets))

    def _everything(self) -> float | None:
        """Return the median time of `$everything` on a record of 500 resources, made for it; None when refused."""
        server = self._server()
        patient = self._targets.patients[0]
        held = work.ask(server, f"/Observation?patient={patient}&_summary=count").get("total", 0)
        make = work.transactions(server, Targets(patients=[patient]))
        missing = max(0, _EVERYTHING_RESOURCES - int(held))
        for rank in range(-(-missing // _BUNDLE)):
            body = make(rank).partition(b"\r\n\r\n")[2]
            work.ask(server, "" if server.path else "/", body)
        waits = []
        for _ in range(max(5, self._load.repetitions)):
            began = time.perf_counter()
            work.ask(server, f"/Patient/{patient}/$everything?_count={_EVERYTHING_RESOURCES * 2}")
            waits.append((time.perf_counter() - began) * 1000)
        return round(statistics.median(waits), 1)


def _floor(house: RecordHouse, load: Load, targets: Targets) -> Figures:
    with house.floor() as bare:
        server = Server.at(bare)
        return {"floor_per_s": _rate(load.put(server, work.floor_reads(server, targets)))}


def _bulk(house: RecordHouse, tell: Tell) -> Figures:
    """Load the same JSON by `load fhir`, and by a bare COPY of id and text.

    The start of the command, measured on an empty file, is told apart: the COPY too finds its session open.
    """
    tell("Chargement en masse")
    with psycopg.connect(**house.parameters, autocommit=True) as session, tempfile.TemporaryDirectory() as folder:
        lines = _results(session)
        none, path = Path(folder) / "None.ndjson", Path(folder) / "Observation.ndjson"
        none.touch()
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        started_s = statistics.median(_loaded_s(house, none) for _ in range(3))
        loaded_s = _loaded_s(house, path) - started_s
        copied_s = _copied_s(session, lines)
    return {
        "bulk_resources_per_s": round(len(lines) / loaded_s),
        "bulk_start_s": round(started_s, 2),
        "copy_limit_per_s": round(len(lines) / copied_s),
    }


def _results(session: psycopg.Connection[Any]) -> list[str]:
    """Return results that the record holds, as many times as it takes, under new ids."""
    held = session.execute(
        "SELECT body FROM record_resource WHERE type = 'Observation' AND NOT deleted LIMIT %s", [_BULK_RESOURCES]
    ).fetchall()
    bodies = islice(cycle(held), _BULK_RESOURCES)
    return [json.dumps(json.loads(body) | {"id": str(uuid4())}) for (body,) in bodies]


def _loaded_s(house: RecordHouse, path: Path) -> float:
    began = time.perf_counter()
    house.load(path)
    return time.perf_counter() - began


def _copied_s(session: psycopg.Connection[Any], lines: Iterable[str]) -> float:
    rows = [(uuid4(), line) for line in lines]
    session.execute("CREATE TABLE bench_copy (id uuid PRIMARY KEY, body text NOT NULL)")
    began = time.perf_counter()
    with session.cursor().copy("COPY bench_copy (id, body) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    return time.perf_counter() - began


def _rate(measures: Sequence[Measure]) -> int:
    return round(statistics.median(one.per_s for one in measures))


def _wait(measures: Sequence[Measure]) -> float:
    return round(statistics.median(one.wait_ms(0.95) for one in measures), 1)


def _refused(measures: Iterable[Measure]) -> dict[str, int]:
    found: dict[str, int] = {}
    for measure in measures:
        for status, count in measure.refused.items():
            found[str(status)] = found.get(str(status), 0) + count
    return dict(islice(sorted(found.items()), 10))
