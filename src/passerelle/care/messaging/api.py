"""The door of messages between a patient and a team."""

from passerelle.care.messaging.rules.clock import Clock
from passerelle.care.messaging.selectors.teams import TeamRow, teams_for
from passerelle.care.messaging.selectors.threads import Awaits, ThreadRow, threads, unread
from passerelle.care.messaging.services.answering import answer, close, escalate, take
from passerelle.care.messaging.services.loading import TeamCard, load_team
from passerelle.care.messaging.services.writing import Letter, open_thread, write

__all__ = [
    "Awaits",
    "Clock",
    "Letter",
    "TeamCard",
    "TeamRow",
    "ThreadRow",
    "answer",
    "close",
    "escalate",
    "load_team",
    "open_thread",
    "take",
    "teams_for",
    "threads",
    "unread",
    "write",
]
