"""Count the acts of a month and keep the count."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from django.db import transaction

from passerelle.care.savings.counting import Counting, countings
from passerelle.care.savings.models import ActCount
from passerelle.care.savings.rules.estimate import month_after


@transaction.atomic
def count_month(month: date, *, at: datetime, by: Mapping[str, Counting] | None = None) -> int:
    """Count every act of the month that begins on `month`, and replace what was kept of it; return the rows kept."""
    rows = list(_counted(month, countings() if by is None else by, at))
    ActCount.objects.filter(month=month).delete()
    ActCount.objects.bulk_create(rows)
    return len(rows)


def _counted(month: date, by: Mapping[str, Counting], at: datetime) -> Iterator[ActCount]:
    for act, counting in by.items():
        for establishment, count in counting(month, month_after(month)):
            if count and establishment:
                yield ActCount(act=act, establishment=establishment, month=month, count=count, counted_at=at)
