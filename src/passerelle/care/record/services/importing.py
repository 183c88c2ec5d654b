"""Bulk load of FHIR files: batches by COPY, each whole or not at all, what is refused kept in a file.

A batch told done is not read again; one that was stored but not told so is stored again as puts, which change nothing.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count, islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
from django.db import transaction
from django.db.utils import DatabaseError, IntegrityError

from passerelle.care.identity import api as identity
from passerelle.care.record.rules.importing import Incoming, Place, Refused, entries_of, read_line
from passerelle.care.record.rules.kinds import NOBODY
from passerelle.care.record.services.copying import Copying, Given, Row, Unusual
from passerelle.care.record.services.loading import copy_rows
from passerelle.care.record.services.writing import put
from passerelle.protocols.fhir import api as fhir

BATCH: Final = 10_000
_SLICE: Final = 100
_MOST_KNOWN: Final = 500_000
_LINES: Final = frozenset({".ndjson", ".jsonl"})
_FILES: Final = (*_LINES, ".json")
_SEXES: Final = {"female": "F", "male": "M"}


@dataclass(frozen=True, slots=True)
class FhirLoad:
    """How to load: for which establishment, as of when, under what origin; `is_checked` validates each structure."""

    establishment: str
    at: datetime
    source: str
    is_checked: bool = True


@dataclass(slots=True)
class LoadReport:
    """What a load did: resources stored and refused, batches that were done before."""

    stored: int = 0
    refused: int = 0
    skipped: int = 0
    by_type: dict[str, int] = field(default_factory=dict)


class LoadProgress:
    """Which batches are done, in a file beside the refusals: one line for each, written after its commit."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._done_path, self.rejects = folder / "done", folder / "rejected.ndjson"
        self._done = set(self._done_path.read_text().split("\n")) if self._done_path.exists() else set[str]()

    def has(self, key: str) -> bool:
        """Tell whether a batch is done."""
        return key in self._done

    def keep(self, key: str, refused: Sequence[Refused]) -> None:
        """Note a batch done, and what was refused of it."""
        with self.rejects.open("ab") as file:
            for one in refused:
                told = {"file": one.place.file, "line": one.place.line, "where": one.where, "why": one.why}
                file.write(orjson.dumps(told | {"resource": one.text}) + b"\n")
        with self._done_path.open("a") as file:
            file.write(f"{key}\n")
        self._done.add(key)


@dataclass(slots=True)
class _Batch:
    """Lines of a file, by rank, and what reading them gives: rows with the line of each, and refusals."""

    file: str
    lines: Sequence[tuple[int, bytes]]
    rows: list[tuple[int, bytes, Row]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def read(self, copying: Copying, how: FhirLoad) -> Iterator[None]:
        """Read the lines, a slice at each step."""
        for start in range(0, len(self.lines), _SLICE):
            for rank, line in self.lines[start : start + _SLICE]:
                try:
                    self.rows.append((rank, line, copying.row_of(line)))
                except Unusual:
                    self._read_whole(rank, line, copying, how)
            yield

    def place(self, rank: int) -> Place:
        return Place(self.file, rank)

    def _read_whole(self, rank: int, line: bytes, copying: Copying, how: FhirLoad) -> None:
        read = read_line(line, self.place(rank), is_checked=how.is_checked)
        if isinstance(read, Refused):
            self.refused.append(read)
        else:
            self.rows.append((rank, line, copying.whole_row_of(read)))


def load_fhir(
    paths: Iterable[Path], how: FhirLoad, progress: LoadProgress, *, told: Callable[[LoadReport], None] | None = None
) -> LoadReport:
    """Load files, Bundles and folders of FHIR resources; `told` hears of each batch.

    Files whose name begins with `Patient` come first: what is a patient's waits for the patient. A batch is read while
    PostgreSQL takes the one before.
    """
    report, known = LoadReport(), _Known()
    copying = Copying(Given(how.source, how.at, how.establishment), is_checked=how.is_checked)

    def store(key: str, batch: _Batch, meanwhile: Iterator[None]) -> None:
        _store(batch, how, report, known, meanwhile)
        report.refused += len(batch.refused)
        progress.keep(key, batch.refused)
        if told is not None:
            told(report)

    waiting: tuple[str, _Batch] | None = None
    with _without_collecting():
        for key, batch in _batches(paths, progress, report):
            reading = batch.read(copying, how)
            if waiting is not None:
                store(*waiting, reading)
            for _ in reading:
                pass
            waiting = key, batch
        if waiting is not None:
            store(*waiting, iter(()))
    return report


def _batches(paths: Iterable[Path], progress: LoadProgress, report: LoadReport) -> Iterator[tuple[str, _Batch]]:
    """Yield what is not done yet, each batch under the key it will be told done by."""
    for path in _ordered(paths):
        size, lines = path.stat().st_size, _lines(path)
        for rank in count():
            batch = list(islice(lines, BATCH))
            key = f"{path.resolve()}:{size}:{rank}"
            if not batch:
                break
            if progress.has(key):
                report.skipped += 1
            else:
                yield key, _Batch(str(path), batch)


def _ordered(paths: Iterable[Path]) -> list[Path]:
    found = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    files = [one for one in found if one.is_file() and one.suffix in _FILES]
    return sorted(files, key=lambda one: (not one.name.startswith("Patient"), one))


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    if path.suffix in _LINES:
        with path.open("rb") as file:
            stripped = ((rank, line.strip()) for rank, line in enumerate(file, 1))
            yield from ((rank, line) for rank, line in stripped if line)
        return
    raw = path.read_bytes()
    try:
        yield from enumerate(list(entries_of(raw)), 1)
    except fhir.FhirError:
        yield 1, raw


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Keep the collector of cycles from reading again and again what a batch holds: nothing of it is a cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Known:
    """The local identities that are there, as far as they were asked."""

    def __init__(self) -> None:
        self._there = {str(NOBODY)}

    def missing(self, rows: Iterable[Row]) -> frozenset[str]:
        """Return the local identities of rows that are not there, nor made by a Patient among the rows."""
        if len(self._there) > _MOST_KNOWN:
            self._there = {str(NOBODY)}
        wanted = {row.whose for row in rows if row.type != "Patient"} - self._there
        wanted -= {row.id for row in rows if row.type == "Patient"}
        self._there.update(map(str, identity.persons_of(map(UUID, wanted)) if wanted else ()))
        return frozenset(wanted - self._there)


def _store(batch: _Batch, how: FhirLoad, report: LoadReport, known: _Known, meanwhile: Iterator[None]) -> None:
    """Store a batch by COPY; when that fails, one by one, to know which row is at fault."""
    missing = known.missing([row for _, _, row in batch.rows])
    if missing:
        strangers = [one for one in batch.rows if one[2].whose in missing]
        batch.refused += [_stranger(batch.place(rank), line, row) for rank, line, row in strangers]
        batch.rows = [one for one in batch.rows if one[2].whose not in missing]
    rows = [row for _, _, row in batch.rows]
    try:
        with transaction.atomic():
            _copy(rows, how, meanwhile)
    except (IntegrityError, DatabaseError):
        _store_apart(batch, how, report)
    else:
        _count(rows, report)


def _stranger(place: Place, line: bytes, row: Row) -> Refused:
    return Refused(place, row.type, f"patient inconnu : {row.whose}", line.decode())


def _copy(rows: Sequence[Row], how: FhirLoad, meanwhile: Iterator[None]) -> None:
    new = {UUID(row.id): row for row in rows if row.type == "Patient"}
    there = identity.persons_of(new) if new else {}
    files = (_file_of(id_, row.resource, how) for id_, row in new.items() if id_ not in there)
    identity.bulk_load(files, source=how.source)
    slices = (rows[start : start + _SLICE] for start in range(0, len(rows), _SLICE))
    copy_rows((b"".join([row.content for row in part]) for part in slices), meanwhile)


def _store_apart(batch: _Batch, how: FhirLoad, report: LoadReport) -> None:
    for rank, line, row in batch.rows:
        place = batch.place(rank)
        read = read_line(line, place, is_checked=False)
        try:
            if isinstance(read, Incoming):
                _put(read, how)
        except (DatabaseError, ValueError) as fault:
            why = f"refusée par la base : {type(fault).__name__}"
            batch.refused.append(Refused(place, row.type, why, line.decode()))
        else:
            _count([row], report)


@transaction.atomic
def _put(one: Incoming, how: FhirLoad) -> None:
    if one.type == "Patient" and not identity.persons_of([one.id]):
        identity.bulk_load([_file_of(one.id, one.resource, how)], source=how.source)
    put(
        one.resource,
        local_identity_id=one.local_identity_id,
        at=how.at,
        source=how.source,
        establishment=_place_of(one, how),
    )


def _place_of(one: Incoming, how: FhirLoad) -> str:
    return how.establishment if one.local_identity_id != NOBODY else ""


def _count(kept: Iterable[Row], report: LoadReport) -> None:
    for one in kept:
        report.stored += 1
        report.by_type[one.type] = report.by_type.get(one.type, 0) + 1


def _file_of(id_: UUID, resource: fhir.Json, how: FhirLoad) -> identity.BulkIdentity:
    """Return the local identity of a Patient loaded: provisional, a person of its own until identity joins it."""
    name: dict[str, Any] = next((part for part in fhir.items(resource.get("name")) if isinstance(part, dict)), {})
    numbers = [part for part in fhir.items(resource.get("identifier")) if isinstance(part, dict) and part.get("value")]
    number = numbers[0] if numbers else {}
    system = str(number.get("system", ""))
    return identity.BulkIdentity(
        id=id_,
        person_id=uuid4(),
        establishment=how.establishment,
        ipp=str(number.get("value", "") or id_)[:50],
        authority_namespace="" if system.startswith("urn:oid:") else system[:100],
        authority_oid=system.removeprefix("urn:oid:")[:100] if system.startswith("urn:oid:") else "",
        birth_name=str(name.get("family", ""))[:200],
        given_names=tuple(str(part)[:200] for part in fhir.items(name.get("given"))),
        birth_date=_day(resource.get("birthDate")),
        sex=_SEXES.get(str(resource.get("gender")), "U"),
        since=how.at,
    )


def _day(told: object) -> date:
    """Return a birth date; an unknown month or day is the first, an unknown year 1900."""
    text = told if isinstance(told, str) else ""
    try:
        return date.fromisoformat((text + "1900-01-01"[len(text) :])[:10])
    except ValueError:
        return date(1900, 1, 1)
