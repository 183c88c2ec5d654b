from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from passerelle.protocols.pamfr.events import Identifier, Location, Patient, Practitioner, Visit


class Coded(Struct, frozen=True):
    """A coded element as its sender writes it (CE, CWE)."""

    code: str = ""
    label: str = ""
    system: str = ""


class Appointment(Struct, frozen=True):
    """What was agreed (SCH, AIS, AIP, AIL); `placer` and `filler` number it at who asks and at who gives it.

    `status` is a code of table 0278 (Booked, Cancelled, Complete...); `ends_at` is exclusive; `duration_minutes` is
    what the sender says, or what the two ends tell. `cancel_reason` is SCH-6 of a cancellation or a deletion.
    """

    placer: Identifier | None = None
    filler: Identifier | None = None
    status: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    duration_minutes: int | None = None
    kind: Coded = Coded()
    reason: Coded = Coded()
    event_reason: Coded = Coded()
    services: tuple[Coded, ...] = ()
    practitioners: tuple[Practitioner, ...] = ()
    locations: tuple[Location, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Return the number it is known by: the filler's, else the placer's, "" without either."""
        known = self.filler or self.placer
        return known.value if known else ""


class AppointmentEvent(Struct, frozen=True):
    """An appointment made (S12), moved (S13), changed (S14), cancelled (S15), stopped (S16), deleted (S17) or missed.

    Missed is S26. Source: HL7 v2.5, chapter 10, unsolicited transactions.
    """

    trigger: str
    occurred_at: datetime
    recorded_at: datetime
    patient: Patient
    appointment: Appointment
    visit: Visit | None = None

    @property
    def is_off(self) -> bool:
        """Tell whether the patient is no longer expected: cancelled, stopped, deleted or missed."""
        return self.trigger in {"S15", "S16", "S17", "S26"}

    @property
    def cancel_reason(self) -> Coded:
        """Return why it is off, empty while it is on."""
        return self.appointment.event_reason if self.is_off else Coded()
