"""When an emergency access must have been looked at again, and how many are too many."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID


class Stage(Enum):
    """Where the review of an emergency access is; the value is its French word, `kind` its colour."""

    LATE = "En retard", "danger"
    TO_REVIEW = "À revoir", "attention"
    JUSTIFIED = "Justifié", "done"
    NOT_JUSTIFIED = "Non justifié", "danger"

    kind: str

    def __new__(cls, label: str, kind: str) -> "Stage":
        member = object.__new__(cls)
        member._value_ = label
        member.kind = kind
        return member

    @property
    def label(self) -> str:
        return str(self.value)


def stage_of(opened_at: datetime, *, verdict: bool | None, days: int, at: datetime) -> Stage:
    """Return the stage of a review; without a verdict it is late once `days` have passed since the opening."""
    if verdict is not None:
        return Stage.JUSTIFIED if verdict else Stage.NOT_JUSTIFIED
    return Stage.LATE if at >= opened_at + timedelta(days=days) else Stage.TO_REVIEW


@dataclass(frozen=True, slots=True)
class Opening:
    """Who opened a record in an emergency, and when."""

    account_id: UUID
    at: datetime


def too_often(openings: Iterable[Opening], *, threshold: int, within: timedelta = timedelta(days=1)) -> frozenset[UUID]:
    """Return the accounts that opened more than `threshold` records within some span of that length."""
    times: dict[UUID, list[datetime]] = {}
    for one in openings:
        times.setdefault(one.account_id, []).append(one.at)
    return frozenset(account for account, moments in times.items() if _exceeds(sorted(moments), threshold, within))


def _exceeds(moments: list[datetime], threshold: int, within: timedelta) -> bool:
    pairs = zip(moments, moments[threshold:], strict=False)
    return any(last - first < within for first, last in pairs)
