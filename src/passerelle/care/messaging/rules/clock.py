"""The promised delay: when an answer is due, and what the clock says of it."""

from datetime import datetime, timedelta

from passerelle.core.access.api import Word


class Clock(Word):
    """Where a thread stands before the promise of its team."""

    ANSWERED = "answered", "Répondu"
    WAITING = "waiting", "En attente"
    SOON = "soon", "À répondre bientôt"
    LATE = "late", "Délai dépassé"


#: The last quarter of the delay is told apart.
_SOON = 0.25


def due(written_at: datetime, hours: int) -> datetime:
    """Return when the answer promised in so many hours is due."""
    return written_at + timedelta(hours=hours)


def clock(*, is_waiting: bool, due_at: datetime, hours: int, at: datetime) -> Clock:
    """Return what the clock says; a thread that awaits nothing is answered."""
    if not is_waiting:
        return Clock.ANSWERED
    if at >= due_at:
        return Clock.LATE
    return Clock.SOON if due_at - at <= timedelta(hours=hours * _SOON) else Clock.WAITING


def delay_in_words(hours: int) -> str:
    """Return a promised delay as people say it: « 2 jours », « 24 heures »."""
    if hours >= 48 and hours % 24 == 0:
        return f"{hours // 24} jours"
    return f"{hours} heure{'s' if hours > 1 else ''}"
