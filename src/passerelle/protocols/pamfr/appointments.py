from __future__ import annotations

from datetime import datetime, timedelta

from passerelle.protocols.hl7v2 import Hl7Error, Message, Segment
from passerelle.protocols.pamfr import people, stays
from passerelle.protocols.pamfr.appointment_events import Appointment, AppointmentEvent, Coded
from passerelle.protocols.pamfr.events import Identifier, Location
from passerelle.protocols.pamfr.moments import moment
from passerelle.protocols.pamfr.people import given

_MINUTES = {"": 1.0, "MIN": 1.0, "M": 1.0, "S": 1 / 60, "SEC": 1 / 60, "H": 60.0, "HR": 60.0, "D": 1440.0}
#: The status a trigger leaves an appointment in when the sender does not say (table 0278).
STATUSES = {
    "S12": "Booked", "S13": "Booked", "S14": "Booked", "S15": "Cancelled", "S16": "Discontinued", "S17": "Deleted",
    "S26": "Noshow",
}  # fmt: skip


def appointment_event(message: Message, recorded_at: datetime) -> AppointmentEvent:
    """Read an appointment (SIU).

    The start is that of SCH-11, else of TQ1-7, else of the first resource; the end is told, or start and duration.

    Raises:
        Hl7Error: no SCH, no number to know the appointment by, no patient, or an unreadable date.
    """
    sch = message.segment("SCH")
    if sch is None:
        raise Hl7Error(where="SCH^1", why="le segment SCH manque", code="101")
    placer, filler = _entity(sch, 1), _entity(sch, 2)
    if placer is None and filler is None:
        raise Hl7Error(where="SCH^1^2", why="le rendez-vous n’a aucun numéro", code="101")
    starts_at, ends_at, minutes = _times(message, sch)
    appointment = Appointment(
        placer=placer,
        filler=filler,
        status=given(sch.get("25")) or STATUSES[message.trigger],
        starts_at=starts_at,
        ends_at=ends_at,
        duration_minutes=minutes,
        kind=coded(sch, 8),
        reason=coded(sch, 7),
        event_reason=coded(sch, 6),
        services=tuple(coded(one, 3) for one in message.all("AIS")),
        practitioners=tuple(who for one in message.all("AIP") if (who := people.practitioner(one.repetitions(3)))),
        locations=tuple(where for one in message.all("AIL") if (where := _location(one))),
        notes=tuple(text for one in message.all("NTE") if (text := given(one.get("3")))),
    )
    return AppointmentEvent(
        message.trigger, recorded_at, recorded_at, people.patient(message), appointment, stays.visit(message)
    )


def coded(segment: Segment, n: int) -> Coded:
    """Read a CE or a CWE."""
    return Coded(given(segment.get(f"{n}.1")), given(segment.get(f"{n}.2")), given(segment.get(f"{n}.3")))


def _times(message: Message, sch: Segment) -> tuple[datetime | None, datetime | None, int | None]:
    starts_at = moment(sch.get("11.4"), "SCH^1^11") or moment(message.get("TQ1-7"), "TQ1^1^7")
    starts_at = starts_at or _start_of_resources(message)
    ends_at = moment(sch.get("11.5"), "SCH^1^11") or moment(message.get("TQ1-8"), "TQ1^1^8")
    minutes = _duration(sch, 9, "SCH^1^9")
    ais = message.segment("AIS")
    if minutes is None and ais is not None:
        minutes = _duration(ais, 7, "AIS^1^7")
    if minutes is None and starts_at and ends_at:
        minutes = int((ends_at - starts_at) / timedelta(minutes=1))
    if ends_at is None and starts_at and minutes is not None:
        ends_at = starts_at + timedelta(minutes=minutes)
    if starts_at and ends_at and ends_at < starts_at:
        raise Hl7Error(where="SCH^1^11", why="le rendez-vous finit avant de commencer", code="102")
    return starts_at, ends_at, minutes


def _start_of_resources(message: Message) -> datetime | None:
    for name, field in (("AIS", 4), ("AIP", 6), ("AIL", 6)):
        found = moment(message.get(f"{name}-{field}"), f"{name}^1^{field}")
        if found is not None:
            return found
    return None


def _duration(segment: Segment, n: int, where: str) -> int | None:
    """Read a duration in minutes, whatever its unit (the field that follows)."""
    text = given(segment.get(str(n)))
    if not text:
        return None
    factor = _MINUTES.get(given(segment.get(f"{n + 1}")).upper())
    if factor is None or not text.isascii() or not text.replace(".", "", 1).isdigit() or len(text) > 8:
        raise Hl7Error(where, "la durée est impossible à lire", "102")
    return round(float(text) * factor)


def _entity(segment: Segment, n: int) -> Identifier | None:
    value = given(segment.get(str(n)))
    if not value:
        return None
    namespace, universal_id, kind = (given(segment.get(f"{n}.{part}")) for part in (2, 3, 4))
    return Identifier(value, "", namespace, universal_id, kind)


def _location(ail: Segment) -> Location | None:
    parts = [given(ail.get(f"3.{part}")) for part in (1, 2, 3, 4)]
    return Location(*parts) if any(parts) else None
