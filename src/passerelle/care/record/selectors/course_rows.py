"""Shapes of the timeline page."""

from calendar import monthrange
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from passerelle.care.record.rules.events import EventKind
from passerelle.care.record.rules.readings import reading_of
from passerelle.care.record.selectors.known_rows import Knowledge
from passerelle.care.record.selectors.rows import AppointmentRow, ObservationRow, StayRow

_ABNORMAL: Final = frozenset({"danger", "attention"})
_MOST_ABNORMAL: Final = 6


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to keep of a record: all of it by default. `since` and `until` are days, both inclusive."""

    establishment: str = ""
    kind: EventKind | None = None
    with_documents: bool = False
    since: date | None = None
    until: date | None = None
    text: str = ""
    stay_id: UUID | None = None
    before: datetime | None = None

    @property
    def is_narrow(self) -> bool:
        """Tell whether something is left out."""
        return any(
            (self.establishment, self.kind, self.with_documents, self.since, self.until, self.text, self.stay_id)
        )


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline. `pieces` are the versions (type, id, version) that reading it reads."""

    kind: EventKind
    type: str
    id: UUID
    at: datetime
    title: str
    detail: str
    author: str
    establishment: str
    establishment_name: str
    stay_id: UUID | None
    pieces: tuple[tuple[str, UUID, int], ...]
    is_unread: bool = False
    is_off: bool = False
    is_masked: bool = False
    mime: str = ""
    results: tuple[ObservationRow, ...] = ()
    risk: str = "neutral"
    risk_label: str = ""

    @property
    def is_document(self) -> bool:
        """Tell whether it opens as a document."""
        return self.type == "DocumentReference"

    @property
    def abnormal(self) -> list[tuple[ObservationRow, str]]:
        """Return the results that ask for attention, the gravest first, each with its word; six at most."""
        read = [(result, reading_of(result)) for result in self.results]
        return [(result, word) for result, (kind, word) in read if kind in _ABNORMAL][:_MOST_ABNORMAL]


@dataclass(frozen=True, slots=True)
class Group:
    """A stay and what belongs to it, or what lies outside stays in one month; `hidden` events are one address away."""

    at: datetime
    stay: StayRow | None
    month: date | None
    events: tuple[Event, ...]
    hidden: int = 0

    @property
    def until(self) -> date | None:
        """Return the last day of the month."""
        if self.month is None:
            return None
        return self.month.replace(day=monthrange(self.month.year, self.month.month)[1])


@dataclass(frozen=True, slots=True)
class StayBar:
    """A stay on the drawing over time."""

    id: UUID
    establishment: str
    establishment_name: str
    class_label: str
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Course:
    """A page of a record over all establishments, newest first.

    `unread` are the pieces of the last weeks that the viewer has not read, the worrying ones first. `counts` and
    `establishments` are those of the whole record that may be known of. `next_before` continues, None on the last page.
    `unread_pieces` are all that was not read (type, id, version), each with when it was stored.
    """

    groups: tuple[Group, ...]
    unread: tuple[Event, ...]
    unread_count: int
    coming: tuple[AppointmentRow, ...]
    bars: tuple[StayBar, ...]
    counts: Counter[EventKind]
    establishments: tuple[tuple[str, str], ...]
    found: int
    allergies: Knowledge
    next_before: datetime | None = None
    unread_pieces: tuple[tuple[tuple[str, UUID, int], datetime], ...] = ()
