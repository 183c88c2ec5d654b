"""A letter as CDA R2: sections of LDL-SES with their narrative."""

from passerelle.care.liaison.letters.sheet import Paragraph, Sheet
from passerelle.protocols.cda import api as cda
from passerelle.protocols.cda.api import Heading, InstanceId, Table

_RPPS_PREFIX = "8"
_FINESS_PREFIX = "1"


def cda_of(sheet: Sheet) -> bytes:
    """Return the document in XML: the same sheet gives the same bytes."""
    signatory = sheet.signatory
    identifier = InstanceId(cda.PERSONS, f"{_RPPS_PREFIX}{signatory.rpps}") if signatory.rpps else None
    structure = InstanceId(cda.STRUCTURES, f"{_FINESS_PREFIX}{sheet.establishment_finess}")
    return cda.write(
        cda.DocumentKind.DISCHARGE_LETTER,
        patient=sheet.patient,
        author=cda.Author(identifier, signatory.family, signatory.given),
        organisation=cda.Organisation(structure, sheet.establishment_name),
        at=sheet.signed_at,
        sections=[(Heading(part.title, part.code, part.display), _content(part)) for part in sheet.parts],
        unique_id=sheet.unique_id,
        replaces=sheet.replaces,
        service=sheet.stay,
    )


def _content(part: Paragraph) -> tuple[str, ...] | Table:
    return Table(part.headers, part.rows) if part.rows else part.lines
