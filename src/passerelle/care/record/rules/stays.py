"""A stay is what the movements of its events make: the same set of events gives the same stay, in any order of arrival.

What movements mean is told by `protocols.pamfr` (`timeline`); here is what the record keeps of each event, and the stay
that was loaded without its messages. Source: IHE PAM France 2.11, transaction ITI-31 (events, ZBE-4 and Z99).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from passerelle.protocols import pamfr

BASE: Final = "BASE"
STAY_TRIGGERS: Final = pamfr.STAY_EVENTS
_CLASSES: Final = {
    "I": "IMP", "B": "IMP", "E": "EMER", "O": "AMB", "R": "AMB", "N": "AMB", "C": "AMB", "P": "PRENC",
}  # fmt: skip


class UnitFact(Struct, frozen=True):
    """A functional unit named by a movement."""

    code: str
    label: str = ""


class StayFact(Struct, frozen=True):
    """One event of a stay, as a message told it. `unit` is the care unit, or else the medical one."""

    trigger: str
    recorded_at: datetime
    occurred_at: datetime
    source: str = ""
    patient_class: str = ""
    movement_id: str = ""
    movement_start: datetime | None = None
    movement_action: str = "INSERT"
    original_trigger: str = ""
    unit: UnitFact | None = None
    admitted_at: datetime | None = None
    discharged_at: datetime | None = None
    expected_admission: datetime | None = None
    expected_discharge: datetime | None = None
    disposition: str = ""
    attending: str = ""
    attending_id: str = ""
    base: dict[str, Any] | None = None
    historic: bool = False
    nature: str = ""

    @property
    def moment(self) -> datetime:
        """When it happened to the patient: the movement's own start, else the event's."""
        return self.movement_start or self.occurred_at


class Step(Struct, frozen=True):
    """A presence in one unit over `[start, end)`; `end` is None while it lasts."""

    unit: UnitFact
    start: datetime
    end: datetime | None


class Stay(Struct, frozen=True):
    """What a stay has become: its timeline, and what it was loaded as when it was."""

    timeline: pamfr.Timeline
    patient_class: str = ""
    attending: str = ""
    attending_id: str = ""
    base: Mapping[str, Any] | None = None

    @property
    def status(self) -> str:
        """Return the FHIR status of the Encounter."""
        return self.timeline.status

    @property
    def class_code(self) -> str:
        """Return the class of the Encounter (v3 ActCode); a pre-admission keeps the class it announces."""
        return class_of(self.patient_class)

    @property
    def admitted_at(self) -> datetime | None:
        """Return when it began, None while it has not."""
        return self.timeline.admitted_at

    @property
    def discharged_at(self) -> datetime | None:
        """Return when it ended, None while it lasts."""
        return self.timeline.discharged_at

    @property
    def path(self) -> list[Step]:
        """Return each presence in a unit; one in the same unit as the one before goes on."""
        found: list[Step] = []
        for one in self.timeline.presences:
            unit = one.care_unit or one.medical_unit
            if unit is None:
                continue
            if found and found[-1].unit.code == unit.code and found[-1].end == one.start:
                found[-1] = Step(found[-1].unit, found[-1].start, one.end)
            else:
                found.append(Step(UnitFact(unit.code, unit.label), one.start, one.end))
        return found

    @property
    def classes(self) -> list[tuple[str, datetime, datetime | None]]:
        """Return the classes it went through (v3 ActCode) and when; empty while there was but one."""
        found: list[tuple[str, datetime, datetime | None]] = []
        for one in self.timeline.presences:
            code = class_of(one.patient_class)
            if found and found[-1][0] == code:
                found[-1] = (code, found[-1][1], one.end)
            else:
                found.append((code, one.start, one.end))
        return found if len(found) > 1 else []


def class_of(patient_class: str) -> str:
    """Return the class (v3 ActCode) of a code of PV1-2; nothing told means a stay."""
    return _CLASSES.get(patient_class, "IMP" if patient_class == "" else "AMB")


def fold(facts: Iterable[StayFact]) -> Stay:
    """Return what the events of a stay make of it."""
    told = sorted((one for one in facts if one.trigger == BASE or one.trigger in STAY_TRIGGERS), key=_entered)
    base = next((one for one in told if one.trigger == BASE), None)
    movements = [*base_movements(base)] if base else []
    opened = [one.moment for one in told if one.trigger in {"A01", "A04"}]
    movements += [_movement(_after(one, opened)) for one in told if one is not base]
    now = [one for one in told if not one.historic] or told
    return Stay(
        timeline=pamfr.timeline(movements),
        patient_class=next((one.patient_class for one in reversed(now) if one.patient_class), ""),
        attending=next((one.attending for one in reversed(now) if one.attending), ""),
        attending_id=next((one.attending_id for one in reversed(now) if one.attending), ""),
        base=base.base if base else None,
    )


def _entered(fact: StayFact) -> tuple[bool, datetime, str, str]:
    return fact.trigger != BASE, fact.recorded_at, fact.trigger, fact.source


def _after(fact: StayFact, opened: Sequence[datetime]) -> StayFact:
    """Return a discharge at the moment of its event when its movement bears the moment of the admission.

    Some senders number the whole stay as one movement: ZBE-2 then tells its beginning.
    """
    is_at_the_opening = fact.trigger == "A03" and opened and fact.moment <= max(opened) < fact.occurred_at
    return replace(fact, movement_start=fact.occurred_at) if is_at_the_opening else fact


def _movement(fact: StayFact) -> pamfr.MovementFact:
    return pamfr.MovementFact(
        trigger=fact.trigger,
        recorded_at=fact.recorded_at,
        start=fact.moment,
        source=f"{fact.source} {fact.trigger}",
        movement_id=fact.movement_id,
        action=fact.movement_action,
        historic=fact.historic,
        original_trigger=fact.original_trigger,
        nature=fact.nature,
        care_unit=pamfr.Unit(fact.unit.code, fact.unit.label) if fact.unit else None,
        visit=pamfr.Visit(
            patient_class=fact.patient_class,
            admitted_at=fact.admitted_at,
            discharged_at=fact.discharged_at,
            expected_admission=fact.expected_admission,
            expected_discharge=fact.expected_discharge,
        ),
        disposition=fact.disposition,
    )


def base_movements(base: StayFact) -> Iterable[pamfr.MovementFact]:
    """Yield the movements of a stay loaded whole: its admission, each unit it went through, its end."""
    for rank, (unit, start) in enumerate(_base_units(base) or [(base.unit, base.moment)]):
        yield pamfr.MovementFact(
            trigger="A02" if rank else "A01",
            recorded_at=base.recorded_at,
            start=start if rank else base.admitted_at or start,
            source=f"{BASE} {rank}",
            movement_id=f"{BASE} {rank}",
            care_unit=pamfr.Unit(unit.code, unit.label) if unit else None,
            visit=pamfr.Visit(patient_class=base.patient_class, admitted_at=base.admitted_at),
        )
    if base.discharged_at is not None:
        yield pamfr.MovementFact(
            trigger="A03",
            recorded_at=base.recorded_at,
            start=base.discharged_at,
            source=f"{BASE} end",
            movement_id=f"{BASE} end",
            visit=pamfr.Visit(discharged_at=base.discharged_at),
            disposition=base.disposition,
        )


def _base_units(base: StayFact) -> list[tuple[UnitFact, datetime]]:
    told = (base.base or {}).get("location", [])
    found: list[tuple[UnitFact, datetime]] = []
    for one in told:
        where, start = one.get("location", {}), one.get("period", {}).get("start")
        if start and "T" in start:
            unit = UnitFact(str(where.get("identifier", {}).get("value", "")), str(where.get("display", "")))
            found.append((unit, datetime.fromisoformat(start)))
    return sorted(found, key=lambda pair: pair[1])
