"""From the movements of a stay to its timeline. Source: IHE PAM France 2.11, segment ZBE and transaction ITI-31.

A movement is known by its number (ZBE-1). Each message about it is a fact; the last entered at its source wins,
whatever the order in which facts arrive: a cancellation that comes first waits for the movement it cancels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from passerelle.protocols.pamfr.events import AdtEvent, Location, Practitioner, Unit, Visit

Status: TypeAlias = Literal["planned", "in-progress", "onleave", "finished", "cancelled", "unknown"]

PLANS = frozenset({"A05", "A14"})
ADMISSIONS = frozenset({"A01", "A04"})
_OPENINGS = ADMISSIONS | PLANS
CLASS_CHANGES = frozenset({"A06", "A07"})
#: Movements that say the patient is here, hence that the stay has begun, even when its admission never came.
PRESENCES = ADMISSIONS | CLASS_CHANGES | {"A02", "A21", "A22", "A54", "Z99"}
DISCHARGE = "A03"
LEAVE, RETURN = "A21", "A22"
#: Which movements an event cancels. A06 and A07 undo each other when ZBE-4 is CANCEL.
CANCELS: dict[str, frozenset[str]] = {
    "A11": ADMISSIONS, "A12": frozenset({"A02"}), "A13": frozenset({"A03"}), "A25": frozenset({"A16"}),
    "A26": frozenset({"A15"}), "A27": frozenset({"A14"}), "A38": frozenset({"A05"}), "A52": frozenset({"A21"}),
    "A53": frozenset({"A22"}), "A55": frozenset({"A54"}), "A06": frozenset({"A07"}), "A07": frozenset({"A06"}),
}  # fmt: skip
#: Events of the other transaction, which tell no movement.
STAY_EVENTS = frozenset(CANCELS) | PLANS | PRESENCES | {DISCHARGE, "A15", "A16"}
_ACTIONS = {"INSERT": 0, "UPDATE": 1, "CANCEL": 2}
#: At one moment: what announces, what opens, what moves, what leaves, what closes.
_RANKS = {"A14": 0, "A05": 1, "A04": 2, "A01": 3, "A06": 4, "A07": 4, "A02": 5, "A54": 6, "A22": 7, "A21": 8, "A03": 9}


_NOTHING = Visit()


class MovementFact(Struct, frozen=True):
    """What one message says of one movement.

    `source` tells the facts of a stay apart. `historic` (ZBE-5) facts describe a moment past, not how things stand.
    """

    trigger: str
    recorded_at: datetime
    start: datetime
    source: str
    movement_id: str = ""
    action: str = "INSERT"
    historic: bool = False
    original_trigger: str = ""
    nature: str = ""
    medical_unit: Unit | None = None
    care_unit: Unit | None = None
    visit: Visit = _NOTHING
    disposition: str = ""

    @property
    def is_cancellation(self) -> bool:
        """Tell whether it undoes a movement: ZBE-4, or an event that does nothing else."""
        return self.action == "CANCEL" or (self.trigger in CANCELS and self.trigger not in CLASS_CHANGES)

    @property
    def kind(self) -> str:
        """Return the trigger of the movement it speaks of, "" when only its number tells (Z99); A11 undoes an A01."""
        # An insertion is of its own event, unless it is a Z99, which says which one it stands for.
        if self.original_trigger and (self.trigger == "Z99" or self.action != "INSERT"):
            return self.original_trigger
        if not self.is_cancellation or self.trigger == "Z99":
            return self.trigger if self.trigger != "Z99" or self.action == "INSERT" else ""
        undone = CANCELS.get(self.trigger, frozenset({self.trigger}))
        return next(iter(undone)) if len(undone) == 1 else "A01"


class Moved(Struct, frozen=True):
    """A movement as its facts leave it."""

    id: str
    kind: str
    start: datetime
    recorded_at: datetime
    patient_class: str = ""
    nature: str = ""
    medical_unit: Unit | None = None
    care_unit: Unit | None = None
    location: Location | None = None
    discharged_at: datetime | None = None
    expected_admission: datetime | None = None
    disposition: str = ""


class Presence(Struct, frozen=True):
    """A period during which nothing changes: class, units and bed; `end` is exclusive, None while it lasts."""

    start: datetime
    end: datetime | None
    patient_class: str
    medical_unit: Unit | None
    care_unit: Unit | None
    location: Location | None
    is_away: bool = False


class Timeline(Struct, frozen=True):
    """What a stay is, from all that is known of its movements.

    `waiting` are the numbers of movements cancelled or updated before they are known; `late` those that begin after
    the discharge, which somebody has to look at.
    """

    status: Status
    planned_at: datetime | None = None
    admitted_at: datetime | None = None
    discharged_at: datetime | None = None
    expected_discharge: datetime | None = None
    disposition: str = ""
    attending: Practitioner | None = None
    movements: tuple[Moved, ...] = ()
    presences: tuple[Presence, ...] = ()
    waiting: tuple[str, ...] = ()
    late: tuple[str, ...] = ()

    def at(self, moment: datetime) -> Presence | None:
        """Return where the patient was at a moment, None before, after, or when it is not known."""
        for one in self.presences:
            if one.start <= moment and (one.end is None or moment < one.end):
                return one
        return None


def fact_of(event: AdtEvent, source: str) -> MovementFact | None:
    """Return what an event says of a movement, None for one that speaks of an identity only."""
    if event.trigger not in STAY_EVENTS:
        return None
    moved, visit = event.movement, event.visit or Visit()
    fact = MovementFact(event.trigger, event.recorded_at, event.occurred_at, source, visit=visit)
    fact = replace(fact, disposition=(event.pmsi.exit if event.pmsi else "") or visit.discharge_disposition)
    if moved is None:
        return fact
    return replace(
        fact,
        start=moved.start or event.occurred_at,
        movement_id=moved.id,
        action=moved.action,
        historic=moved.historic,
        original_trigger=moved.original_trigger,
        nature=moved.nature,
        medical_unit=moved.medical_unit,
        care_unit=moved.care_unit,
    )


def timeline(facts: Iterable[MovementFact]) -> Timeline:
    """Return the stay that a set of facts tells; any order of the same facts gives the same answer."""
    told = [*facts]
    alone = _alone(told[0]) if len(told) == 1 else None
    return alone or _folded(told)


def _alone(fact: MovementFact) -> Timeline | None:
    """Return the stay of its first movement, which says that the patient is here; None when it says anything else."""
    kind, visit = fact.kind, fact.visit
    if fact.is_cancellation or kind not in PRESENCES:
        return None
    one = _told(fact, _number(fact), None)
    begun = visit.admitted_at if kind not in ADMISSIONS else None
    is_away = kind == LEAVE
    return Timeline(
        status="onleave" if is_away else "in-progress",
        admitted_at=min(begun, one.start) if begun else one.start,
        expected_discharge=visit.expected_discharge,
        attending=visit.attending,
        movements=(one,),
        presences=(
            Presence(one.start, None, one.patient_class, one.medical_unit, one.care_unit, one.location, is_away),
        ),
    )


def _number(fact: MovementFact) -> str:
    return fact.movement_id or f"{fact.kind}@{fact.start.isoformat()}"


def _folded(facts: Iterable[MovementFact]) -> Timeline:
    ordered = sorted(set(facts), key=_entered)
    live, cancelled, tombs = _resolve(ordered)
    steps = sorted(live, key=lambda one: (one.start, _RANKS.get(one.kind, 5), one.recorded_at, one.id))
    admitted_at = _admitted_at(steps, cancelled, ordered)
    discharge = next((one for one in reversed(steps) if one.kind == DISCHARGE), None)
    discharged_at = _discharged_at(discharge, admitted_at)
    planned = [one for one in steps if one.kind in PLANS]
    presences, late = _presences(steps, discharged_at) if admitted_at or discharge else ((), ())
    now = [fact.visit for fact in ordered if not fact.historic] or [fact.visit for fact in ordered]
    found = Timeline(
        status="unknown",
        planned_at=(planned[-1].expected_admission or planned[-1].start) if planned else None,
        admitted_at=admitted_at,
        discharged_at=discharged_at,
        expected_discharge=next((one.expected_discharge for one in reversed(now) if one.expected_discharge), None),
        disposition=discharge.disposition if discharge else "",
        attending=next((one.attending for one in reversed(now) if one.attending), None),
        movements=tuple(steps),
        presences=presences,
        waiting=tuple(sorted(number for number in tombs if number)),
        late=late,
    )
    undone = {one.kind for one in cancelled} | {one.kind for one in tombs.values()}
    return replace(found, status=_status(found, is_cancelled=bool(undone & _OPENINGS)))


def _entered(fact: MovementFact) -> tuple[datetime, int, str]:
    return fact.recorded_at, 2 if fact.is_cancellation else _ACTIONS.get(fact.action, 0), fact.source


def _resolve(ordered: Sequence[MovementFact]) -> tuple[list[Moved], list[Moved], dict[str, MovementFact]]:
    """Return the movements that stand, those undone, and the cancellations of what is not known yet."""
    known: dict[str, Moved] = {}
    undone: dict[str, Moved] = {}
    tombs: dict[str, MovementFact] = {}
    for fact in ordered:
        number = _number(fact)
        if fact.is_cancellation:
            number = fact.movement_id or _last_of_its_kind(fact, known)
            if number in known:
                undone[number] = known.pop(number)
            elif number not in undone:
                tombs[number] = fact
        else:
            before = undone.pop(number, None) or known.get(number)
            known[number] = _told(fact, number, before)
            tombs.pop(number, None)
    return list(known.values()), list(undone.values()), tombs


def _last_of_its_kind(fact: MovementFact, known: dict[str, Moved]) -> str:
    """Return the movement that a cancellation without a number can only mean; "" when there is none."""
    kinds = frozenset({fact.original_trigger}) if fact.original_trigger else CANCELS.get(fact.trigger, frozenset())
    same = [(one.start, one.id) for one in known.values() if one.kind in kinds]
    return max(same)[1] if same else ""


def _told(fact: MovementFact, number: str, before: Moved | None) -> Moved:
    """Return the movement as the fact leaves it; what the fact does not say stays as it was."""
    visit = fact.visit
    told = Moved(
        id=number,
        kind=fact.kind or (before.kind if before else "Z99"),
        start=fact.start,
        recorded_at=fact.recorded_at,
        patient_class=visit.patient_class,
        nature=fact.nature,
        medical_unit=fact.medical_unit,
        care_unit=fact.care_unit,
        location=visit.location,
        discharged_at=visit.discharged_at,
        expected_admission=visit.expected_admission,
        disposition=fact.disposition,
    )
    if before is None:
        return told
    return replace(
        told,
        patient_class=told.patient_class or before.patient_class,
        nature=told.nature or before.nature,
        medical_unit=told.medical_unit or before.medical_unit,
        care_unit=told.care_unit or before.care_unit,
        location=told.location or before.location,
        expected_admission=told.expected_admission or before.expected_admission,
        disposition=told.disposition or before.disposition,
    )


def _admitted_at(
    steps: Sequence[Moved], cancelled: Sequence[Moved], ordered: Sequence[MovementFact]
) -> datetime | None:
    """Return when the stay began: its admission, else PV1-44, else the first movement; None when it was undone."""
    admissions = [one.start for one in steps if one.kind in ADMISSIONS]
    if admissions:
        return admissions[0]
    present = [one.start for one in steps if one.kind in PRESENCES or one.kind == DISCHARGE]
    is_undone = any(one.kind in ADMISSIONS for one in cancelled)
    if not present or (is_undone and not any(one.kind in CLASS_CHANGES for one in steps)):
        return None
    told = [fact.visit.admitted_at for fact in ordered if fact.visit.admitted_at and fact.kind not in PLANS]
    return min(told[-1], present[0]) if told else present[0]


def _discharged_at(discharge: Moved | None, admitted_at: datetime | None) -> datetime | None:
    """Return when the stay ended: PV1-45 unless it contradicts the admission, else the start of the movement."""
    if discharge is None:
        return None
    told = discharge.discharged_at
    return told if told and (admitted_at is None or told >= admitted_at) else discharge.start


def _presences(steps: Sequence[Moved], discharged_at: datetime | None) -> tuple[tuple[Presence, ...], tuple[str, ...]]:
    """Cut the stay at each movement and join what does not change; name what begins after the end."""
    late: list[str] = []
    found: list[Presence] = []
    here = Presence(datetime.min, None, "", None, None, None)  # noqa: DTZ901 - replaced by the first movement
    for one in steps:
        if one.kind not in PRESENCES:
            continue
        if discharged_at is not None and one.start > discharged_at:
            late.append(one.id)
            continue
        here = _after(here, one)
        if found and found[-1].start == here.start:
            found.pop()
        if found and replace(found[-1], start=here.start) == here:
            here = found[-1]
        else:
            found.append(here)
    ends = [*(one.start for one in found[1:]), discharged_at]
    whole = [replace(one, end=end) for one, end in zip(found, ends, strict=False)]
    return tuple(one for one in whole if one.end != one.start), tuple(late)


def _after(here: Presence, one: Moved) -> Presence:
    away = {LEAVE: True, RETURN: False}.get(one.kind, here.is_away)
    return Presence(
        start=one.start,
        end=None,
        patient_class=one.patient_class or here.patient_class,
        medical_unit=one.medical_unit or here.medical_unit,
        care_unit=one.care_unit or here.care_unit,
        location=one.location or here.location,
        is_away=away,
    )


def _status(found: Timeline, *, is_cancelled: bool) -> Status:
    if found.discharged_at is not None:
        return "finished"
    if found.admitted_at is not None:
        return "onleave" if found.presences and found.presences[-1].is_away else "in-progress"
    if found.planned_at is not None:
        return "planned"
    return "cancelled" if is_cancelled else "unknown"
