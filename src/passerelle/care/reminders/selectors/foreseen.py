"""What would leave tomorrow, to whom and why: the planner itself, which writes nothing here."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from passerelle.care.appointments import api as appointments
from passerelle.care.reminders import declared
from passerelle.care.reminders.reach import PROTECTED
from passerelle.care.reminders.rules.choosing import PARIS
from passerelle.care.reminders.services.planning import Foreseen, foresee
from passerelle.core.notify import api as notify
from passerelle.core.ui.api import french

CHANNELS: Final = {"sms": "SMS", "email": "courriel", "letter": "courrier", "": "rien"}
_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class ForeseenLine:
    """One reminder that would leave: nothing of the care, the end of a number only, no name of a protected identity."""

    appointment_id: object
    person: str
    is_masked: bool
    appointment: str
    step: str
    rule: str
    leaves_at: str
    channel: str
    channel_label: str
    to: str
    reason: str


@dataclass(frozen=True, slots=True)
class Foresight:
    """What leaves on a day: the counts by channel, and the first lines."""

    day: date
    lines: tuple[ForeseenLine, ...]
    counts: tuple[tuple[str, int], ...]
    hidden: int


def foresight(establishments: frozenset[str], *, at: datetime) -> Foresight:
    """Return what would leave tomorrow for these establishments; nothing is written."""
    day = at.astimezone(PARIS).date() + timedelta(days=1)
    morning = datetime(day.year, day.month, day.day, tzinfo=PARIS)
    longest = max(step.days_before for rule in declared.rules() for step in rule.steps)
    rows = [
        row
        for row in appointments.due(morning, morning + timedelta(days=longest + 2))
        if row.establishment in establishments
    ]
    found = [one for one in foresee(rows, at=morning) if one.moment.astimezone(PARIS).date() == day]
    counted = Counter(one.choice.channel for one in found)
    return Foresight(
        day,
        tuple(_line(one) for one in _ordered(found)[:_MOST]),
        tuple((CHANNELS[channel], counted[channel]) for channel in CHANNELS if counted[channel]),
        max(0, len(found) - _MOST),
    )


def _ordered(found: Sequence[Foreseen]) -> list[Foreseen]:
    return sorted(found, key=lambda one: (one.moment, one.row.starts_at, one.id))


def _line(one: Foreseen) -> ForeseenLine:
    is_masked = one.reach.silence == PROTECTED
    to = {"sms": one.reach.sms, "email": one.reach.email}.get(one.choice.channel, "")
    return ForeseenLine(
        appointment_id=one.row.id,
        person=PROTECTED.capitalize() if is_masked else one.row.person_name,
        is_masked=is_masked,
        appointment=f"{one.row.moment_in_words}, {one.row.agenda_name}".rstrip(", "),
        step=one.step.label,
        rule=one.rule.label,
        leaves_at=french.hour(one.moment),
        channel=one.choice.channel,
        channel_label=CHANNELS[one.choice.channel],
        to=notify.ending_of(to),
        reason=one.choice.reason,
    )
