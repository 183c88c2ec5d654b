"""Whom the viewer's establishments tell of alerts."""

from passerelle.care.devices.models import Recipient
from passerelle.care.devices.rules.words import Line
from passerelle.care.devices.selectors import guarding
from passerelle.core.access.api import Viewer

_ORDER = {one.value: rank for rank, one in enumerate(Line)}


def recipients_at(viewer: Viewer) -> list[tuple[Recipient, str]]:
    """Return who is told now, line by line, with the name of the line."""
    rows = Recipient.objects.filter(establishment__in=guarding.places_of(viewer), removed_at=None).order_by("pk")
    return sorted(((one, Line(one.line).label) for one in rows), key=lambda told: _ORDER[told[0].line])
