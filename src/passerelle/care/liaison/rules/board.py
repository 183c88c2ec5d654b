"""The figures of the hospital's dashboard."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from passerelle.care.liaison.rules.clock import is_same_day


@dataclass(frozen=True, slots=True)
class Fact:
    """A discharge of the period: its service, when its letter left if it did, and when its doctor read it."""

    service: str
    left_at: datetime
    answered_at: datetime | None
    sent_to_doctor: bool
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one service, or of all: counts, share sent the same day in [0, 1] (None without a discharge), median delay."""

    service: str
    discharges: int
    sent: int
    same_day: int
    median_delay: timedelta | None
    unread: int
    without_doctor: int

    @property
    def same_day_share(self) -> float | None:
        return self.same_day / self.discharges if self.discharges else None

    @property
    def awaited(self) -> int:
        return self.discharges - self.sent


def figures_of(service: str, facts: Sequence[Fact]) -> Figures:
    """Return the figures of some discharges; a letter ready before the end of the stay counts as no delay."""
    sent = [one for one in facts if one.answered_at is not None]
    delays = [max((one.answered_at or one.left_at) - one.left_at, timedelta()).total_seconds() for one in sent]
    return Figures(
        service=service,
        discharges=len(facts),
        sent=len(sent),
        same_day=sum(is_same_day(one.left_at, one.answered_at) for one in sent if one.answered_at),
        median_delay=timedelta(seconds=median(delays)) if delays else None,
        unread=sum(one.sent_to_doctor and one.read_at is None for one in sent),
        without_doctor=sum(not one.sent_to_doctor for one in sent),
    )


def by_service(facts: Iterable[Fact]) -> list[Figures]:
    """Return the figures of each service, those that send least on the same day first."""
    grouped: dict[str, list[Fact]] = {}
    for fact in facts:
        grouped.setdefault(fact.service, []).append(fact)
    found = [figures_of(service, rows) for service, rows in grouped.items()]
    return sorted(found, key=lambda one: (one.same_day_share or 0.0, -one.discharges, one.service))
