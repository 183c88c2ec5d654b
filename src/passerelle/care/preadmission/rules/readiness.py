"""What is missing before somebody is ready, in words that say where to go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from passerelle.care.preadmission.rules.vocabulary import OF_IDENTITY, Judgement, PieceKind, Step


@dataclass(frozen=True, slots=True)
class Lack:
    """A thing that is missing, and the step where it is given; `is_ours` when it waits for the hospital."""

    step: Step
    text: str
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Handed:
    """A photograph, as far as readiness goes."""

    kind: PieceKind
    judgement: Judgement


_TEXTS: Mapping[Step, str] = {
    Step.IDENTITY: "identité à confirmer",
    Step.COVERAGE: "couverture santé",
    Step.CONTACTS: "contacts",
    Step.HEALTH: "questionnaire de santé",
    Step.CONSENTS: "accords",
    Step.ANESTHESIA: "questionnaire d’anesthésie",
    Step.ARRIVAL: "arrivée",
}
_AGAIN = frozenset({Judgement.DIFFERS, Judgement.UNREADABLE})


def lacks(steps: Iterable[Step], done: frozenset[Step], pieces: Iterable[Handed]) -> tuple[Lack, ...]:
    """Return what is missing, in the order of the steps: what the person gives, then what the hospital checks."""
    given = list(pieces)
    asked = tuple(steps)
    missing = [Lack(one, _TEXTS[one]) for one in asked if one not in done]
    again = [one for one in given if one.judgement in _AGAIN]
    missing += [Lack(_step_of(one.kind), f"{one.kind.label.lower()}\u00a0: à reprendre") for one in again]
    if any(one.kind in OF_IDENTITY and one.judgement is Judgement.WAITING for one in given):
        missing.append(Lack(Step.IDENTITY, "pièce d’identité à comparer", is_ours=True))
    order = {step: rank for rank, step in enumerate(asked)}
    return tuple(sorted(missing, key=lambda one: (one.is_ours, order.get(one.step, 99))))


def _step_of(kind: PieceKind) -> Step:
    return Step.IDENTITY if kind in OF_IDENTITY else Step.COVERAGE


def next_step(steps: Iterable[Step], done: frozenset[Step]) -> Step | None:
    """Return the first step that is not done, None when all are."""
    return next((one for one in steps if one not in done), None)
