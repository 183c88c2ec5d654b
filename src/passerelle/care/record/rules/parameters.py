"""Which search parameters the store answers, and from which column. The CapabilityStatement is made from this table.

The parameters themselves are the standard's (`fhir.SEARCH`); this says where each is kept: in a typed column for what
messages write and people ask most, else in `terms` (what is looked up exactly) or `extras` (what is compared).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

from passerelle.care.record.rules import kinds
from passerelle.protocols.fhir import api as fhir
from passerelle.protocols.fhir.api import SearchKind


class Reads(Enum):
    """How a column is compared with a criterion."""

    ID = auto()
    UPDATED = auto()
    TOKEN = auto()
    TOKENS = auto()
    IDENTIFIERS = auto()
    CODE = auto()
    DATES = auto()
    DAY = auto()
    NAMES = auto()
    SUBJECT = auto()
    ENCOUNTER = auto()
    NUMBER = auto()
    TERMS = auto()
    MOMENTS = auto()
    STRINGS = auto()
    AMOUNTS = auto()
    COMPOSITE = auto()
    EITHER = auto()


@dataclass(frozen=True, slots=True)
class Searched:
    """`column` of the resource table, `reads` how; `part` narrows names to family or given.

    `among` are other parameters of the type whose values are also this one's.
    """

    column: str
    reads: Reads
    part: str = ""
    among: tuple[str, ...] = ()


_BY_KIND: Final = {
    SearchKind.TOKEN: Searched("terms", Reads.TERMS),
    SearchKind.REFERENCE: Searched("terms", Reads.TERMS),
    SearchKind.URI: Searched("terms", Reads.TERMS),
    SearchKind.DATE: Searched("extras", Reads.MOMENTS),
    SearchKind.STRING: Searched("extras", Reads.STRINGS),
    SearchKind.QUANTITY: Searched("extras", Reads.AMOUNTS),
    SearchKind.NUMBER: Searched("extras", Reads.AMOUNTS),
    SearchKind.COMPOSITE: Searched("body", Reads.COMPOSITE),
}
_ALL: Final = {
    "_id": Searched("id", Reads.ID),
    "_lastUpdated": Searched("last_updated", Reads.UPDATED),
    "_security": Searched("security", Reads.TOKENS),
}
_GENDER: Final = {"gender": Searched("gender", Reads.CODE)}
_BIRTH: Final = {"birthdate": Searched("birth_date", Reads.DAY)}
_NAME: Final = {"name": Searched("names", Reads.NAMES, "_")}
_NAMES: Final = {**_NAME, "family": Searched("names", Reads.NAMES, "f"), "given": Searched("names", Reads.NAMES, "g")}
_PARTS_OF_ADDRESS: Final = ("address-city", "address-country", "address-postalcode", "address-state")
_ADDRESS: Final = {"address": Searched("extras", Reads.STRINGS, among=_PARTS_OF_ADDRESS)}
_CODES, _CATEGORIES = Searched("codes", Reads.TOKENS), Searched("categories", Reads.TOKENS)


def _either(*among: str) -> Searched:
    return Searched("", Reads.EITHER, among=among)


_HOT: Final[dict[str, dict[str, Searched]]] = {
    "Patient": {**_NAMES, **_GENDER, **_BIRTH, **_ADDRESS},
    "Practitioner": {**_NAMES, **_GENDER, **_ADDRESS},
    "RelatedPerson": {**_NAME, **_GENDER, **_BIRTH, **_ADDRESS},
    "Organization": _ADDRESS,
    "Location": _ADDRESS,
    "Encounter": {"class": Searched("class_code", Reads.TOKEN), "type": _CODES},
    "DocumentReference": {
        "type": _CODES,
        "category": _CATEGORIES,
        "_security": _BY_KIND[SearchKind.TOKEN],  # the column also holds the labels of the document
    },
    "Observation": {
        "code": _CODES,
        "category": _CATEGORIES,
        "value-quantity": Searched("number_value", Reads.NUMBER),
        "combo-code": _either("code", "component-code"),
        "combo-data-absent-reason": _either("data-absent-reason", "component-data-absent-reason"),
        "combo-value-concept": _either("value-concept", "component-value-concept"),
        "combo-value-quantity": _either("value-quantity", "component-value-quantity"),
    },
    "Appointment": {"service-type": _CODES, "appointment-type": _CATEGORIES},
}
_DATED: Final = (
    "Encounter EpisodeOfCare Appointment Schedule DocumentReference Composition Observation DiagnosticReport"
    " AllergyIntolerance Procedure FamilyMemberHistory Immunization CarePlan CareTeam Flag ClinicalImpression"
    " RiskAssessment Consent Questionnaire List CodeSystem ValueSet ConceptMap PractitionerRole"
)
#: The date of each type: the one it is put in order by.
DATE_OF: Final = MappingProxyType(
    dict.fromkeys(_DATED.split(), "date")
    | {
        "Slot": "start",
        "Specimen": "collected",
        "ImagingStudy": "started",
        "Media": "created",
        "Condition": "onset-date",
        "MedicationRequest": "authoredon",
        "MedicationStatement": "effective",
        "MedicationAdministration": "effective-time",
        "MedicationDispense": "whenhandedover",
        "ServiceRequest": "authored",
        "Task": "authored-on",
        "Communication": "sent",
        "CommunicationRequest": "authored",
        "Goal": "start-date",
        "QuestionnaireResponse": "authored",
        "Provenance": "recorded",
    }
)
#: The parameter that links a type to a stay, when it has one.
ENCOUNTER_OF: Final = MappingProxyType(
    {
        type_: name
        for type_ in kinds.TYPES
        for name in ("encounter", "context")
        if name in fhir.SEARCH[type_] and "Encounter" in fhir.SEARCH[type_][name].targets
    }
)


def _hot(type_: str) -> Iterator[tuple[str, Searched]]:
    official = fhir.SEARCH[type_]
    if "status" in official and official["status"].paths == ("status",):
        yield "status", Searched("status", Reads.CODE)
    if "identifier" in official:
        yield "identifier", Searched("identifiers", Reads.IDENTIFIERS)
    if type_ in DATE_OF:
        yield DATE_OF[type_], Searched("date_start", Reads.DATES)
    if type_ in ENCOUNTER_OF:
        yield ENCOUNTER_OF[type_], Searched("encounter", Reads.ENCOUNTER)
    if type_ not in kinds.FOLLOWING and type_ != "Patient":
        own = kinds.PATIENT_PATHS[type_][:1]
        for name, parameter in official.items():
            if parameter.paths == own and (not parameter.targets or "Patient" in parameter.targets):
                yield name, Searched("local_identity_id", Reads.SUBJECT)
    yield from _HOT.get(type_, {}).items()


def _table(type_: str) -> Mapping[str, Searched]:
    hot = _ALL | dict(_hot(type_))
    return MappingProxyType({name: hot.get(name, _BY_KIND[one.kind]) for name, one in fhir.SEARCH[type_].items()})


#: Type → parameter → where it is kept. The bytes of a Binary are elsewhere: nothing of it is searched.
SEARCHED: Final[Mapping[str, Mapping[str, Searched]]] = MappingProxyType(
    {type_: _table(type_) for type_ in kinds.TYPES if type_ != "Binary"}
)
TYPES: Final = tuple(SEARCHED)
_SORTABLE: Final = frozenset(Reads) - {Reads.TERMS, Reads.COMPOSITE, Reads.EITHER}
#: Parameters about the result, not criteria.
RESULT_PARAMETERS: Final = frozenset(
    {
        "_count",
        "_sort",
        "_cursor",
        "_format",
        "_pretty",
        "_total",
        "_summary",
        "_elements",
        "_include",
        "_revinclude",
        "_include:iterate",
        "_revinclude:iterate",
        "_contained",
        "_containedType",
    }
)


def sorts_of(type_: str) -> dict[str, Searched]:
    """Return what a type may be sorted on."""
    return {name: one for name, one in SEARCHED[type_].items() if one.reads in _SORTABLE and one.part != "g"}


def references_of(type_: str) -> Iterator[str]:
    """Yield the parameters of a type that are references: what may be chained, included, or come back by `_has`."""
    return (name for name, one in fhir.SEARCH[type_].items() if one.kind is SearchKind.REFERENCE)


def is_repeated(type_: str, name: str) -> bool:
    """Tell whether a link to a patient or a stay repeats: all of them are terms, the column holds the first only."""
    return (type_, name) in _REPEATED


_REPEATED: Final = frozenset({("DocumentReference", "encounter"), ("Appointment", "patient"), ("Appointment", "actor")})
