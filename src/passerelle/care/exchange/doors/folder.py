"""The folders that are watched: what is dropped there becomes messages, in one commit a file, then is put away.

Killed at any point, the next turn takes the file again, and the same bytes are never taken twice.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import psycopg
from django.db import Error, connection

from passerelle.care.channels import api as channels
from passerelle.care.channels.api import Channel
from passerelle.care.exchange.doors import places
from passerelle.care.exchange.doors.forms import batch, documents
from passerelle.care.exchange.doors.forms.frame import Unreadable
from passerelle.care.exchange.doors.taking import Content, Taken, frame_of, take

_log = logging.getLogger(__name__)
_SETTLE_S: Final = 2.0
_SHEET_WAIT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class _Seen:
    """How a file looked, and since when it looks so (seconds of the caller's clock)."""

    size: int
    changed_ns: int
    since: float


class Watcher:
    """Looks at the folders of the folder and SFTP doors under a root; one turn at a time."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._seen: dict[Path, _Seen] = {}

    def turn(self, *, at: datetime, now: float) -> int:
        """Take what has settled in every folder, and return how many files were put away.

        `now` counts seconds, from anywhere: a file is taken once it has not changed for the time its channel asks.
        """
        seen_before, self._seen = self._seen, {}
        return sum(
            self._look_at(channel, seen_before, at=at, now=now)
            for channel in channels.active_channels()
            if "folder" in channel.source.options
        )

    def _look_at(self, channel: Channel, seen: dict[Path, _Seen], *, at: datetime, now: float) -> int:
        folder = folder_of(self._root, channel)
        ready = [path for path in places.dropped(folder) if self._has_settled(path, channel, seen.get(path), now)]
        return sum(_put_away(path, channel, at) for path in (*places.left(folder), *ready))

    def _has_settled(self, path: Path, channel: Channel, before: _Seen | None, now: float) -> bool:
        try:
            found = path.lstat()
        except FileNotFoundError:
            return False
        is_same = before is not None and (before.size, before.changed_ns) == (found.st_size, found.st_mtime_ns)
        seen = before if is_same and before else _Seen(found.st_size, found.st_mtime_ns, now)
        self._seen[path] = seen
        settle = float(channel.source.options.get("settle_seconds", _SETTLE_S))
        return now - seen.since >= (max(settle, _SHEET_WAIT_S) if _awaits_sheet(path) else settle)


def folder_of(root: Path, channel: Channel) -> Path:
    """Return the folder of a channel, made if it was not there."""
    folder = root / str(channel.source.options["folder"])
    places.prepare(folder)
    return folder


def _awaits_sheet(path: Path) -> bool:
    if path.suffix.lower() != ".pdf" or places.has_sheet(path):
        return False
    try:
        return documents.sheet_of_name(path.name) is None
    except Unreadable:
        return False


def _put_away(path: Path, channel: Channel, at: datetime) -> bool:
    try:
        _take_file(places.claim(path), channel, at)
    except (Error, psycopg.Error) as error:
        _log.warning("%s: a file waits, the database is away (%s)", channel.code, type(error).__name__)
        connection.close()
        return False
    except OSError as error:
        _log.warning("%s: a file cannot be taken (%s)", channel.code, type(error).__name__)
        return False
    return True


def _take_file(claimed: places.Claimed, channel: Channel, at: datetime) -> None:
    if claimed.content is None:
        told = f"Le fichier dépasse {places.LARGEST // 1024 // 1024} Mio : rien n’est pris.\n"
        places.put_away(claimed, places.REFUSED, told)
        return
    contents = _contents(claimed.name, claimed.content, claimed.sheet, channel, at)
    peer = f"{channel.source.door}:{channel.source.options['folder']}"
    taken = take(contents, channel=channel, peer=peer, at=at)
    if all(one.is_accepted for one in taken):
        places.put_away(claimed, places.DONE)
    else:
        places.put_away(claimed, places.REFUSED, _explanation(claimed.name, taken))


def _contents(name: str, content: bytes, sheet: bytes | None, channel: Channel, at: datetime) -> list[Content]:
    """Cut a file in messages; one that cannot be is kept whole, as refused."""
    try:
        if batch.is_batch(content):
            return [Content(one) for one in batch.messages_of(content)]
        if content.startswith(b"%PDF-") or name.lower().endswith(".pdf"):
            return [_pdf(name, content, sheet, channel, at)]
        if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            frame = frame_of(channel, at=at)
            return [Content(content, lambda raw: documents.from_cda(raw, frame))]
    except Unreadable as fault:
        return [Content(content, _Refusing(fault))]
    why = "ce n’est ni un message HL7, ni un lot, ni un document CDA (XML), ni un PDF"
    return [Content(content, _Refusing(Unreadable(where="", why=why, code="200")))]


def _pdf(name: str, content: bytes, told: bytes | None, channel: Channel, at: datetime) -> Content:
    sheet = documents.sheet_of_file(told) if told is not None else documents.sheet_of_name(name)
    if sheet is None:
        why = f"aucune fiche « {name}.yaml », et le nom n’est pas IPP_NOM_PRENOM_AAAAMMJJ_SEXE_LOINC.pdf"
        raise Unreadable(where="nom", why=why, code="101")
    frame = frame_of(channel, at=at, seal=told if told is not None else name.encode())
    return Content(content, lambda raw: documents.from_pdf(raw, sheet, frame))


class _Refusing:
    """The form of what has none: it says why."""

    def __init__(self, fault: Unreadable) -> None:
        self._fault = fault

    def __call__(self, _raw: bytes) -> bytes:
        raise self._fault


def _explanation(name: str, taken: list[Taken]) -> str:
    lines = [f"Fichier : {name}", ""]
    for rank, one in enumerate(taken, start=1):
        told = f"message {rank}" + (f" ({one.control_id})" if one.control_id else "")
        if one.is_accepted:
            lines.append(f"{told} : pris")
        else:
            place = f", {one.where}" if one.where else ""
            lines.append(f"{told} : refusé{place} : {one.why or 'voir la console des échanges'}")
    lines += ["", "Corrigez ce qui est refusé et déposez le fichier de nouveau : ce qui est déjà pris ne le sera pas"]
    return "\n".join([*lines, "deux fois.", ""])
