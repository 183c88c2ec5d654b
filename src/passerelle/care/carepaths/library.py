"""The protocols of the house: files reviewed like code, published once for each version."""

import hashlib
import json
from dataclasses import asdict
from datetime import date, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Final

from passerelle.care.carepaths.models import ProtocolVersion
from passerelle.care.carepaths.rules.course import Occurrence, occurrences
from passerelle.care.carepaths.rules.protocol import Protocol, ProtocolError, protocol_of, read_protocol

FOLDER: Final = Path(__file__).parent / "data"
_TASK_KEYS: Final = ("code", "title", "text", "day", "until", "every", "counts", "questionnaire", "measure")
_remembered: dict[int, Protocol] = {}


@cache
def declared() -> tuple[Protocol, ...]:
    """Return the protocols of the files, by code."""
    return tuple(
        read_protocol(file.read_text(encoding="utf-8"), file=file.name) for file in sorted(FOLDER.glob("*.yaml"))
    )


def publish(*, at: datetime, protocols: tuple[Protocol, ...] | None = None) -> int:
    """Store the versions that are not yet; return how many were new. The same version with other words is refused.

    Raises:
        ProtocolError: a version was changed without a new number.
    """
    made = 0
    for protocol in declared() if protocols is None else protocols:
        content = as_told(protocol)
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        row, is_new = ProtocolVersion.objects.get_or_create(
            code=protocol.code,
            version=protocol.version,
            defaults={"title": protocol.title, "content": content, "digest": digest, "published_at": at},
        )
        if row.digest != digest:
            raise ProtocolError(f"{protocol.code} {protocol.version}", "a changé sans changer de version")
        made += is_new
    return made


def as_told(protocol: Protocol) -> dict[str, Any]:
    """Return a protocol as the keys of its file."""
    told = {key: value for key, value in asdict(protocol).items() if key != "tasks"}
    tasks = [{key: getattr(task, key) for key in _TASK_KEYS} | {"who": _word(task.who)} for task in protocol.tasks]
    return told | {"tasks": tasks}


def _word(one: Enum) -> str:
    return str(one.value)


def of_version(row: ProtocolVersion) -> Protocol:
    """Return the protocol of a stored version; a version never changes, so it is read once per process."""
    known = _remembered.get(row.pk)
    if known is None:
        known = _remembered[row.pk] = protocol_of(row.content, where=f"{row.code} {row.version}")
    return known


def current(code: str) -> ProtocolVersion | None:
    """Return the last version published of a protocol; None when there is none."""
    return ProtocolVersion.objects.filter(code=code).order_by("-published_at", "-id").first()


def versions(code: str) -> list[ProtocolVersion]:
    """Return every version of a protocol, the last one first."""
    return list(ProtocolVersion.objects.filter(code=code).order_by("-published_at", "-id"))


def calendar(code: str, anchor: date) -> list[Occurrence]:
    """Return what the last version of a protocol asks around an anchor, by day; empty when there is none."""
    version = current(code)
    return occurrences(of_version(version), anchor) if version else []
