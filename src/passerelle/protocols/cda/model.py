"""What a CDA document says, once read; the same shapes are given to the writer."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypeAlias

INS_NIR_TEST = "1.2.250.1.213.1.4.10"
PERSONS = "1.2.250.1.71.4.2.1"
STRUCTURES = "1.2.250.1.71.4.2.2"
LOINC = "2.16.840.1.113883.6.1"


class CdaError(ValueError):
    """The content cannot be used as a CDA document: `where` is an element or a line, `why` a French sentence."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where} : {why}" if where else why)
        self.where = where
        self.why = why


_UNITS = {"10*9/L": "10⁹/L", "10*12/L": "10¹²/L", "{ratio}": "", "1": "", "[pH]": "", "Cel": "°C", "mm[Hg]": "mmHg"}


def unit_label(unit: str) -> str:
    """Return a UCUM unit as people write it: « µmol/L » for `umol/L`."""
    known = _UNITS.get(unit)
    if known is not None:
        return known
    return "µ" + unit[1:] if unit.startswith(("umol", "ug", "uL", "um/")) else unit


class DocumentKind(Enum):
    """Documents that the writer makes: LOINC code, display, title, and CI-SIS template."""

    DISCHARGE_LETTER = (
        "11490-0",
        "Lettre de liaison à la sortie de l'établissement",
        "Lettre de liaison à la sortie",
        "1.2.250.1.213.1.1.1.29",
    )
    LAB_REPORT = (
        "11502-2",
        "CR d'examens biologiques",
        "Compte rendu d’examens biologiques",
        "1.2.250.1.213.1.1.1.55",
    )
    OPERATIVE_NOTE = ("11504-8", "CR opératoire", "Compte rendu opératoire", "1.2.250.1.213.1.1.1.1")

    @property
    def code(self) -> str:
        """LOINC code of the type of document."""
        return self.value[0]


@dataclass(frozen=True, slots=True)
class InstanceId:
    """An HL7 instance identifier: an OID, and a value inside it."""

    root: str
    extension: str = ""

    def __str__(self) -> str:
        return f"{self.root}^{self.extension}" if self.extension else self.root


@dataclass(frozen=True, slots=True)
class PatientHeader:
    """`sex` is M, F or U; `birth_place` is the INSEE code of the commune."""

    identifiers: tuple[InstanceId, ...] = ()
    birth_name: str = ""
    used_name: str = ""
    given_names: tuple[str, ...] = ()
    birth_date: date | None = None
    sex: str = "U"
    birth_place: str = ""


@dataclass(frozen=True, slots=True)
class Organisation:
    """An establishment or laboratory."""

    identifier: InstanceId | None
    name: str


@dataclass(frozen=True, slots=True)
class Author:
    """A person (or a device, by its name) who wrote or signed."""

    identifier: InstanceId | None
    family: str
    given: str = ""
    role: str = ""
    organisation: str = ""
    at: datetime | None = None

    @property
    def name(self) -> str:
        """Given name and family name."""
        return f"{self.given} {self.family}".strip()


@dataclass(frozen=True, slots=True)
class LabResult:
    """One coded result. `interpretation` is HL7 (N, H, L, HH, LL, A…), "" when not told."""

    loinc: str
    label: str
    value: Decimal | str
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    interpretation: str = ""
    effective_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Table of a section to write."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """Results of a section to write: shown as a table, and coded."""

    results: tuple[LabResult, ...]


@dataclass(frozen=True, slots=True)
class Media:
    """Something embedded: an image of the narrative, or a copy of the document in PDF."""

    reference: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Section:
    """`narrative` is the element `text` as parsed: only `to_html` reads it."""

    title: str
    code: str
    display: str
    narrative: Any = field(default=None, repr=False, compare=False)
    sections: tuple["Section", ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """Title of a section to write, with its LOINC code and display."""

    title: str
    code: str
    display: str


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """The act that the document reports."""

    code: str
    display: str
    start: datetime | None
    end: datetime | None


NonXml: TypeAlias = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class CdaDocument:
    """A document as read; `body_kind` is structured, nonxml or empty; `relates` is what it replaces."""

    unique_id: InstanceId
    set_id: InstanceId | None
    version: int | None
    code: str
    display: str
    title: str
    effective_at: datetime | None
    confidentiality: str
    language: str
    patient: PatientHeader
    authors: tuple[Author, ...]
    custodian: Organisation | None
    service_event: ServiceEvent | None
    relates: InstanceId | None
    body_kind: str
    sections: tuple[Section, ...]
    nonxml: NonXml | None
    media: tuple[Media, ...]
    observations: tuple[LabResult, ...]

    @property
    def pdf(self) -> bytes | None:
        """The document as PDF: its body when that is one, or the copy it carries."""
        if self.nonxml and self.nonxml[0] == "application/pdf":
            return self.nonxml[1]
        return next((media.content for media in self.media if media.mime == "application/pdf"), None)
