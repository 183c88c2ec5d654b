"""Which reminders an appointment has, when each leaves, and by which channel."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from passerelle.care.reminders.rules.declared import POST_DAYS, Rule, Step

PARIS: Final = ZoneInfo("Europe/Paris")
#: A reminder whose moment is past by more is not made up for.
GRACE: Final = timedelta(hours=8)
#: It is planned that long before it leaves.
AHEAD: Final = timedelta(days=1)
#: Nothing reminds of what begins so soon.
TOO_SOON: Final = timedelta(hours=2)
_USEFUL: Final = timedelta(hours=22)


@dataclass(frozen=True, slots=True)
class Reach:
    """How a person may be reached. `sms` and `email` are the number and the address when they may serve, else empty.

    `why_not_sms`, `why_not_email`, `why_not_letter` say why they may not, in French. `silence`: nothing may leave at
    all, whatever the channel, and why.
    """

    sms: str = ""
    email: str = ""
    has_address: bool = False
    why_not_sms: str = ""
    why_not_email: str = ""
    why_not_letter: str = "adresse postale inconnue"
    silence: str = ""

    @property
    def is_reachable(self) -> bool:
        """Tell whether a message may reach the person without paper."""
        return bool(self.sms or self.email)

    def can(self, channel: str) -> bool:
        """Tell whether this channel may serve."""
        return {"sms": bool(self.sms), "email": bool(self.email), "letter": self.has_address}[channel]


@dataclass(frozen=True, slots=True)
class Choice:
    """The channel of a reminder; empty with the reason when nothing leaves."""

    channel: str
    reason: str = ""


def moment_of(step: Step, starts_at: datetime) -> datetime:
    """Return when a reminder leaves: days are those of Paris."""
    day = starts_at.astimezone(PARIS).date() - timedelta(days=step.days_before)
    return datetime.combine(day, step.at, tzinfo=PARIS)


def steps_to_plan(rule: Rule, starts_at: datetime, *, at: datetime) -> Iterator[tuple[Step, datetime]]:
    """Yield the reminders to plan now, with their moment: those of the day to come, and those just missed."""
    for step in rule.steps:
        moment = moment_of(step, starts_at)
        if at - GRACE <= moment < at + AHEAD and starts_at - at > TOO_SOON:
            yield step, moment


def useless_from(starts_at: datetime, moment: datetime) -> datetime:
    """Return from when a reminder says nothing useful any more: the next day, or two hours before."""
    return min(starts_at - TOO_SOON, moment + _USEFUL)


def choose(step: Step, reach: Reach, *, failed: frozenset[str] = frozenset(), days_left: int | None = None) -> Choice:
    """Choose the channel of a reminder; `failed` are those already tried in vain, `days_left` until the appointment."""
    if reach.silence:
        return Choice("", reach.silence)
    if step.unless_reachable and reach.is_reachable and not failed:
        return Choice("", "joignable sans courrier")
    days = step.days_before if days_left is None else days_left
    for channel in step.channels:
        if channel in failed or (channel == "letter" and days < POST_DAYS):
            continue
        if reach.can(channel):
            return Choice(channel)
    return Choice("", _why_none(step, reach, failed))


def _why_none(step: Step, reach: Reach, failed: frozenset[str]) -> str:
    told = {"sms": reach.why_not_sms, "email": reach.why_not_email, "letter": reach.why_not_letter}
    reasons = [told[channel] for channel in step.channels if channel not in failed and told[channel]]
    return "\u00a0; ".join(reasons) if reasons else "aucun canal ne reste"
