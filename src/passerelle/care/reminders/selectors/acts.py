"""Reminders that left, as acts whose minutes are counted."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Count

from passerelle.care.reminders.models import Reminder, State
from passerelle.care.reminders.rules.choosing import PARIS


def reminders_sent(first: date, after: date) -> Iterator[tuple[str, int]]:
    """Yield how many reminders each establishment sent without paper, on the days of Paris in [first, after)."""
    start, end = (datetime(day.year, day.month, day.day, tzinfo=PARIS) for day in (first, after))
    rows = (
        Reminder.objects.filter(state=State.REACHED, settled_at__gte=start, settled_at__lt=end)
        .values("establishment")
        .annotate(count=Count("pk"))
        .order_by("establishment")
    )
    yield from ((row["establishment"], row["count"]) for row in rows)
