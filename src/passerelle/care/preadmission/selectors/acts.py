"""How many steps patients did themselves, for the minutes that it saves."""

from collections.abc import Iterable
from datetime import date, datetime, time

from django.db.models import Count
from django.utils import timezone

from passerelle.care.consent.api import Door
from passerelle.care.preadmission.models import StepEntry
from passerelle.care.preadmission.rules.vocabulary import OF_HEALTH


def acts(first: date, after: date) -> Iterable[tuple[str, int]]:
    """Return each establishment with how many steps patients did over the days of `[first, after)`.

    Those that the desk did are left out, and those of questions: `forms` counts them.
    """
    done = StepEntry.objects.filter(is_done=True, at__gte=_start(first), at__lt=_start(after))
    own = done.exclude(door=Door.STAFF.value).exclude(step__in=[one.value for one in OF_HEALTH])
    counted = own.values("preadmission__establishment").annotate(total=Count("id"))
    rows = counted.order_by("preadmission__establishment")
    return list(rows.values_list("preadmission__establishment", "total"))


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
