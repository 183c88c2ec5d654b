"""What the landing page of the care space says of the messages."""

from datetime import datetime

from django.urls import reverse

from passerelle.care.exchange.selectors.listing import parked
from passerelle.core.access.api import Viewer
from passerelle.core.ui.api import Awaiting, french


def messages_awaiting(viewer: Viewer, at: datetime) -> list[Awaiting]:
    count, oldest = parked(viewer)
    if oldest is None:
        return []
    told = "Un message attend" if count == 1 else f"{count} messages attendent"
    sentence = f"{told} une décision, depuis {french.duration(at - oldest)}"
    return [Awaiting(sentence=sentence, url=reverse("exchange:dead_letters"), action="Décider")]
