"""From documents and results of a message to DocumentReference and Observation."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from passerelle.protocols import pamfr
from passerelle.protocols.cda import api as cda
from passerelle.protocols.fhir import api as fhir

URI = "urn:ietf:rfc:3986"
SETS = "urn:passerelle:document-set"
ORDERS = "urn:passerelle:order"
VERSION = "urn:passerelle:document-version"
RESTRICTIONS = "urn:passerelle:restriction"
INTERPRETATIONS = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
_NAMESPACE = UUID("6f0c2a4e-6a3b-5c0d-9a51-3d1f5c1b7e21")
_LOINC_NAMES = {"LN", "LOINC", "http://loinc.org", "2.16.840.1.113883.6.1", "TRE_A05-TYPEDOCUMENT"}
_STATUSES = {"F": "final", "C": "corrected", "P": "preliminary", "D": "entered-in-error", "W": "entered-in-error"} | {
    "X": "cancelled", "R": "registered", "I": "registered",
}  # fmt: skip
_RANGE = re.compile(r"\s*(?P<low>-?\d+(?:[.,]\d+)?)\s*(?:-|à)\s*(?P<high>-?\d+(?:[.,]\d+)?)\s*")


@dataclass(frozen=True, slots=True)
class Told:
    """A document of a message with what its CDA says, when it is one."""

    document: pamfr.InboundDocument
    cda: cda.CdaDocument | None

    @property
    def unique_ids(self) -> list[str]:
        """Return the identifiers it goes by: its own first, then the message's."""
        own = str(self.cda.unique_id) if self.cda else None
        return list(dict.fromkeys(canonical(one) for one in (own, self.document.unique_id) if one))

    @property
    def replaced_ids(self) -> list[str]:
        """Return the identifiers of what it says it replaces."""
        own = str(self.cda.relates) if self.cda and self.cda.relates else None
        return list(dict.fromkeys(canonical(one) for one in (own, self.document.replaces) if one))

    @property
    def set_id(self) -> str:
        """Return the identifier that all versions of the document share, "" when it is not told."""
        return canonical(str(self.cda.set_id)) if self.cda and self.cda.set_id else ""

    @property
    def version(self) -> int:
        """Return the version inside its set, 0 when it is not told."""
        return (self.cda.version or 0) if self.cda else 0


def read(document: pamfr.InboundDocument) -> Told:
    """Read the CDA in a document; content that is not one is kept as it came."""
    try:
        return Told(document, cda.read(document.content) if document.content else None)
    except cda.CdaError:
        return Told(document, None)


def canonical(unique_id: str) -> str:
    """Return an identifier in one shape: `root^extension` and `root.extension` name the same document."""
    return unique_id.strip().replace("^", ".")


def document_id(local_identity_id: UUID, told: Told, *, source: str) -> UUID:
    """Return the id of a document: the same for the same patient and unique id; else of this message alone."""
    name = told.unique_ids[0] if told.unique_ids else f"{source}/{told.document.set_id}"
    return uuid5(_NAMESPACE, f"{local_identity_id}/document/{name}")


def derived_id(parent: UUID, name: str) -> UUID:
    """Return the id of something that comes with a resource."""
    return uuid5(parent, name)


def content_id(parent: UUID, content: bytes) -> UUID:
    """Return the id of the bytes of a document: other bytes under the same document are another `Binary`."""
    return uuid5(parent, f"content/{sha256(content).hexdigest()}")


@dataclass(frozen=True, slots=True)
class Frame:
    """What a message says once for all it carries."""

    subject: UUID
    stay_id: UUID | None
    establishment: str
    place: Mapping[str, Any]
    occurred_at: datetime
    filler: str = ""


def document_reference_of(
    told: Told, frame: Frame, *, id_: UUID, binary: UUID | None, replaces: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Return the DocumentReference of a document; `replaces` are references to those it replaces."""
    document, read_cda = told.document, told.cda
    code = (read_cda.code if read_cda else "") or document.code
    label = document.title or (read_cda.display if read_cda else "") or code
    title = (read_cda.title if read_cda else "") or label or "Document sans titre"
    at = document.created_at or (read_cda.effective_at if read_cda else None) or frame.occurred_at
    attachment = fhir.attachment(
        document.mime or "application/octet-stream",
        url=f"Binary/{binary}" if binary else None,
        title=title,
        size=len(document.content),
        creation=fhir.moment(at),
    )
    return fhir.document_reference(
        str(id_),
        status="current",
        docStatus="final",
        masterIdentifier=_unique(told.unique_ids[0]) if told.unique_ids else None,
        identifier=_other_identifiers(told, frame),
        document_type=fhir.codeable_concept(fhir.coding(system_of_code(document, read_cda), code, label), text=title),
        subject=fhir.reference(f"Patient/{frame.subject}"),
        date=fhir.moment(at),
        author=_authors(document, read_cda),
        custodian=dict(frame.place),
        relatesTo=[{"code": "replaces", "target": dict(one)} for one in replaces],
        securityLabel=[fhir.codeable_concept(fhir.coding(RESTRICTIONS, one)) for one in sorted(document.restrictions)],
        content=[attachment],
        context=fhir.pruned({"encounter": _encounters(frame)}),
        extension=[fhir.extension(VERSION, valueInteger=told.version)] if told.version else None,
    )


def system_of_code(document: pamfr.InboundDocument, read_cda: cda.CdaDocument | None) -> str | None:
    """Return the system of the type of a document: LOINC for a CDA and for what says so."""
    is_loinc = read_cda is not None or document.code_system.upper() in _LOINC_NAMES
    return fhir.LOINC if is_loinc else document.code_system or None


def _encounters(frame: Frame) -> list[dict[str, Any]]:
    return [fhir.reference(f"Encounter/{frame.stay_id}")] if frame.stay_id else []


def _unique(value: str) -> dict[str, Any]:
    return fhir.identifier(f"urn:oid:{value}" if re.fullmatch(r"[0-9.]+", value) else value, system=URI)


def logical_reference(value: str) -> dict[str, Any]:
    """Return a reference to a document that has not come yet."""
    return {"identifier": _unique(value)}


def _other_identifiers(told: Told, frame: Frame) -> list[dict[str, Any]]:
    others = [_unique(one) for one in told.unique_ids[1:]]
    if told.set_id:
        others.append(fhir.identifier(told.set_id, system=SETS))
    if frame.filler:
        others.append(fhir.identifier(frame.filler, system=ORDERS))
    return others


def _authors(document: pamfr.InboundDocument, read_cda: cda.CdaDocument | None) -> list[dict[str, Any]]:
    if document.author is not None:
        name = f"{document.author.given} {document.author.family}".strip()
        return [{"display": name}] if name else []
    written_by = read_cda.authors if read_cda else ()
    return [
        {"display": author.name or author.organisation} for author in written_by if author.name or author.organisation
    ]


def goes_by(resource: Mapping[str, Any], unique_ids: Sequence[str]) -> bool:
    """Tell whether a stored document is known by one of these unique ids."""
    known = [resource.get("masterIdentifier", {}), *resource.get("identifier", [])]
    values = {_bare(one) for one in known if one.get("system") == URI}
    return any(one in values for one in unique_ids)


def waits_to_replace(resource: Mapping[str, Any], unique_ids: Sequence[str]) -> bool:
    """Tell whether a stored document said that it replaces one of these before they came."""
    targets = [one["target"].get("identifier", {}) for one in resource.get("relatesTo", [])]
    return any(_bare(one) in unique_ids for one in targets if one)


def naming(resource: Mapping[str, Any], id_: UUID, unique_ids: Sequence[str]) -> dict[str, Any]:
    """Return a document that waited to replace another, now that the other has come under this id."""
    target = {"reference": f"DocumentReference/{id_}"}
    links = [
        {**one, "target": target} if _bare(one["target"].get("identifier", {})) in unique_ids else one
        for one in resource.get("relatesTo", [])
    ]
    return {**resource, "relatesTo": links}


def _bare(identifier: Mapping[str, Any]) -> str:
    return canonical(str(identifier.get("value", "")).removeprefix("urn:oid:"))


def shares(resource: Mapping[str, Any], system: str, value: str) -> bool:
    """Tell whether a stored document carries this identifier."""
    return bool(value) and any(
        one.get("system") == system and one.get("value") == value for one in resource.get("identifier", [])
    )


def version_of(resource: Mapping[str, Any]) -> int:
    """Return the version of a stored document inside its set, 0 when it was not told."""
    found = (one.get("valueInteger", 0) for one in resource.get("extension", []) if one.get("url") == VERSION)
    return int(next(found, 0))


def type_code_of(resource: Mapping[str, Any]) -> str:
    """Return the code of the type of a stored document."""
    coded = resource.get("type", {}).get("coding", [{}])
    return str(coded[0].get("code", ""))


def result_of_message(told: pamfr.Observation, frame: Frame, *, id_: UUID) -> dict[str, Any]:
    """Return the Observation of an OBX."""
    is_loinc = told.code_system.upper() in _LOINC_NAMES
    coded = fhir.coding(fhir.LOINC if is_loinc else told.code_system or None, told.code, told.label)
    low, high = _reference_range(told.reference_range)
    value: dict[str, Any] = {"valueString": told.value_text} if told.value_text else {}
    if told.value_number is not None:
        value = {"valueQuantity": fhir.quantity(told.value_number, told.unit, code=told.unit or None)}
    return _observation(
        id_,
        frame,
        status=_STATUSES.get(told.status, "final"),
        code=fhir.codeable_concept(coded, text=told.label),
        value=value,
        at=told.observed_at or frame.occurred_at,
        interpretation=told.interpretation,
        reference_range=_range(low, high, told.unit, told.reference_range),
    )


def result_of_cda(
    told: cda.LabResult, frame: Frame, *, id_: UUID, document: UUID, status: str, restrictions: Iterable[str]
) -> dict[str, Any]:
    """Return the Observation of a coded result of a CDA: it says from which document, and is as restricted as it."""
    if isinstance(told.value, Decimal):
        value: dict[str, Any] = {"valueQuantity": fhir.quantity(told.value, told.unit, code=told.unit or None)}
    else:
        value = {"valueString": told.value}
    return (
        _observation(
            id_,
            frame,
            status=status,
            code=fhir.codeable_concept(fhir.coding(fhir.LOINC, told.loinc, told.label), text=told.label),
            value=value,
            at=told.effective_at or frame.occurred_at,
            interpretation=told.interpretation,
            reference_range=_range(told.low, told.high, told.unit, ""),
        )
        | {"derivedFrom": [fhir.reference(f"DocumentReference/{document}")]}
        | _restricted(restrictions)
    )


def _restricted(restrictions: Iterable[str]) -> dict[str, Any]:
    labels = [fhir.coding(RESTRICTIONS, one) for one in sorted(restrictions)]
    return {"meta": {"security": labels}} if labels else {}


def _observation(  # noqa: PLR0913 - the parts of a result, each named at the call
    id_: UUID,
    frame: Frame,
    *,
    status: str,
    code: dict[str, Any],
    value: dict[str, Any],
    at: datetime,
    interpretation: str,
    reference_range: dict[str, Any] | None,
) -> dict[str, Any]:
    encounters = _encounters(frame)
    return fhir.observation(
        str(id_),
        status=status,
        category=[fhir.codeable_concept(fhir.coding(CATEGORIES, "laboratory", "Laboratory"))],
        code=code,
        subject=fhir.reference(f"Patient/{frame.subject}"),
        encounter=encounters[0] if encounters else None,
        effectiveDateTime=fhir.moment(at),
        performer=[dict(frame.place)],
        value=value,
        interpretation=[fhir.codeable_concept(fhir.coding(INTERPRETATIONS, interpretation))]
        if interpretation
        else None,
        referenceRange=[reference_range] if reference_range else None,
    )


def _reference_range(text: str) -> tuple[Decimal | None, Decimal | None]:
    found = _RANGE.fullmatch(text)
    if not found:
        return None, None
    return Decimal(found["low"].replace(",", ".")), Decimal(found["high"].replace(",", "."))


def _range(low: Decimal | None, high: Decimal | None, unit: str, text: str) -> dict[str, Any] | None:
    if low is None and high is None and not text:
        return None
    return fhir.pruned(
        {
            "low": fhir.quantity(low, unit, code=unit or None) if low is not None else None,
            "high": fhir.quantity(high, unit, code=unit or None) if high is not None else None,
            "text": text if low is None and high is None else None,
        }
    )
