"""What is asked of INSi, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """CodeCR of an answer."""

    FOUND = "00"
    NONE = "01"
    SEVERAL = "02"

    @property
    def label(self) -> str:
        """Return the French words for the screen."""
        return _OUTCOME_LABELS[self]


_OUTCOME_LABELS = {
    Outcome.FOUND: "Une identité trouvée",
    Outcome.NONE: "Aucune identité trouvée",
    Outcome.SEVERAL: "Plusieurs identités trouvées",
}


@dataclass(frozen=True, slots=True)
class SearchTraits:
    """The traits of a search, as the national bases write them (`ins.insi_form`).

    `birth_date` is AAAA-MM-JJ and may be of no calendar (lunar); `birth_place` is the INSEE code, "" when not asked.
    """

    birth_name: str
    given_names: tuple[str, ...]
    sex: str
    birth_date: str
    birth_place: str = ""


@dataclass(frozen=True, slots=True)
class CardHolder:
    """What a Vitale card gives to find one of its beneficiaries; `rank` tells twins apart (1 for the first born)."""

    insured_number: str
    birth_date: str
    rank: str = "1"
    own_number: str = ""
    birth_name: str = ""


@dataclass(frozen=True, slots=True)
class InsiIdentity:
    """An INS with its five strict traits, as the national bases hold them. `given_names` are separated by spaces."""

    matricule: str
    oid: str
    birth_name: str
    given_names: str
    sex: str
    birth_date: str
    birth_place: str = ""


@dataclass(frozen=True, slots=True)
class FormerIns:
    """A number the person had before, with its period when told (AAAA-MM-JJ, "" when not)."""

    matricule: str
    oid: str
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What INSi answered; `identity` only when one was found; `questions` counts the calls it took."""

    outcome: Outcome
    identity: InsiIdentity | None = None
    history: tuple[FormerIns, ...] = ()
    questions: int = 1


@dataclass(frozen=True, slots=True)
class Operator:
    """Who asks: a name for the trace of the caller's software, never sent with a patient's data elsewhere."""

    identifier: str


@dataclass(frozen=True, slots=True)
class Software:
    """What tells our software to the health insurance: authorisation number (IDAM), name, version, installation."""

    authorisation: str
    name: str
    version: str
    instance: str
