"""Events of a stay as JSON, and back."""

from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Any

from msgspec.structs import fields

from passerelle.care.record.rules.encounters import system_of
from passerelle.care.record.rules.stays import StayFact, UnitFact
from passerelle.protocols import pamfr

_NAMES = StayFact.__struct_fields__
_MOMENTS = frozenset(field.name for field in fields(StayFact) if "datetime" in str(field.type))
_values: Callable[[StayFact], tuple[Any, ...]] = attrgetter(*_NAMES)


def fact_of(event: pamfr.AdtEvent, source: str) -> StayFact:
    """Return what an event says of its stay."""
    visit, movement = event.visit or pamfr.Visit(), event.movement
    unit = (movement.care_unit or movement.medical_unit) if movement else None
    location = visit.location.point_of_care if visit.location else ""
    attending = visit.attending
    return StayFact(
        trigger=event.trigger,
        recorded_at=event.recorded_at,
        occurred_at=event.occurred_at,
        source=source,
        patient_class=visit.patient_class,
        movement_id=movement.id if movement else "",
        movement_start=movement.start if movement else None,
        movement_action=movement.action if movement else "INSERT",
        original_trigger=movement.original_trigger if movement else "",
        unit=UnitFact(unit.code, unit.label) if unit else UnitFact(location) if location else None,
        admitted_at=visit.admitted_at,
        discharged_at=visit.discharged_at,
        expected_admission=visit.expected_admission,
        expected_discharge=visit.expected_discharge,
        disposition=(event.pmsi.exit if event.pmsi else "") or visit.discharge_disposition,
        historic=movement.historic if movement else False,
        nature=movement.nature if movement else "",
        attending=f"{attending.given} {attending.family}".strip() if attending else "",
        attending_id=attending.identifier.value if attending and attending.identifier else "",
    )


def number_of(account: pamfr.Identifier | None, visit: pamfr.Visit | None) -> tuple[str, str, str] | None:
    """Return the value, system and type of the number of a stay: the NDA (PID-18), else the visit (PV1-19)."""
    visit_number = visit.visit_number if visit else None
    for identifier, type_code in ((account, "AN"), (visit_number, "VN")):
        if identifier is not None and identifier.value:
            return identifier.value, system_of(identifier.namespace, identifier.universal_id), type_code
    return None


def to_json(fact: StayFact) -> dict[str, Any]:
    """Return the event as JSON, without what is empty."""
    told = {name: value for name, value in zip(_NAMES, _values(fact), strict=True) if value}
    for name in _MOMENTS & told.keys():
        told[name] = told[name].isoformat()
    if fact.unit is not None:
        told["unit"] = [fact.unit.code, fact.unit.label]
    return told


def from_json(told: dict[str, Any]) -> StayFact:
    """Return the event that `to_json` wrote."""
    values = dict(told)
    for name in _MOMENTS & values.keys():
        values[name] = datetime.fromisoformat(values[name])
    if "unit" in values:
        values["unit"] = UnitFact(*values["unit"])
    return StayFact(**values)
