"""Which steps a coming asks for: read from data, matched by the kind of an appointment or the service of a stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

import yaml

from passerelle.care.preadmission.rules.vocabulary import ORDER, Coming, Step

_FILE: Final = Path(__file__).parent.parent / "data" / "plans.yaml"


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of a kind of coming; `health` and `anesthesia` are addresses of questionnaires, "" for none."""

    code: str
    title: str
    steps: tuple[Step, ...]
    health: str
    anesthesia: str
    kinds: tuple[str, ...]
    services: tuple[str, ...]

    def questionnaire_of(self, step: Step) -> str:
        """Return the address of the questionnaire that a step asks, "" for a step without one."""
        return {Step.HEALTH: self.health, Step.ANESTHESIA: self.anesthesia}.get(step, "")


class PlansError(ValueError):
    """The file of plans is wrong: which plan, and why."""


def read_plans(path: Path = _FILE) -> tuple[Plan, ...]:
    """Return the plans of a file, in its order.

    Raises:
        PlansError: an unknown step, steps out of order, or a step of questions without its questionnaire.
    """
    return tuple(_plan(told) for told in yaml.safe_load(path.read_text(encoding="utf-8")))


def _plan(told: dict[str, object]) -> Plan:
    code = str(told.get("code", ""))
    try:
        steps = tuple(Step(str(one)) for one in _list(told.get("steps")))
    except ValueError as fault:
        raise PlansError(f"{code}: {fault}") from fault
    if not code or not steps or list(steps) != [one for one in ORDER if one in steps]:
        raise PlansError(f"{code}: steps are missing, or out of order")
    found = Plan(
        code,
        str(told.get("title", "")),
        steps,
        str(told.get("health", "")),
        str(told.get("anesthesia", "")),
        tuple(str(one) for one in _list(told.get("kinds"))),
        tuple(str(one) for one in _list(told.get("services"))),
    )
    if any(one in {Step.HEALTH, Step.ANESTHESIA} and not found.questionnaire_of(one) for one in steps):
        raise PlansError(f"{code}: a step of questions has no questionnaire")
    return found


def _list(told: object) -> Sequence[object]:
    return told if isinstance(told, list) else ()


PLANS: Final = read_plans()


def plan(code: str) -> Plan:
    """Return a plan by its code; one that the file no longer has is read as the last, the simplest."""
    return next((one for one in PLANS if one.code == code), PLANS[-1])


def plan_for(coming: Coming, name: str) -> Plan | None:
    """Return the plan of an appointment by its kind, of a stay by its service; None when nothing is to be prepared."""
    told = name.lower()
    for one in PLANS:
        patterns = one.kinds if coming is Coming.APPOINTMENT else one.services
        if any(fnmatch(told, pattern) for pattern in patterns):
            return one
    return None
