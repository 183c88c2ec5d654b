"""What is asked of the list of messages, and the conditions it puts on a row and on a shelf."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

Condition = tuple[str, list[Any]]
_PLACE = re.compile(r"^([A-Z][A-Z0-9]{2})(?:-(\d{1,3}))?$")
_WILD = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})
UNUSUAL = ("parked", "refused", "conflict", "set_aside", "received")


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked of the list.

    Attributes:
        text: an IPP, an INS, a NDA or a control id.
        kind: `ADT^A01`, or `ADT` for all its events.
        error: words of an error, or its place as people say it (`PID-3`).
        channel: the code of a channel, or `MSH-4|MSH-3` for a sender without channel.
        first_date, last_date: days of Paris, both included.
        before: only what arrived before this rank.
    """

    text: str = ""
    state: str = ""
    establishment: str = ""
    kind: str = ""
    error: str = ""
    channel: str = ""
    first_date: date | None = None
    last_date: date | None = None
    before: int | None = None

    @property
    def since(self) -> datetime | None:
        """Return the first moment asked."""
        return _start_of(self.first_date) if self.first_date else None

    @property
    def until(self) -> datetime | None:
        """Return the first moment that is too late."""
        return _start_of(self.last_date + timedelta(days=1)) if self.last_date else None


Kept = Sequence[str] | None


def row_conditions(kept: Kept, search: Search) -> list[Condition]:
    """Return what each row must satisfy, the identifier and the rank excepted; `kept` as `scope.kept_by` says it."""
    return [
        *_shared(kept, search),
        *_channel(search, "sending_facility", "sending_application"),
        *_state(search),
        *_error(search),
        *_period(search),
    ]


def shelf_conditions(kept: Kept, search: Search) -> list[Condition]:
    """Return what a shelf must satisfy to hold such a row; none when every shelf may."""
    return [*_shared(kept, search), *_channel(search, "facility", "application")]


def joined(conditions: Sequence[Condition]) -> Condition:
    """Return one condition out of all, always true when there is none."""
    texts = [text for text, _ in conditions]
    return " AND ".join(texts) or "true", [value for _, values in conditions for value in values]


def _shared(kept: Kept, search: Search) -> Iterator[Condition]:
    if kept is not None:
        yield "establishment = ANY(%s)", [list(kept)]
    if search.establishment:
        yield "establishment = %s", [search.establishment]
    code, _, trigger = search.kind.partition("^")
    if code:
        yield "code = %s", [code]
    if trigger:
        yield "trigger = %s", [trigger]


def _channel(search: Search, facility: str, application: str) -> Iterator[Condition]:
    if "|" in search.channel:
        name, _, software = search.channel.partition("|")
        yield f"channel = '' AND {facility} = %s AND {application} = %s", [name, software]
    elif search.channel:
        yield "channel = %s", [search.channel]


def _state(search: Search) -> Iterator[Condition]:
    if search.state:
        yield "state = %s", [search.state]


def _error(search: Search) -> Iterator[Condition]:
    """Match the place of an error, `PID-3` being kept as `PID^1^3`, or words of its reason."""
    if not search.error:
        return
    place = _PLACE.match(search.error.strip().upper())
    if place and place[2]:
        yield "error_where ~ %s", [rf"^{place[1]}\^\d*\^{place[2]}(\^|$)|^{place[1]}-{place[2]}(\D|$)"]
        return
    words = f"%{search.error.strip().translate(_WILD)}%"
    if place:
        yield "(error_why ILIKE %s OR error_where LIKE %s)", [words, f"{place[1]}%"]
    else:
        yield "error_why ILIKE %s", [words]


def _period(search: Search) -> Iterator[Condition]:
    if search.since:
        yield "received_at >= %s", [search.since]
    if search.until:
        yield "received_at < %s", [search.until]


def _start_of(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time.min))
