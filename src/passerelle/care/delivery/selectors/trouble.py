"""Which destinations are in trouble, for whoever answers for them."""

from collections.abc import Collection

from passerelle.care.delivery.models import Item, Line, State
from passerelle.care.delivery.rules.circuit import CircuitState


def troubles(codes: Collection[str]) -> dict[str, str]:
    """Return why each of these destinations is in trouble, not reached or refusing; the others are absent."""
    lines = Line.objects.filter(destination__in=codes, circuit=CircuitState.OPEN)
    found = {line.destination: line.last_error or "destinataire injoignable" for line in lines}
    refused = Item.objects.filter(destination__in=codes, state=State.FAILED).order_by("destination", "-id")
    for item in refused.distinct("destination"):
        found.setdefault(item.destination, item.reason or "envoi refusé")
    return found
