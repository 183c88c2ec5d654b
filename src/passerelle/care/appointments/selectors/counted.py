"""Acts done in the place of a telephone call: what the minutes saved are counted on."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Exists, OuterRef

from passerelle.care.appointments.models import BookingChange, Offer
from passerelle.care.appointments.rules.vocabulary import Answer, Via, What
from passerelle.care.appointments.selectors.days import bounds

_BY_THEMSELVES = [Via.PATIENT.value, Via.REPRESENTATIVE.value, Via.REMINDER.value, Via.WAITING.value, Via.TOWN.value]


def booked_without_a_call(first: date, after: date) -> Iterable[tuple[str, int]]:
    """Return, by establishment, what patients and town doctors booked themselves in `[first, after)`."""
    return _counted(first, after, What.BOOKED)


def changed_without_a_call(first: date, after: date) -> Iterable[tuple[str, int]]:
    """Return, by establishment, those that they moved or cancelled themselves in `[first, after)`.

    A place of the waiting list that was accepted is counted once, by `refilled_without_a_call`.
    """
    return _counted(first, after, What.MOVED, What.CANCELLED)


def refilled_without_a_call(first: date, after: date) -> Iterable[tuple[str, int]]:
    """Return, by establishment, the freed places that somebody of the waiting list accepted in `[first, after)`."""
    start, end = bounds(first, after)
    rows = Offer.objects.filter(answer=Answer.ACCEPTED.value, answered_at__gte=start, answered_at__lt=end)
    counted = rows.values("entry__establishment").annotate(count=Count("pk")).order_by("entry__establishment")
    return [(row["entry__establishment"], row["count"]) for row in counted]


def _counted(first: date, after: date, *what: What) -> Iterable[tuple[str, int]]:
    start, end = bounds(first, after)
    refilled = Offer.objects.filter(
        answer=Answer.ACCEPTED.value,
        answered_at=OuterRef("at"),
        entry__establishment=OuterRef("booking__establishment"),
    )
    rows = BookingChange.objects.filter(
        ~Exists(refilled), at__gte=start, at__lt=end, via__in=_BY_THEMSELVES, what__in=[one.value for one in what]
    )
    counted = rows.values("booking__establishment").annotate(count=Count("pk")).order_by("booking__establishment")
    return [(row["booking__establishment"], row["count"]) for row in counted]
