"""The archive of an MSSanté mail: IHE_XDM.ZIP, with its METADATA.XML.

Source: IHE ITI, XDM (vol. 2b, 3.32) and document metadata (vol. 3, 4.2); CI-SIS, volet Échange de documents de santé.
The metadata say what the header of the CDA says. What it does not tell is left out, never invented.
"""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from passerelle.protocols.cda import api as cda

_FOLDER: Final = "IHE_XDM/SUBSET01"
_LOINC: Final = "2.16.840.1.113883.6.1"
_CONFIDENTIALITY: Final = "2.16.840.1.113883.5.25"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
#: The identifiers of the schemes of document metadata. Source: IHE ITI vol. 3, 4.2.5.
_DOCUMENT: Final = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
_SUBMISSION: Final = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
_DOCUMENT_AUTHOR: Final = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
_DOCUMENT_TYPE: Final = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
_DOCUMENT_CONFIDENTIALITY: Final = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
_DOCUMENT_PATIENT: Final = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
_DOCUMENT_UNIQUE: Final = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
_SUBMISSION_AUTHOR: Final = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
_SUBMISSION_PATIENT: Final = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
_SUBMISSION_SOURCE: Final = "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832"
_SUBMISSION_UNIQUE: Final = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"
_README: Final = (
    "Archive IHE XDM de documents de santé.\r\n"
    "Le dossier IHE_XDM/SUBSET01 contient les documents (CDA) et leurs métadonnées (METADATA.XML).\r\n"
)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A CDA document to put in the archive: its very bytes and what its header says."""

    content: bytes
    header: cda.CdaDocument


@dataclass(frozen=True, slots=True)
class Submission:
    """The archive as a whole: an OID under 2.25 of its own, when it was made, and the OID of the sending system."""

    unique_id: str
    at: datetime
    source_id: str


def archive(documents: list[Enclosed], submission: Submission) -> bytes:
    """Return IHE_XDM.ZIP; the same documents and submission give the same bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        _add(made, "README.TXT", _README.encode())
        _add(made, "INDEX.HTM", _index(documents).encode())
        _add(made, f"{_FOLDER}/METADATA.XML", metadata(documents, submission).encode())
        for rank, document in enumerate(documents, start=1):
            _add(made, f"{_FOLDER}/{_name(rank)}", document.content)
    return written.getvalue()


def metadata(documents: list[Enclosed], submission: Submission) -> str:
    """Return METADATA.XML: one entry for each document, the submission set, and what ties them."""
    entries = [_document(rank, one) for rank, one in enumerate(documents, start=1)]
    ties = [_tie(rank) for rank in range(1, len(documents) + 1)]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<lcm:SubmitObjectsRequest xmlns:lcm="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0" '
        'xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">\n<rim:RegistryObjectList>\n'
        + "".join(entries)
        + _submission(documents[0].header, submission)
        + "".join(ties)
        + "</rim:RegistryObjectList>\n</lcm:SubmitObjectsRequest>\n"
    )


def oid_of(name: str) -> str:
    """Return an OID of our own for a name: 2.25 and a 128-bit number."""
    return f"2.25.{int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], 'big')}"


def _document(rank: int, document: Enclosed) -> str:
    header, about = document.header, f"Document{rank:02d}"
    patient = _patient_id(header.patient)
    slots = [
        _slot("hash", hashlib.sha1(document.content).hexdigest()),  # noqa: S324 - the metadata ask for SHA-1
        _slot("size", str(len(document.content))),
        _slot("URI", _name(rank)),
        _slot("creationTime", _utc(header.effective_at)),
        _slot("languageCode", header.language),
        _slot("serviceStartTime", _utc(header.service_event.start if header.service_event else None)),
        _slot("serviceStopTime", _utc(header.service_event.end if header.service_event else None)),
        _slot("sourcePatientId", patient),
        _slot("sourcePatientInfo", *_patient_info(header.patient)),
    ]
    parts = [
        *(_author(about, one, rank, number) for number, one in enumerate(header.authors, start=1)),
        _coded(about, _DOCUMENT_TYPE, header.code, header.display, _LOINC),
        _coded(about, _DOCUMENT_CONFIDENTIALITY, header.confidentiality, header.confidentiality, _CONFIDENTIALITY),
        _external(about, _DOCUMENT_PATIENT, "XDSDocumentEntry.patientId", patient),
        _external(about, _DOCUMENT_UNIQUE, "XDSDocumentEntry.uniqueId", str(header.unique_id)),
    ]
    return (
        f'<rim:ExtrinsicObject id="{about}" mimeType="text/xml" objectType="{_DOCUMENT}">\n'
        + "".join(slots)
        + _titled(header.title)
        + "".join(parts)
        + "</rim:ExtrinsicObject>\n"
    )


def _submission(header: cda.CdaDocument, submission: Submission) -> str:
    about = "SubmissionSet01"
    author = _author(about, header.authors[0], 0, 1, _SUBMISSION_AUTHOR) if header.authors else ""
    return (
        f'<rim:RegistryPackage id="{about}">\n'
        + _slot("submissionTime", _utc(submission.at))
        + _titled(header.title)
        + author
        + _external(about, _SUBMISSION_PATIENT, "XDSSubmissionSet.patientId", _patient_id(header.patient))
        + _external(about, _SUBMISSION_UNIQUE, "XDSSubmissionSet.uniqueId", submission.unique_id)
        + _external(about, _SUBMISSION_SOURCE, "XDSSubmissionSet.sourceId", submission.source_id)
        + "</rim:RegistryPackage>\n"
        + f'<rim:Classification id="{about}-node" classifiedObject="{about}" classificationNode="{_SUBMISSION}"/>\n'
    )


def _tie(rank: int) -> str:
    return (
        f'<rim:Association id="Association{rank:02d}" associationType="urn:oasis:names:tc:ebxml-regrep:AssociationType'
        f':HasMember" sourceObject="SubmissionSet01" targetObject="Document{rank:02d}">\n'
        + _slot("SubmissionSetStatus", "Original")
        + "</rim:Association>\n"
    )


def _author(about: str, author: cda.Author, rank: int, number: int, scheme: str = _DOCUMENT_AUTHOR) -> str:
    identifier = author.identifier
    number_of, authority = (identifier.extension, f"&{identifier.root}&ISO") if identifier else ("", "")
    person = f"{number_of}^{author.family}^{author.given}^^^^^^{authority}"
    return (
        f'<rim:Classification id="{about}-author-{rank}-{number}" classificationScheme="{scheme}" '
        f'classifiedObject="{about}" nodeRepresentation="">\n'
        + _slot("authorInstitution", author.organisation)
        + _slot("authorPerson", person if author.family else "")
        + _slot("authorRole", author.role)
        + "</rim:Classification>\n"
    )


def _coded(about: str, scheme: str, code: str, display: str, system: str) -> str:
    if not code:
        return ""
    return (
        f'<rim:Classification id="{about}-{scheme[-6:]}" classificationScheme="{scheme}" '
        f'classifiedObject="{about}" nodeRepresentation={quoteattr(code)}>\n'
        + _slot("codingScheme", system)
        + _titled(display)
        + "</rim:Classification>\n"
    )


def _external(about: str, scheme: str, name: str, value: str) -> str:
    if not value:
        return ""
    return (
        f'<rim:ExternalIdentifier id="{about}-{scheme[-6:]}" registryObject="{about}" identificationScheme="{scheme}" '
        f"value={quoteattr(value)}>\n" + _titled(name) + "</rim:ExternalIdentifier>\n"
    )


def _titled(text: str) -> str:
    return f"<rim:Name><rim:LocalizedString value={quoteattr(text)}/></rim:Name>\n" if text else ""


def _slot(name: str, *values: str) -> str:
    told = [f"<rim:Value>{escape(value)}</rim:Value>" for value in values if value]
    if not told:
        return ""
    return f'<rim:Slot name="{name}"><rim:ValueList>{"".join(told)}</rim:ValueList></rim:Slot>\n'


def _patient_id(patient: cda.PatientHeader) -> str:
    """Return the first identifier as a CX: the INS comes first in a French document that carries it."""
    if not patient.identifiers:
        return ""
    first = patient.identifiers[0]
    return f"{first.extension}^^^&{first.root}&ISO"


def _patient_info(patient: cda.PatientHeader) -> list[str]:
    born = patient.birth_date.strftime("%Y%m%d") if patient.birth_date else ""
    names = f"{patient.birth_name}^{' '.join(patient.given_names)}^^^^^L" if patient.birth_name else ""
    told = [("PID-5", names), ("PID-7", born), ("PID-8", patient.sex)]
    return [f"{field}|{value}" for field, value in told if value]


def _utc(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%S") if at else ""


def _name(rank: int) -> str:
    return f"DOC{rank:05d}.XML"


def _index(documents: list[Enclosed]) -> str:
    lines = "".join(
        f'<li><a href="{_FOLDER}/{_name(rank)}">{escape(one.header.title or one.header.display)}</a></li>'
        for rank, one in enumerate(documents, start=1)
    )
    head = '<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>Documents</title></head>'
    return f"{head}<body><ul>{lines}</ul></body></html>\n"


def _add(made: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=_EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    made.writestr(entry, content)
