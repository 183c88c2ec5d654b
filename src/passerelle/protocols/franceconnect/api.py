"""The door of FranceConnect."""

from passerelle.protocols.franceconnect.claims import (
    ACR,
    PROVIDER,
    SCOPE,
    STRONG,
    ClaimsUnreadable,
    Pivot,
    read_pivot,
)
from passerelle.protocols.franceconnect.simulator.people import Citizen, published_citizens, read_citizens
from passerelle.protocols.franceconnect.simulator.server import Simulator

__all__ = [
    "ACR",
    "PROVIDER",
    "SCOPE",
    "STRONG",
    "Citizen",
    "ClaimsUnreadable",
    "Pivot",
    "Simulator",
    "published_citizens",
    "read_citizens",
    "read_pivot",
]
