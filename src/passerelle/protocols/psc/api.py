"""The door of Pro Santé Connect."""

from passerelle.protocols.psc.claims import (
    ACR,
    DOCTOR,
    INDEPENDENT,
    PROFESSIONS,
    PROVIDER,
    SCOPE,
    ClaimsUnreadable,
    Practice,
    Professional,
    read_professional,
)
from passerelle.protocols.psc.simulator.people import Holder, published_holders, read_holders
from passerelle.protocols.psc.simulator.server import Simulator

__all__ = [
    "ACR",
    "DOCTOR",
    "INDEPENDENT",
    "PROFESSIONS",
    "PROVIDER",
    "SCOPE",
    "ClaimsUnreadable",
    "Holder",
    "Practice",
    "Professional",
    "Simulator",
    "published_holders",
    "read_holders",
    "read_professional",
]
