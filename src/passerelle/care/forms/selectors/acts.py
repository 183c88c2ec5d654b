"""How many questionnaires patients filled themselves, for the minutes that it saves."""

from collections.abc import Iterable
from datetime import date, datetime, time

from django.db.models import Count
from django.utils import timezone

from passerelle.care.consent.api import Door
from passerelle.care.forms.models import Filling


def acts(first: date, after: date) -> Iterable[tuple[str, int]]:
    """Return each establishment with how many questionnaires its patients finished in the days of `[first, after)`."""
    done = Filling.objects.filter(finished_at__gte=_start(first), finished_at__lt=_start(after)).exclude(
        establishment=""
    )
    own = done.exclude(door=Door.STAFF.value).values("establishment").annotate(total=Count("id"))
    return list(own.order_by("establishment").values_list("establishment", "total"))


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
