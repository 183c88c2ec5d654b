"""What a nomenclature is here: code systems, value sets and concept maps, as read from the reviewed files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class TerminologyError(ValueError):
    """A file, a value set or a request that cannot be read: `where` is the element at fault, `why` is French."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where} : {why}")
        self.where, self.why = where, why


class UnknownSystem(LookupError):
    """Ce système de codes n’est pas connu ici."""


class UnknownCode(LookupError):
    """Ce code n’est pas connu de son système."""


class UnknownValueSet(LookupError):
    """Ce jeu de valeurs n’est pas connu ici."""


@dataclass(frozen=True, slots=True)
class Concept:
    """A code of a system with its French label.

    `display` is what screens show; `official` the published French wording when it differs ("" else). `parents` are
    codes of the same system. `properties` are those the system declares.
    """

    system: str
    code: str
    display: str
    official: str = ""
    parents: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CodeSystem:
    """A code system, whole or in part: `is_complete` says whether a code that is absent here does not exist at all.

    `aliases` are other names that senders give it. `is_official` tells labels as published from labels of usage.
    """

    url: str
    name: str
    title: str
    source: str
    concepts: Mapping[str, Concept]
    is_complete: bool
    is_official: bool
    oid: str = ""
    aliases: tuple[str, ...] = ()
    publisher: str = ""
    copyright: str = ""
    version: str = ""
    value_set: str = ""
    has_hierarchy: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Where:
    """A filter of a value set on a property, or on the hierarchy by the property `concept`."""

    property: str
    op: str
    value: str


@dataclass(frozen=True, slots=True)
class Include:
    """A part of a value set: what all its conditions keep. Without system, what its value sets hold."""

    system: str = ""
    codes: tuple[str, ...] = ()
    where: tuple[Where, ...] = ()
    value_sets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueSet:
    """A choice of codes: what `include` adds, less what `exclude` takes away."""

    url: str
    name: str
    title: str
    source: str
    include: tuple[Include, ...]
    exclude: tuple[Include, ...] = ()


@dataclass(frozen=True, slots=True)
class MapGroup:
    """Translations between two systems; `otherwise` is the target of a source code that is not written, "" for none."""

    source: str
    target: str
    equivalence: str
    targets: Mapping[str, tuple[str, ...]]
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class ConceptMap:
    """Translations from the codes of a value set to those of another."""

    url: str
    name: str
    title: str
    source: str
    origin: str
    destination: str
    groups: tuple[MapGroup, ...]


class Subsumption(Enum):
    """How two codes of a system stand. Source: FHIR R4, concept-subsumption-outcome."""

    EQUIVALENT = "equivalent"
    SUBSUMES = "subsumes"
    SUBSUMED_BY = "subsumed-by"
    NOT_SUBSUMED = "not-subsumed"


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """Whether a code is one of its system, or of a value set. `message` is French, "" when all is well.

    `is_certain` is False when the system is not known here, or known in part: the code may exist elsewhere.
    """

    is_valid: bool
    message: str = ""
    display: str = ""
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Expansion:
    """The codes of a value set, in the order of their files: those from `offset` on, out of `total`."""

    url: str
    total: int
    offset: int
    concepts: tuple[Concept, ...]


@dataclass(frozen=True, slots=True)
class Translation:
    """A target of a translation: its equivalence (FHIR R4, concept-map-equivalence) and the map that says so."""

    concept: Concept
    equivalence: str
    map_url: str
