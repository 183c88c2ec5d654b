"""Bulk load of FHIR files: batches by COPY, each whole or not at all, what is refused kept in a file.

A batch told done is not read again; one that was stored but not told so is stored again as puts, which change nothing.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError

from passerelle.care.identity import api as identity
from passerelle.care.record.rules.importing import Incoming, Place, Refused, entries_of, read_line
from passerelle.care.record.rules.kinds import NOBODY
from passerelle.care.record.services.loading import copy_lines, line_of
from passerelle.care.record.services.writing import put
from passerelle.protocols.fhir import api as fhir

BATCH: Final = 10_000
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


def load_fhir(
    paths: Iterable[Path], how: FhirLoad, progress: LoadProgress, *, told: Callable[[LoadReport], None] | None = None
) -> LoadReport:
    """Load files, Bundles and folders of FHIR resources; `told` hears of each batch.

    Files whose name begins with `Patient` come first: what is a patient's waits for the patient.
    """
    report = LoadReport()
    for path in _ordered(paths):
        for rank, batch in enumerate(_batches(path)):
            key = f"{path.resolve()}:{path.stat().st_size}:{rank}"
            if progress.has(key):
                report.skipped += 1
                continue
            refused = _store(batch, how, report)
            progress.keep(key, refused)
            if told is not None:
                told(report)
    return report


def _ordered(paths: Iterable[Path]) -> list[Path]:
    found = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    files = [one for one in found if one.is_file() and one.suffix in _FILES]
    return sorted(files, key=lambda one: (not one.name.startswith("Patient"), one))


def _batches(path: Path) -> Iterator[list[tuple[Place, bytes]]]:
    lines = _lines(path)
    while batch := list(islice(lines, BATCH)):
        yield batch


def _lines(path: Path) -> Iterator[tuple[Place, bytes]]:
    if path.suffix in _LINES:
        with path.open("rb") as file:
            yield from ((Place(str(path), rank), line.strip()) for rank, line in enumerate(file, 1) if line.strip())
        return
    raw = path.read_bytes()
    try:
        yield from ((Place(str(path), rank), text) for rank, text in enumerate(list(entries_of(raw)), 1))
    except fhir.FhirError:
        yield Place(str(path), 1), raw


def _store(batch: Sequence[tuple[Place, bytes]], how: FhirLoad, report: LoadReport) -> list[Refused]:
    with _without_collecting():
        read = [read_line(raw, place, is_checked=how.is_checked) for place, raw in batch]
        refused = [one for one in read if isinstance(one, Refused)]
        incoming = [one for one in read if isinstance(one, Incoming)]
        known = _known(incoming)
        refused += [_stranger(one) for one in incoming if one.local_identity_id not in known]
        kept = [one for one in incoming if one.local_identity_id in known]
        refused += _store_together(kept, how, report)
    report.refused += len(refused)
    return refused


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


def _stranger(one: Incoming) -> Refused:
    return Refused(one.place, f"{one.type}", f"patient inconnu : {one.local_identity_id}", one.text.decode())


def _known(incoming: Sequence[Incoming]) -> set[UUID]:
    """Return the local identities that are there, or come in this batch."""
    coming = {one.id for one in incoming if one.type == "Patient"}
    others = {one.local_identity_id for one in incoming} - coming - {NOBODY}
    return {NOBODY} | coming | identity.persons_of(others).keys()


def _store_together(kept: Sequence[Incoming], how: FhirLoad, report: LoadReport) -> list[Refused]:
    """Store a batch by COPY; when that fails, one by one, to know which row is at fault."""
    try:
        with transaction.atomic():
            _copy(kept, how)
    except (IntegrityError, DatabaseError):
        return _store_apart(kept, how, report)
    _count(kept, report)
    return []


def _copy(kept: Sequence[Incoming], how: FhirLoad) -> None:
    new = [one for one in kept if one.type == "Patient"]
    there = identity.persons_of([one.id for one in new]) if new else {}
    identity.bulk_load((_file_of(one, how) for one in new if one.id not in there), source=how.source)
    with connection.cursor() as cursor:
        copy_lines(cursor, (_line(one, how) for one in kept))


def _line(one: Incoming, how: FhirLoad) -> str:
    id_ = str(one.resource["id"]).lower()
    body = fhir.spliced(one.text, id_, version=1, at=how.at)
    key = (one.type, id_, one.local_identity_id, _place_of(one, how))
    return line_of(key, body.decode(), one.resource, how.at, how.source)


def _store_apart(kept: Sequence[Incoming], how: FhirLoad, report: LoadReport) -> list[Refused]:
    refused = []
    for one in kept:
        try:
            _put(one, how)
        except (DatabaseError, ValueError) as fault:
            why = f"refusée par la base : {type(fault).__name__}"
            refused.append(Refused(one.place, one.type, why, one.text.decode()))
        else:
            _count([one], report)
    return refused


@transaction.atomic
def _put(one: Incoming, how: FhirLoad) -> None:
    if one.type == "Patient" and not identity.persons_of([one.id]):
        identity.bulk_load([_file_of(one, how)], source=how.source)
    put(
        one.resource,
        local_identity_id=one.local_identity_id,
        at=how.at,
        source=how.source,
        establishment=_place_of(one, how),
    )


def _place_of(one: Incoming, how: FhirLoad) -> str:
    return how.establishment if one.local_identity_id != NOBODY else ""


def _count(kept: Iterable[Incoming], report: LoadReport) -> None:
    for one in kept:
        report.stored += 1
        report.by_type[one.type] = report.by_type.get(one.type, 0) + 1


def _file_of(one: Incoming, how: FhirLoad) -> identity.BulkIdentity:
    """Return the local identity of a Patient loaded: provisional, a person of its own until identity joins it."""
    resource = one.resource
    name: dict[str, Any] = next((part for part in fhir.items(resource.get("name")) if isinstance(part, dict)), {})
    numbers = [part for part in fhir.items(resource.get("identifier")) if isinstance(part, dict) and part.get("value")]
    number = numbers[0] if numbers else {}
    system = str(number.get("system", ""))
    return identity.BulkIdentity(
        id=one.id,
        person_id=uuid4(),
        establishment=how.establishment,
        ipp=str(number.get("value", "") or one.id)[:50],
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
