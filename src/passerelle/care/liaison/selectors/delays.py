"""The delays in force, from the legal parameters."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from passerelle.care.liaison.rules.clock import Delays
from passerelle.core.parameters.api import legal


def delays(on: date) -> Delays:
    """Return the delays of a day."""
    return Delays(
        due_hour=legal("liaison.letter_due_hour", on).as_int,
        next_day_hour=legal("liaison.letter_next_day_hour", on).as_int,
        received_hours=legal("liaison.received_hours", on).as_int,
        read_hours=legal("liaison.read_hours", on).as_int,
    )


def stay_classes(on: date) -> frozenset[str]:
    """Return the classes of stay whose end asks for a letter."""
    return frozenset(legal("liaison.stay_classes", on).as_text.split())


def counted_since(at: datetime) -> datetime:
    """Return from when discharges are followed and counted."""
    return at - timedelta(days=legal("liaison.board_days", timezone.localdate(at)).as_int)
