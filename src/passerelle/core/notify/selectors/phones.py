from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from passerelle.core.notify.models import SimulatedMessage

_MOST_PHONES = 12
_MOST_MESSAGES = 30


@dataclass(frozen=True, slots=True)
class Phone:
    number: str
    count: int
    latest_at: datetime


@dataclass(frozen=True, slots=True)
class PhoneMessage:
    text: str
    at: datetime
    is_from_phone: bool
    links: tuple[str, ...]


def phones() -> list[Phone]:
    """Return the phones that the simulated gateway wrote to last."""
    rows = (
        SimulatedMessage.objects.values("number")
        .annotate(count=Count("pk"), latest_at=Max("at"))
        .order_by("-latest_at", "number")[:_MOST_PHONES]
    )
    return [Phone(row["number"], row["count"], row["latest_at"]) for row in rows]


def phone_messages(number: str) -> list[PhoneMessage]:
    """Return what is on one phone, oldest first."""
    rows = list(SimulatedMessage.objects.filter(number=number).order_by("-at", "-pk")[:_MOST_MESSAGES])
    return [
        PhoneMessage(row.text, row.at, row.is_from_phone, tuple(one for one in row.text.split() if "://" in one))
        for row in reversed(rows)
    ]
