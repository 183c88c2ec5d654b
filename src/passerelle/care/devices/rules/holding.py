"""Whose a measure is: who held the device at the moment of measuring, the device's clock being judged.

A clock is only known when the device says its own time at sending (`sent_at`) and that time is ours. Otherwise the
moment told may be wrong by anything up to `MOST_DOUBT`: the measure is then somebody's only when nobody else held the
device in all that time. A clock that is ahead by just as long as the message waited cannot be told from a right one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from passerelle.care.devices.rules import refusals
from passerelle.care.devices.rules.refusals import NotAMeasure

TOLERANCE: Final = timedelta(minutes=2)
MOST_DOUBT: Final = timedelta(days=7)
OLDEST: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Held:
    """A person's file had the device over `[since, until)`; until None, it still has."""

    pairing_id: int
    local_identity_id: UUID
    establishment: str
    since: datetime
    until: datetime | None

    def covers(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)

    def meets(self, start: datetime, end: datetime) -> bool:
        """Tell whether it has a moment of [start, end]."""
        return self.since <= end and (self.until is None or start < self.until)


def holder(turns: Iterable[Held], *, measured_at: datetime, sent_at: datetime | None, received_at: datetime) -> Held:
    """Return who held the device when it measured.

    Raises:
        NotAMeasure: the clock is ahead, the measure too old, nobody had the device, or it may be somebody else's.
    """
    latest = received_at + TOLERANCE
    for name, moment in (("measured_at", measured_at), ("sent_at", sent_at)):
        if moment is not None and moment > latest:
            raise NotAMeasure(refusals.CLOCK, name, f"l’horloge de l’appareil avance ({_moment(moment)})")
    if sent_at is not None and measured_at > sent_at + TOLERANCE:
        raise NotAMeasure(refusals.CLOCK, "measured_at", "la mesure serait postérieure à son envoi")
    if measured_at < received_at - OLDEST:
        raise NotAMeasure(refusals.TOO_OLD, "measured_at", f"plus de {OLDEST.days} jours ({_moment(measured_at)})")
    known = list(turns)
    found = next((turn for turn in known if turn.covers(measured_at)), None)
    if found is None:
        why = f"personne n’avait cet appareil à ce moment ({_moment(measured_at)})"
        raise NotAMeasure(refusals.NOBODY, "measured_at", why)
    doubt = TOLERANCE if sent_at is not None and received_at - sent_at <= TOLERANCE else MOST_DOUBT
    start, end = measured_at - doubt, min(measured_at + doubt, latest)
    if any(turn.meets(start, end) for turn in known if turn.local_identity_id != found.local_identity_id):
        why = "une autre personne a eu l’appareil à un moment proche, et son heure n’est pas sûre"
        raise NotAMeasure(refusals.DOUBTFUL, "measured_at", why)
    return found


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")
