"""The door of CDA R2: read, show, write."""

from passerelle.protocols.cda.model import (
    INS_NIR_TEST,
    PERSONS,
    STRUCTURES,
    Author,
    CdaDocument,
    CdaError,
    DocumentKind,
    Heading,
    InstanceId,
    LabResult,
    Media,
    Organisation,
    PatientHeader,
    Results,
    Section,
    ServiceEvent,
    Table,
    unit_label,
)
from passerelle.protocols.cda.page import is_sane_image, to_html
from passerelle.protocols.cda.reader import read
from passerelle.protocols.cda.safe import safe_xml
from passerelle.protocols.cda.writer import write

__all__ = [
    "INS_NIR_TEST",
    "PERSONS",
    "STRUCTURES",
    "Author",
    "CdaDocument",
    "CdaError",
    "DocumentKind",
    "Heading",
    "InstanceId",
    "LabResult",
    "Media",
    "Organisation",
    "PatientHeader",
    "Results",
    "Section",
    "ServiceEvent",
    "Table",
    "is_sane_image",
    "read",
    "safe_xml",
    "to_html",
    "unit_label",
    "write",
]
