"""Rules of delay: until when one may book, move or cancel from outside, and how long a freed place is offered.

Plain Python: the figures are dated parameters of the house, read by whoever asks.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from passerelle.care.appointments.rules.vocabulary import EXPECTED, State


@dataclass(frozen=True, slots=True)
class Delays:
    """The figures in force on a day."""

    book_notice_hours: int
    horizon_days: int
    move_notice_hours: int
    cancel_notice_hours: int
    offer_hours: int
    offer_margin_hours: int

    def earliest(self, at: datetime) -> datetime:
        """Return the first moment one may book from outside."""
        return at + timedelta(hours=self.book_notice_hours)

    def latest(self, at: datetime) -> datetime:
        """Return the moment from which nothing may be booked yet."""
        return at + timedelta(days=self.horizon_days)

    def may_move(self, state: State, starts_at: datetime, at: datetime) -> bool:
        """Tell whether an appointment may still be moved from outside."""
        return state in EXPECTED and at + timedelta(hours=self.move_notice_hours) <= starts_at

    def may_cancel(self, state: State, starts_at: datetime, at: datetime) -> bool:
        """Tell whether it may still be cancelled from outside: until it begins, for a place told late is better than
        nobody told.
        """
        return state in EXPECTED and at < starts_at

    def is_late(self, starts_at: datetime, at: datetime) -> bool:
        """Tell whether a cancellation now comes too late to offer the place to somebody else."""
        return starts_at < at + timedelta(hours=self.cancel_notice_hours)

    def offer_until(self, starts_at: datetime, at: datetime) -> datetime | None:
        """Return until when a freed place is offered to one person; None when it is too near to be offered."""
        latest = starts_at - timedelta(hours=self.offer_margin_hours)
        until = min(at + timedelta(hours=self.offer_hours), latest)
        return until if until > at else None
