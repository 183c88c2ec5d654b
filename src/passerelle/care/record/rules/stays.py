"""A stay is the fold of its events: the same set of events gives the same stay, whatever their order of arrival.

Source: IHE PAM France 2.11, transaction ITI-31 (events, ZBE-4 and Z99).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

BASE: Final = "BASE"
# At one moment of entry: what opens comes before what moves, what moves before what closes, what cancels comes last.
_RANKS: Final = {
    BASE: 0, "A14": 1, "A05": 1, "A04": 2, "A01": 3, "A06": 4, "A07": 4, "A02": 5, "A54": 5, "A21": 6, "A22": 7,
    "A03": 8, "Z99": 9, "A55": 10, "A52": 10, "A53": 10, "A12": 10, "A13": 11, "A11": 12, "A38": 12,
}  # fmt: skip
_CLASSES: Final = {
    "I": "IMP", "B": "IMP", "E": "EMER", "O": "AMB", "R": "AMB", "N": "AMB", "C": "AMB", "P": "PRENC",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class UnitFact:
    """A functional unit named by a movement."""

    code: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class StayFact:
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

    @property
    def moment(self) -> datetime:
        """When it happened to the patient: the movement's own start, else the event's."""
        return self.movement_start or self.occurred_at


@dataclass(frozen=True, slots=True)
class Step:
    """A presence in a unit, from `start` to the next one."""

    start: datetime
    unit: UnitFact | None
    trigger: str


@dataclass(slots=True)
class Stay:
    """What a stay has become. `planned_at` is kept when an admission is cancelled after a pre-admission."""

    patient_class: str = ""
    planned_at: datetime | None = None
    admitted_at: datetime | None = None
    discharged_at: datetime | None = None
    expected_discharge: datetime | None = None
    disposition: str = ""
    attending: str = ""
    attending_id: str = ""
    is_away: bool = False
    is_begun: bool = False
    is_cancelled: bool = False
    is_discharged: bool = False
    steps: dict[str, Step] = field(default_factory=dict)
    base: dict[str, Any] | None = None

    @property
    def status(self) -> str:
        """Return the FHIR status of the Encounter."""
        if self.is_discharged:
            return "finished"
        if self.is_begun:
            return "onleave" if self.is_away else "in-progress"
        if self.planned_at is not None:
            return "planned"
        return "cancelled" if self.is_cancelled else "unknown"

    @property
    def class_code(self) -> str:
        """Return the class of the Encounter (v3 ActCode); a pre-admission keeps the class it announces."""
        return _CLASSES.get(self.patient_class, "IMP" if self.patient_class == "" else "AMB")

    @property
    def path(self) -> list[tuple[Step, datetime | None]]:
        """Return each presence in a unit with its end; a presence in the same unit as the one before goes on."""
        steps = [step for step in sorted(self.steps.values(), key=lambda one: one.start) if step.unit]
        kept = [step for rank, step in enumerate(steps) if rank == 0 or steps[rank - 1].unit != step.unit]
        ends = [*(step.start for step in kept[1:]), self.discharged_at]
        return list(zip(kept, ends, strict=False))


def fold(facts: Iterable[StayFact]) -> Stay:
    """Return what the events of a stay make of it, in the order they were entered at their source."""
    stay = Stay()
    for fact in sorted(facts, key=_order):
        _tell(stay, fact)
        handler = _HANDLERS.get(fact.trigger)
        if handler is not None:
            handler(stay, fact)
    return stay


def _order(fact: StayFact) -> tuple[int, datetime, int, datetime, str]:
    return (fact.trigger != BASE, fact.recorded_at, _RANKS.get(fact.trigger, 9), fact.occurred_at, fact.source)


def _tell(stay: Stay, fact: StayFact) -> None:
    """Take what any event may say of the stay as a whole."""
    stay.patient_class = fact.patient_class or stay.patient_class
    stay.expected_discharge = fact.expected_discharge or stay.expected_discharge
    if fact.attending:
        stay.attending, stay.attending_id = fact.attending, fact.attending_id
    if fact.admitted_at is not None and fact.trigger not in {"A05", "A14", "A38"}:
        stay.admitted_at = fact.admitted_at


def _step(stay: Stay, fact: StayFact) -> None:
    key = fact.movement_id or f"{fact.trigger}@{fact.moment.isoformat()}"
    stay.steps[key] = Step(fact.moment, fact.unit, fact.original_trigger or fact.trigger)


def _drop_step(stay: Stay, fact: StayFact, triggers: frozenset[str]) -> None:
    """Forget the movement that is cancelled: the one named, else the last of its kind."""
    if stay.steps.pop(fact.movement_id, None) is not None:
        return
    same = [(step.start, key) for key, step in stay.steps.items() if step.trigger in triggers]
    if same:
        del stay.steps[max(same)[1]]


def _open_base(stay: Stay, fact: StayFact) -> None:
    stay.base = fact.base
    stay.is_begun = True
    stay.admitted_at = fact.admitted_at
    stay.discharged_at = fact.discharged_at
    stay.is_discharged = fact.discharged_at is not None


def _plan(stay: Stay, fact: StayFact) -> None:
    stay.planned_at = fact.expected_admission or fact.moment
    stay.is_cancelled = False


def _admit(stay: Stay, fact: StayFact) -> None:
    stay.is_begun, stay.is_cancelled = True, False
    if stay.admitted_at is None or fact.admitted_at is None:
        stay.admitted_at = fact.admitted_at or fact.moment
    _step(stay, fact)


def _move(stay: Stay, fact: StayFact) -> None:
    stay.is_begun = True
    _step(stay, fact)


def _discharge(stay: Stay, fact: StayFact) -> None:
    """Close the stay: PV1-45, else the movement, else the event, the first that is after the admission."""
    told = [moment for moment in (fact.discharged_at, fact.movement_start, fact.occurred_at) if moment is not None]
    after = [moment for moment in told if stay.admitted_at is None or moment > stay.admitted_at]
    stay.discharged_at = (after or told)[0]
    stay.disposition = fact.disposition or stay.disposition
    stay.is_discharged, stay.is_begun, stay.is_away = True, True, False


def _cancel_admission(stay: Stay, fact: StayFact) -> None:
    _drop_step(stay, fact, frozenset({"A01", "A04"}))
    stay.is_begun = stay.is_discharged = False
    stay.admitted_at = stay.discharged_at = None
    stay.is_cancelled = stay.planned_at is None


def _cancel_plan(stay: Stay, _: StayFact) -> None:
    stay.planned_at = None
    stay.is_cancelled = not stay.is_begun


def _cancel_move(stay: Stay, fact: StayFact) -> None:
    _drop_step(stay, fact, frozenset({"A02", "A06", "A07"}))


def _cancel_discharge(stay: Stay, _: StayFact) -> None:
    stay.discharged_at, stay.disposition, stay.is_discharged = None, "", False
    stay.is_begun = True


def _leave(stay: Stay, _: StayFact) -> None:
    stay.is_away, stay.is_begun = True, True


def _return(stay: Stay, _: StayFact) -> None:
    stay.is_away, stay.is_begun = False, True


def _correct(stay: Stay, fact: StayFact) -> None:
    """Apply a Z99: insert, replace or remove one movement, whatever its kind."""
    original = fact.original_trigger or (stay.steps[fact.movement_id].trigger if fact.movement_id in stay.steps else "")
    as_it_was = replace(fact, trigger=original or "A02", original_trigger="")
    if fact.movement_action == "CANCEL":
        cancel = _CANCELS.get(as_it_was.trigger)
        if cancel is not None:
            cancel(stay, fact)
        return
    if as_it_was.trigger in {"A01", "A04"} and fact.movement_start is not None:
        stay.admitted_at = fact.admitted_at or fact.movement_start
    if as_it_was.trigger == "A03":
        _discharge(stay, as_it_was)
    elif as_it_was.trigger in {"A05", "A14"}:
        _plan(stay, as_it_was)
    else:
        _move(stay, as_it_was)


Handler = Callable[[Stay, StayFact], None]
_CANCELS: Final[dict[str, Handler]] = {
    "A01": _cancel_admission, "A04": _cancel_admission, "A02": _cancel_move, "A06": _cancel_move, "A07": _cancel_move,
    "A03": _cancel_discharge, "A05": _cancel_plan, "A14": _cancel_plan, "A21": _return, "A22": _leave,
}  # fmt: skip
_HANDLERS: Final[dict[str, Handler]] = {
    BASE: _open_base, "A14": _plan, "A05": _plan, "A01": _admit, "A04": _admit, "A06": _move, "A07": _move,
    "A02": _move, "A54": _move, "A03": _discharge, "A11": _cancel_admission, "A38": _cancel_plan, "A12": _cancel_move,
    "A13": _cancel_discharge, "A21": _leave, "A52": _return, "A22": _return, "A53": _leave, "Z99": _correct,
}  # fmt: skip
STAY_TRIGGERS: Final = frozenset(_HANDLERS) - {BASE} | {"A55"}
