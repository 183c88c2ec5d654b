"""Packages above look at what is written by FHIR, inside the transaction of the write: they keep theirs, or refuse."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.record.rules.writes import refused
from passerelle.core.access.api import Viewer
from passerelle.protocols.fhir import api as fhir


@dataclass(frozen=True, slots=True)
class FhirWrite:
    """A resource just stored, or deleted (`resource` then holds its type alone). `is_new`: nothing was there."""

    resource: fhir.Json
    id: UUID
    local_identity_id: UUID
    establishment: str
    is_new: bool
    is_deletion: bool
    at: datetime
    by: Viewer


class NotAcceptable(Exception):
    """What a watcher refuses: the whole write is undone. `where` is a FHIRPath, `why` French.

    `is_conflict`: what it asks is taken (409), else it breaks a rule (422).
    """

    def __init__(self, where: str, why: str, *, is_conflict: bool = False) -> None:
        super().__init__(where)
        self.where, self.why, self.is_conflict = where, why, is_conflict


Watcher = Callable[[FhirWrite], None]
_watchers: dict[str, list[Watcher]] = {}


def watch_writes(type_: str, watcher: Watcher) -> None:
    """Call `watcher` after each write of a type by FHIR; it may raise `NotAcceptable`. The same again is once."""
    if watcher not in _watchers.setdefault(type_, []):
        _watchers[type_].append(watcher)


def tell_watchers(write: FhirWrite) -> None:
    """Tell a write to whoever watches its type.

    Raises:
        WriteRefused: one of them does not accept it.
    """
    for watcher in _watchers.get(str(write.resource["resourceType"]), ()):
        try:
            watcher(write)
        except NotAcceptable as refusal:
            status, code = (409, "conflict") if refusal.is_conflict else (422, "business-rule")
            raise refused(status, code, refusal.why, refusal.where) from refusal
