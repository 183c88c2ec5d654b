"""Messages that a team answered: what the minutes saved are counted on."""

from collections.abc import Iterable
from datetime import date, datetime, time

from django.db.models import Count
from django.utils import timezone

from passerelle.care.messaging.models import Post


def answered(first: date, after: date) -> Iterable[tuple[str, int]]:
    """Return, by establishment, the exchanges that a team answered in the days of `[first, after)`.

    Several answers in one exchange over the period replace one call: they count once.
    """
    rows = Post.objects.filter(is_from_team=True, at__gte=_start(first), at__lt=_start(after))
    counted = rows.values("thread__team__establishment").annotate(count=Count("thread", distinct=True))
    ordered = counted.order_by("thread__team__establishment")
    return [(row["thread__team__establishment"], row["count"]) for row in ordered]


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
