"""What the landing page of the care space says of the messages."""

from datetime import datetime

from django.urls import reverse

from passerelle.care.exchange.alerts.standing import open_alerts
from passerelle.care.exchange.selectors.listing import parked
from passerelle.core.access.api import Viewer
from passerelle.core.ui.api import Awaiting, french


def messages_awaiting(viewer: Viewer, at: datetime) -> list[Awaiting]:
    return [*_alerts(viewer, at), *_parked(viewer, at)]


def _alerts(viewer: Viewer, at: datetime) -> list[Awaiting]:
    """Tell of the urgent alerts that nobody takes care of."""
    urgent = [alert for alert in open_alerts(viewer, at=at) if alert.is_severe and not alert.taken_by]
    if not urgent:
        return []
    first, *others = urgent
    more = f" (et {len(others)} autre{'s' if len(others) > 1 else ''})" if others else ""
    return [Awaiting(sentence=f"{first.title}{more}", url=reverse("exchange:home"), action="Regarder")]


def _parked(viewer: Viewer, at: datetime) -> list[Awaiting]:
    count, oldest = parked(viewer)
    if oldest is None:
        return []
    told = "Un message attend" if count == 1 else f"{count} messages attendent"
    sentence = f"{told} une décision, depuis {french.duration(at - oldest)}"
    return [Awaiting(sentence=sentence, url=reverse("exchange:dead_letters"), action="Décider")]
