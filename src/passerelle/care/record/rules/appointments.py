"""An appointment is the fold of its events: the same set of events gives the same one, whatever their order of arrival.

Source: HL7 v2.5, chapter 10 (SIU); FHIR R4, Appointment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from passerelle.care.record.rules.encounters import PERSONS, system_of
from passerelle.protocols import pamfr
from passerelle.protocols.fhir import api as fhir

Pair = tuple[str, str, str]
_OFF: Final = {"S15": "cancelled", "S16": "cancelled", "S17": "entered-in-error", "S26": "noshow"}
# HL7 table 0278 (filler status), as FHIR names it; what is not here is a plain booking.
_STATUSES: Final = {
    "pending": "pending", "waitlist": "waitlist", "booked": "booked", "started": "arrived", "complete": "fulfilled",
    "cancelled": "cancelled", "dc": "cancelled", "deleted": "entered-in-error", "noshow": "noshow",
}  # fmt: skip
_RANKS: Final = {"S12": 0, "S13": 1, "S14": 1, "S26": 2, "S15": 3, "S16": 3, "S17": 4}
_REASONS: Final = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"
_USUAL_MINUTES: Final = 30
_PARTS: Final = (
    "starts_at", "ends_at", "kind", "services", "practitioners", "places", "reason", "note", "numbers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AppointmentFact:
    """One event of an appointment as a message told it; what it does not say is left from the event before."""

    trigger: str
    recorded_at: datetime
    occurred_at: datetime
    source: str
    status: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    kind: Pair | None = None
    services: tuple[Pair, ...] = ()
    practitioners: tuple[tuple[str, str], ...] = ()
    places: tuple[str, ...] = ()
    reason: Pair | None = None
    cancel_reason: Pair | None = None
    note: str = ""
    numbers: tuple[tuple[str, str, str], ...] = ()


def fact_of(event: pamfr.AppointmentEvent, source: str) -> AppointmentFact:
    """Return what an event says of its appointment; an end that is not told is drawn from the duration."""
    told = event.appointment
    return AppointmentFact(
        trigger=event.trigger,
        recorded_at=event.recorded_at,
        occurred_at=event.occurred_at,
        source=source,
        status=told.status,
        starts_at=told.starts_at,
        ends_at=_end_of(told),
        kind=_pair(told.kind),
        services=tuple(pair for pair in map(_pair, told.services) if pair),
        practitioners=tuple(_named(one) for one in told.practitioners),
        places=tuple(place for place in map(_place, told.locations) if place),
        reason=_pair(told.reason),
        cancel_reason=_pair(event.cancel_reason),
        note="\n".join(told.notes),
        numbers=tuple(_number(one, kind) for one, kind in ((told.placer, "PLAC"), (told.filler, "FILL")) if one),
    )


def fact_from(told: Mapping[str, Any]) -> AppointmentFact:
    """Return the fact that was kept as JSON (its fields by name, moments in ISO 8601, pairs as lists)."""
    values: dict[str, Any] = {name: _tupled(value) for name, value in told.items()}
    for name in ("recorded_at", "occurred_at", "starts_at", "ends_at"):
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    return AppointmentFact(**values)


def _tupled(value: Any) -> Any:
    return tuple(map(_tupled, value)) if isinstance(value, list) else value


def fold(facts: Iterable[AppointmentFact]) -> dict[str, Any]:
    """Return what is known of an appointment: each part as the last event that told it did, and the status."""
    known: dict[str, Any] = {}
    for fact in sorted(facts, key=_order):
        for name in _PARTS:
            known[name] = getattr(fact, name) or known.get(name)
        known["status"] = _OFF.get(fact.trigger) or _STATUSES.get(fact.status.casefold(), "booked")
        known["cancel_reason"] = fact.cancel_reason if fact.trigger in _OFF else None
    return known


def appointment_of(known: Mapping[str, Any], *, id_: str, subject: str, place: Mapping[str, Any]) -> dict[str, Any]:
    """Return the FHIR Appointment; `subject` is the Patient's id, `place` the reference to the establishment."""
    status, start = known["status"], known["starts_at"]
    if start is None and status not in {"cancelled", "entered-in-error"}:
        status = "waitlist" if status == "waitlist" else "proposed"
    end = known["ends_at"] if start else None
    reason = known["cancel_reason"] if status in {"cancelled", "noshow"} else None
    return fhir.appointment(
        id_,
        status=status,
        start=start,
        end=end,
        participants=[fhir.participant(who) for who in _participants(known, subject, place)],
        identifier=[fhir.identifier(value, system=system, type_code=kind) for value, system, kind in known["numbers"]],
        cancelationReason=_cancelled(reason) if reason else None,
        serviceType=[_concept(one) for one in known["services"] or ()],
        appointmentType=_concept(known["kind"]) if known["kind"] else None,
        reasonCode=[_concept(known["reason"])] if known["reason"] else None,
        minutesDuration=_minutes(start, end),
        comment=known["note"],
    )


def _order(fact: AppointmentFact) -> tuple[datetime, int, datetime, str]:
    return fact.recorded_at, _RANKS.get(fact.trigger, 1), fact.occurred_at, fact.source


def _participants(known: Mapping[str, Any], subject: str, place: Mapping[str, Any]) -> list[dict[str, Any]]:
    people = [
        fhir.reference(None, display=name, logical=fhir.identifier(rpps, system=PERSONS) if rpps else None)
        for name, rpps in known["practitioners"] or ()
    ]
    where = [fhir.reference(None, display=one) for one in known["places"] or ()]
    return [fhir.reference(f"Patient/{subject}"), *people, *where, dict(place)]


def _end_of(told: pamfr.Appointment) -> datetime | None:
    if told.ends_at or told.starts_at is None:
        return told.ends_at
    return told.starts_at + timedelta(minutes=told.duration_minutes or _USUAL_MINUTES)


def _minutes(start: datetime | None, end: datetime | None) -> int | None:
    minutes = int((end - start).total_seconds() // 60) if start and end else 0
    return minutes if minutes > 0 else None


def _pair(coded: pamfr.Coded) -> Pair | None:
    return (coded.code, coded.label, coded.system) if coded.code or coded.label else None


def _named(one: pamfr.Practitioner) -> tuple[str, str]:
    return f"{one.given} {one.family}".strip(), one.identifier.value if one.identifier else ""


def _place(one: pamfr.Location) -> str:
    return " ".join(part for part in (one.point_of_care, one.room) if part)


def _number(one: pamfr.Identifier, kind: str) -> tuple[str, str, str]:
    return one.value, system_of(one.namespace, one.universal_id), kind


def _concept(pair: Pair) -> dict[str, Any]:
    code, label, system = pair
    coded = [fhir.coding(f"urn:passerelle:{system}" if system else None, code, label)] if code else []
    return fhir.codeable_concept(*coded, text=label or None)


def _cancelled(pair: Pair) -> dict[str, Any]:
    """Return why it is off; the standard's own code when it is the patient's doing, as senders write it."""
    code, label, _ = pair
    known = [fhir.coding(_REASONS, "pat", "Patient")] if code.casefold() in {"patient", "pat"} else []
    return fhir.codeable_concept(*known, fhir.coding(None, code, label), text=label or code)
