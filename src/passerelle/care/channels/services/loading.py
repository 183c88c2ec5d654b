"""Bring declarations in: from a folder of files, or back from a former version."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from passerelle.care.channels.memory import forget, read_current
from passerelle.care.channels.models import Declaration, Version
from passerelle.care.channels.rules.agreeing import Territory, disagreements
from passerelle.care.channels.rules.reading.files import Declared, declared
from passerelle.care.channels.rules.reading.nodes import Fault
from passerelle.core.audit import api as audit
from passerelle.core.directory import api as directory

TERRITORY = Path(__file__).parents[1] / "territory"  # the channels of the demonstration
_LOADER_LOCK = 7_402_002
_SUFFIXES = (".yaml", ".yml")


class DeclarationsRefused(Exception):
    """Des fichiers contiennent des erreurs : rien n’est chargé."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = sorted(faults)


class NoSuchVersion(Exception):
    """Cette version n’existe pas, ou elle est déjà en vigueur."""


class ReasonRequired(Exception):
    """Écrivez pourquoi vous revenez à cette version."""


@dataclass(slots=True)
class LoadReport:
    """What a load did, by code; `absent` is in force but no longer in the folder, and stays in force."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Who brings a version in, when, and why."""

    by: audit.Actor
    at: datetime
    note: str = ""


def load_folder(*, path: Path, by: audit.Actor, at: datetime, note: str = "") -> LoadReport:
    """Bring in every YAML file under a folder, or one file; all or nothing, and the same content makes no version.

    Raises:
        DeclarationsRefused: with every fault of every file, located.
    """
    faults: list[Fault] = []
    files = [
        found
        for one in _files(path)
        if (found := declared(one.read_bytes(), file=_name(one, path), faults=faults)) is not None
    ]
    if not files and not faults:
        faults.append(Fault(str(path.name), 1, "", "aucun fichier .yaml ici"))
    if faults:
        raise DeclarationsRefused(faults)
    return bring_in(files=files, by=by, at=at, note=note)


def bring_in(*, files: Sequence[Declared], by: audit.Actor, at: datetime, note: str = "") -> LoadReport:
    """Store the files that say something new, in one commit.

    Raises:
        DeclarationsRefused: they do not go together.
    """
    with transaction.atomic():
        _one_at_a_time()
        _check_together(files)
        report = _store(files, Reviewed(by, at, note))
    forget()
    return report


def restore(*, kind: str, code: str, number: int, by: audit.Actor, at: datetime, reason: str) -> int:
    """Put a former version back in force, as a new version that says where it comes from; return its number.

    Raises:
        ReasonRequired: no reason is given.
        NoSuchVersion: there is none, or it is the one in force.
        DeclarationsRefused: it no longer goes with what is in force.
    """
    if not reason.strip():
        raise ReasonRequired
    with transaction.atomic():
        _one_at_a_time()
        former = Version.objects.filter(declaration__kind=kind, declaration__code=code, number=number).first()
        if former is None or former.declaration.current == number:
            raise NoSuchVersion
        file = _readable(former)
        _check_together([file])
        restored = _add(former.declaration, file, Reviewed(by, at, reason.strip()), restored_from=number)
    forget()
    return restored


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(one for one in path.rglob("*") if one.suffix in _SUFFIXES and one.is_file())


def _name(one: Path, path: Path) -> str:
    return one.name if path.is_file() else str(one.relative_to(path))


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOADER_LOCK])


def _check_together(files: Sequence[Declared]) -> None:
    territory = Territory(
        establishments=frozenset(row.code for row in directory.establishments(with_test=True)),
        establishment_of_facility=directory.establishment_of_facility,
    )
    now = read_current()
    faults = disagreements(files, (*now.channels.values(), *now.destinations.values()), territory)
    if faults:
        raise DeclarationsRefused(faults)


def _store(files: Sequence[Declared], reviewed: Reviewed) -> LoadReport:
    report = LoadReport()
    for one in files:
        known = Declaration.objects.filter(kind=one.kind, code=one.code).first()
        if known is None:
            _add(Declaration(kind=one.kind, code=one.code, current=0), one, reviewed)
            report.created.append(one.code)
        elif known.versions.filter(number=known.current, sha256=one.meaning.sha256).exists():
            report.unchanged.append(one.code)
        else:
            _add(known, one, reviewed)
            report.changed.append(one.code)
    ours = {(one.kind, one.code) for one in files}
    every = Declaration.objects.order_by("kind", "code").values_list("kind", "code")
    report.absent = [code for kind, code in every if (kind, code) not in ours]
    return report


def _add(declaration: Declaration, file: Declared, reviewed: Reviewed, *, restored_from: int | None = None) -> int:
    before = declaration.current
    number = before + 1
    declaration.current = number
    declaration.save()
    Version.objects.create(
        declaration=declaration,
        number=number,
        content=file.content,
        sha256=file.meaning.sha256,
        file=file.file[:200],
        loaded_at=reviewed.at,
        author_name=reviewed.by.name,
        note=reviewed.note,
        restored_from=restored_from,
    )
    detail: dict[str, Any] = {"from": before, "to": number, "sha256": file.meaning.sha256}
    if restored_from is not None:
        detail["restored_from"] = restored_from
    audit.record(
        audit.Action.CHANNEL_CHANGED,
        by=reviewed.by,
        at=reviewed.at,
        target=f"{file.kind}:{file.code}",
        reason=reviewed.note,
        detail=detail,
    )
    return number


def _readable(version: Version) -> Declared:
    faults: list[Fault] = []
    found = declared(version.content.encode(), file=version.file or version.declaration.code, faults=faults)
    if found is None:
        raise DeclarationsRefused(faults)
    return found
