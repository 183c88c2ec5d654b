"""The client of the INSi teleservice, and its simulator."""

from __future__ import annotations

from passerelle.protocols.insi.assertion import Practice
from passerelle.protocols.insi.client import Access, InsecureAddress, InsiClient
from passerelle.protocols.insi.faults import InsiError, InsiRefused, InsiUnavailable, InsiUnreadable, retry_delay
from passerelle.protocols.insi.model import (
    Answer,
    CardHolder,
    FormerIns,
    InsiIdentity,
    Operator,
    Outcome,
    SearchTraits,
    Software,
)
from passerelle.protocols.insi.simulator.directory import Directory, PublishedDirectory
from passerelle.protocols.insi.simulator.server import Simulator

__all__ = [
    "Access",
    "Answer",
    "CardHolder",
    "Directory",
    "FormerIns",
    "InsecureAddress",
    "InsiClient",
    "InsiError",
    "InsiIdentity",
    "InsiRefused",
    "InsiUnavailable",
    "InsiUnreadable",
    "Operator",
    "Outcome",
    "Practice",
    "PublishedDirectory",
    "SearchTraits",
    "Simulator",
    "Software",
    "retry_delay",
]
