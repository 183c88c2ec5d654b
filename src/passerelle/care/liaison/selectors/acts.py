"""How many letters left and referrals came, for the estimate of minutes given back."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from passerelle.care.liaison.models import Dispatch, Referral


def letters_sent(first: date, after: date) -> Iterable[tuple[str, int]]:
    """Count the letters that left, by establishment, for days in [first, after)."""
    return _by_establishment(Dispatch.objects.filter(sent_at__gte=_start(first), sent_at__lt=_start(after)))


def referrals_received(first: date, after: date) -> Iterable[tuple[str, int]]:
    """Count the referrals that came, by establishment asked, for days in [first, after)."""
    return _by_establishment(Referral.objects.filter(asked_at__gte=_start(first), asked_at__lt=_start(after)))


def _by_establishment(rows: QuerySet[Any]) -> Iterable[tuple[str, int]]:
    counted = rows.values_list("establishment").annotate(count=Count("pk"))
    return [(str(establishment), int(count)) for establishment, count in counted]


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
