"""Bulk exports: asked, written by slices that a stopped worker takes up again, cancelled, expired.

A slice is one transaction: rows come by a server-side cursor, the file is written and synchronised, then the place
reached is committed. What a file holds beyond that place is written over, and cut at the end.
"""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction

from passerelle.care.identity import api as identity
from passerelle.care.record.models import Export, ExportFile, ExportState
from passerelle.care.record.rules.exported import told_viewer, viewer_told
from passerelle.care.record.rules.kinds import NOBODY
from passerelle.care.record.rules.type_filters import Criteria
from passerelle.care.record.rules.visibility import source_of
from passerelle.care.record.selectors.conditions import NOTHING
from passerelle.care.record.selectors.exports import Narrowing, group_files, seen_for_export, under_way
from passerelle.care.record.selectors.sql import Clause
from passerelle.care.record.selectors.store import read
from passerelle.core.access import api as access
from passerelle.core.access.api import Viewer
from passerelle.core.audit import api as audit

MOST_UNDER_WAY: Final = 2
_FETCH: Final = 1_000
_LINES_A_FILE: Final = 100_000
_FOLDER: Final = "exports"
_UNDER_WAY: Final = (ExportState.WAITING, ExportState.RUNNING)


class TooManyExports(Exception):
    """Deux exports sont déjà en cours : attendez leur fin, ou annulez-en un."""


@dataclass(frozen=True, slots=True)
class ExportAsked:
    """What is asked: address, types, what changed since when, the Group (None for no group), criteria."""

    request: str
    types: tuple[str, ...]
    since: datetime | None = None
    group: UUID | None = None
    filters: Mapping[str, Sequence[Criteria]] = field(default_factory=dict)


@transaction.atomic
def ask_export(*, asked: ExportAsked, by: Viewer, at: datetime) -> UUID:
    """Keep the request of an export; the right to it has been decided and traced by who calls.

    Raises:
        TooManyExports: two of this owner are under way.
    """
    owner = source_of(by)
    with connection.cursor() as cursor:  # two requests at once count one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"export {owner}"])
    if under_way(owner) >= MOST_UNDER_WAY:
        raise TooManyExports
    made = Export.objects.create(
        id=uuid4(),
        owner=owner,
        viewer=told_viewer(by),
        requested_at=at,
        request=asked.request,
        types=list(asked.types),
        since=asked.since,
        group=asked.group,
        filters={type_: list(told) for type_, told in asked.filters.items()},
        state=ExportState.WAITING,
    )
    return made.id


@transaction.atomic
def cancel_export(*, export_id: UUID, by: audit.Actor, at: datetime) -> None:
    """Stop an export, or forget a finished one: its files are erased."""
    found = Export.objects.select_for_update().get(pk=export_id)
    _close(found, ExportState.CANCELLED, at)
    audit.record(audit.Action.RECORD_EXPORTED, by=by, at=at, target=f"export:{export_id}", reason="Export annulé")


@transaction.atomic
def expire_exports(*, at: datetime) -> int:
    """Erase the files of the exports whose time is over; return how many."""
    over = list(Export.objects.select_for_update().filter(state=ExportState.DONE, expires_at__lte=at).order_by("id"))
    for one in over:
        _close(one, ExportState.EXPIRED, at)
    return len(over)


def _close(export: Export, state: ExportState, at: datetime, reason: str = "") -> None:
    export.state, export.finished_at, export.reason = state, export.finished_at or at, reason
    export.save(update_fields=["state", "finished_at", "reason"])
    folder = folder_of(export.id)
    transaction.on_commit(lambda: shutil.rmtree(folder, ignore_errors=True))


def folder_of(export_id: UUID) -> Path:
    """Return the folder of the files of an export."""
    return Path(settings.PASSERELLE_VAR) / _FOLDER / str(export_id)


def go_on(*, export_id: UUID, clock: Callable[[], datetime], longest: timedelta, kept_for: timedelta) -> bool:
    """Write an export for at most `longest`; tell whether there is more to do.

    A failure is kept with its reason: the owner reads it instead of the files.
    """
    until = clock() + longest
    try:
        while _slice(export_id, clock, until, kept_for):
            if clock() >= until:
                return True
    except OSError as error:
        _fail(export_id, f"Les fichiers ne s’écrivent pas ({type(error).__name__}).", at=clock())
    return False


@transaction.atomic
def _fail(export_id: UUID, reason: str, *, at: datetime) -> None:
    found = Export.objects.select_for_update().get(pk=export_id)
    if found.state in _UNDER_WAY:
        _close(found, ExportState.FAILED, at, reason)


@transaction.atomic
def _slice(export_id: UUID, clock: Callable[[], datetime], until: datetime, kept_for: timedelta) -> bool:
    """Write a part of one type, or end the export; tell whether something is left."""
    export = Export.objects.select_for_update(skip_locked=True).filter(pk=export_id, state__in=_UNDER_WAY).first()
    if export is None:  # cancelled, finished, or in the hands of another worker
        return False
    viewer = _viewer_now(export, clock())
    if viewer is None:
        _close(export, ExportState.CANCELLED, clock(), "Le compte ou le droit d’exporter n’existe plus.")
        return False
    if export.place >= len(export.types):
        _end(export, viewer, clock(), kept_for)
        return False
    export.state = ExportState.RUNNING
    type_ = export.types[export.place]
    if _write(export, type_, _held(export, viewer, type_, clock()), lambda: clock() >= until):
        export.place, export.after = export.place + 1, None
    export.save(update_fields=["state", "place", "after"])
    return True


def _viewer_now(export: Export, at: datetime) -> Viewer | None:
    """Return the viewer as it is today: what an account lost since it asked is lost for its export."""
    told = viewer_told(export.viewer)
    if told.account_id is None:
        return told
    account = get_user_model().objects.filter(pk=told.account_id, is_active=True).first()
    if account is None:
        return None
    today = access.viewer_of(account, on=at.date(), second_factor=True)
    kept = told.assignments & today.assignments
    return (
        viewer_told({**export.viewer, "assignments": [[role.value, place] for role, place in kept]}) if kept else None
    )


def _held(export: Export, viewer: Viewer, type_: str, at: datetime) -> Clause:
    kept = Narrowing(_members(export), export.since, export.filters.get(type_, ()))
    return seen_for_export(viewer, type_, at=at, kept=kept)


def _members(export: Export) -> Sequence[UUID] | None:
    if export.group is None:
        return None
    group = read("Group", export.group)
    return group_files(group.body) if group is not None and not group.deleted else []


def _write(export: Export, type_: str, held: Clause, is_over: Callable[[], bool]) -> bool:
    """Write the rows of a type from where the export is; tell whether all of them are."""
    if held == NOTHING:
        return True
    after = " AND held.id > %s" if export.after else ""
    sql = (
        f"SELECT held.id, held.body FROM record_resource held WHERE held.type = %s AND NOT held.deleted AND {held.sql}"  # noqa: S608
        f"{after} ORDER BY held.id"
    )
    values = [type_, *held.values, *([export.after] if export.after else [])]
    with closing(_Writer(export, type_)) as writer, connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        while rows := cursor.fetchmany(_FETCH):
            writer.add(rows)
            if is_over():
                return False
    return True


class _Writer:
    """Adds lines to the files of a type; a file is full at 100,000 lines."""

    def __init__(self, export: Export, type_: str) -> None:
        self._export, self._type = export, type_
        self._row = ExportFile.objects.filter(export=export, type=type_).order_by("number").last()
        self._file: BinaryIO | None = None

    def add(self, rows: Sequence[tuple[UUID, str]]) -> None:
        row = self._current()
        text = b"".join(body.encode() + b"\n" for _, body in rows)
        if self._file is None:
            self._file = _opened(folder_of(self._export.id) / row.name, row.size)
        self._file.write(text)
        row.lines, row.size = row.lines + len(rows), row.size + len(text)
        self._export.after = rows[-1][0]

    def _current(self) -> ExportFile:
        if self._row is None or self._row.lines >= _LINES_A_FILE:
            self.close()
            number = 1 if self._row is None else self._row.number + 1
            self._row = ExportFile.objects.create(export=self._export, type=self._type, number=number)
        return self._row

    def close(self) -> None:
        if self._file is not None and self._row is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None
            self._row.save(update_fields=["lines", "size"])


def _opened(path: Path, size: int) -> BinaryIO:
    """Open a file to go on after its first `size` bytes; readable by this house only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    file = os.fdopen(descriptor, "r+b")
    file.seek(size)
    return file


def _end(export: Export, viewer: Viewer, at: datetime, kept_for: timedelta) -> None:
    """Make the files available, once everybody whose record they hold has an event that says so."""
    files = _files_held(export, viewer, at)
    for person_id in sorted(set(identity.persons_of(files).values())):
        audit.record(
            audit.Action.RECORD_EXPORTED,
            by=viewer.actor(),
            at=at,
            target=f"export:{export.id}",
            person_id=person_id,
            reason="Export en nombre",
        )
    for one in ExportFile.objects.filter(export=export, lines__gt=0):
        os.truncate(folder_of(export.id) / one.name, one.size)
    export.state, export.finished_at, export.expires_at = ExportState.DONE, at, at + kept_for
    export.save(update_fields=["state", "finished_at", "expires_at"])


def _files_held(export: Export, viewer: Viewer, at: datetime) -> list[UUID]:
    found: set[UUID] = set()
    for type_ in export.types:
        held = _held(export, viewer, type_, at)
        if held == NOTHING:
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT held.local_identity_id FROM record_resource held WHERE held.type = %s"  # noqa: S608
                f" AND NOT held.deleted AND {held.sql} AND held.local_identity_id <> %s",
                [type_, *held.values, NOBODY],
            )
            found.update(id_ for (id_,) in cursor.fetchall())
    return sorted(found)
