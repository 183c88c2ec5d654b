"""When something wrong becomes an alert, and when an alert ends."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

GONE_FOR = timedelta(minutes=3)  # an alert closes when nobody saw its cause for that long
SAME_TROUBLE = timedelta(minutes=30)  # what comes back sooner is the same alert


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at this moment, told so that whoever is woken at night knows what to do.

    Attributes:
        rule: the code of the rule, such as `silence`.
        subject: what it is about; one alert lives for each rule and subject.
        evidence: what the finding rests on; an alert closed by a person stays closed as long as it is the same.
        hold: how long it must last before anybody is told.
        establishment: whose flow, "" when it belongs to nobody.
    """

    rule: str
    subject: str
    title: str
    todo: str
    evidence: str
    is_severe: bool = False
    link: str = ""
    establishment: str = ""
    hold: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Standing:
    """The last alert of a rule and a subject."""

    noticed_at: datetime
    last_seen_at: datetime
    is_open: bool
    closed_at: datetime | None
    closed_by_person: bool
    evidence: str


class Turn(enum.Enum):
    """What becomes of an alert this minute."""

    NONE = enum.auto()
    NOTICE = enum.auto()
    KEEP = enum.auto()
    OPEN = enum.auto()
    REOPEN = enum.auto()
    FORGET = enum.auto()
    CLOSE = enum.auto()


def turn(finding: Finding | None, standing: Standing | None, *, at: datetime) -> Turn:
    """Decide the turn of an alert from what is found now and what stood before; at least one of the two is given."""
    is_alive = standing is not None and standing.closed_at is None
    if finding is None:
        return _without_cause(standing, at) if standing is not None and is_alive else Turn.NONE
    if standing is not None and is_alive:
        return _still_true(finding, standing, at)
    if standing is None or standing.closed_at is None:
        return Turn.NOTICE
    if standing.closed_by_person:
        return Turn.NONE if standing.evidence == finding.evidence else Turn.NOTICE
    return Turn.REOPEN if at - standing.closed_at < SAME_TROUBLE else Turn.NOTICE


def _still_true(finding: Finding, standing: Standing, at: datetime) -> Turn:
    if standing.is_open or at - standing.noticed_at < finding.hold:
        return Turn.KEEP
    return Turn.OPEN


def _without_cause(standing: Standing, at: datetime) -> Turn:
    if not standing.is_open:
        return Turn.FORGET
    return Turn.CLOSE if at - standing.last_seen_at >= GONE_FOR else Turn.NONE
