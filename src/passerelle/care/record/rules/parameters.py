"""Which search parameters the store answers, and from which column. The CapabilityStatement is made from this table."""

from dataclasses import dataclass
from enum import Enum, auto


class Reads(Enum):
    """How a column is compared with a criterion."""

    ID = auto()
    UPDATED = auto()
    TOKEN = auto()
    TOKENS = auto()
    CODE = auto()
    DATES = auto()
    DAY = auto()
    NAMES = auto()
    SUBJECT = auto()
    ENCOUNTER = auto()
    NUMBER = auto()


@dataclass(frozen=True, slots=True)
class Searched:
    """`column` of the resource table, `reads` how; `part` narrows names to family or given."""

    column: str
    reads: Reads
    part: str = ""


_ALL = {"_id": Searched("id", Reads.ID), "_lastUpdated": Searched("last_updated", Reads.UPDATED)}
_NAMING_A_PATIENT = {
    "patient": Searched("local_identity_id", Reads.SUBJECT),
    "identifier": Searched("identifiers", Reads.TOKENS),
    "status": Searched("status", Reads.CODE),
    "date": Searched("date_start", Reads.DATES),
}
_OF_A_PATIENT = {**_NAMING_A_PATIENT, "subject": Searched("local_identity_id", Reads.SUBJECT)}

SEARCHED: dict[str, dict[str, Searched]] = {
    "Patient": {
        **_ALL,
        "identifier": Searched("identifiers", Reads.TOKENS),
        "name": Searched("names", Reads.NAMES, "_"),
        "family": Searched("names", Reads.NAMES, "f"),
        "given": Searched("names", Reads.NAMES, "g"),
        "birthdate": Searched("birth_date", Reads.DAY),
        "gender": Searched("gender", Reads.CODE),
    },
    "Encounter": {
        **_ALL,
        **_OF_A_PATIENT,
        "class": Searched("class_code", Reads.TOKEN),
        "type": Searched("codes", Reads.TOKENS),
    },
    "DocumentReference": {
        **_ALL,
        **_OF_A_PATIENT,
        "type": Searched("codes", Reads.TOKENS),
        "category": Searched("categories", Reads.TOKENS),
        "security-label": Searched("security", Reads.TOKENS),
        "encounter": Searched("encounter", Reads.ENCOUNTER),
    },
    "Observation": {
        **_ALL,
        **_OF_A_PATIENT,
        "code": Searched("codes", Reads.TOKENS),
        "category": Searched("categories", Reads.TOKENS),
        "encounter": Searched("encounter", Reads.ENCOUNTER),
        "_security": Searched("security", Reads.TOKENS),
        "value-quantity": Searched("number_value", Reads.NUMBER),
    },
    "Appointment": {
        **_ALL,
        **_NAMING_A_PATIENT,
        "service-type": Searched("codes", Reads.TOKENS),
        "appointment-type": Searched("categories", Reads.TOKENS),
    },
}
TYPES = tuple(SEARCHED)
SORTS = {"_lastUpdated": "last_updated", "date": "date_start"}
MODIFIERS: dict[Reads, frozenset[str]] = {
    Reads.NAMES: frozenset({"contains"}),
    Reads.TOKENS: frozenset({"not", "missing"}),
    Reads.TOKEN: frozenset({"not", "missing"}),
    Reads.CODE: frozenset({"not", "missing"}),
    Reads.DATES: frozenset({"missing"}),
    Reads.SUBJECT: frozenset({"Patient"}),
    Reads.ENCOUNTER: frozenset({"Encounter", "missing"}),
}
RESULT_PARAMETERS = ("_count", "_sort", "_cursor", "_format", "_total")


def sorts_of(type_: str) -> dict[str, str]:
    """Return what a type may be sorted on: the parameter and its column."""
    return {name: column for name, column in SORTS.items() if name in SEARCHED[type_]}
