"""FHIR resources that a door takes, read as the HL7 message that the worker applies. Source: HL7 FHIR R4; FR Core."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from passerelle.care.exchange.doors.forms.documents import from_cda
from passerelle.care.exchange.doors.forms.frame import Frame, GivenId, Unreadable, envelope, patient_of
from passerelle.protocols import ins, pamfr
from passerelle.protocols.fhir import api as fhir
from passerelle.protocols.hl7v2 import Hl7Error

_PARIS = ZoneInfo("Europe/Paris")
_BUNDLES = ("message", "transaction", "batch")
_CHECKED = frozenset({"Patient", "DocumentReference", "Observation"})
_SILENT = frozenset({"MessageHeader", "Organization", "Practitioner", "PractitionerRole", "Device"})
_SEXES = {"male": "M", "female": "F"}
_RESULT_STATUS = {"final": "F", "corrected": "C", "amended": "C", "preliminary": "P", "entered-in-error": "D"}
_BIRTH_PLACE = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
_INSEE = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code"
_LOINC = "http://loinc.org"


class NotTaken(Hl7Error):
    """Cette porte ne prend pas ce genre de ressource."""


@dataclass(slots=True)
class _Gathered:
    """What a bundle holds, each with where it stands; references lead to it by URL and by type/id."""

    patients: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    documents: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    observations: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    binaries: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    by_reference: dict[str, Mapping[str, Any]] = field(default_factory=dict)


def from_fhir(content: bytes, frame: Frame, *, kind: str = "") -> bytes:
    """Write the message that tells what a resource, or a Bundle of message, transaction or batch, says.

    Taken: a Patient (its identity), a DocumentReference with its content inside or in a Binary of the Bundle, a Binary
    that is a CDA, Observations, and a Bundle of these about one patient with at most one document. `kind` is the type
    that the address names, "" when it names none.

    Raises:
        NotTaken: another type of resource, another kind of Bundle, or two patients or documents at once.
        Unreadable: a value is missing or wrong; the place is a FHIRPath.
    """
    try:
        resource = fhir.loads(content)
    except fhir.FhirError as fault:
        raise Unreadable(where="", why=str(fault), code="102") from fault
    if kind and resource.get("resourceType") != kind:
        raise NotTaken(where="resourceType", why=f"l’adresse annonce {kind}", code="200")
    gathered = _gathered(resource)
    if gathered.binaries and not gathered.documents:
        where, binary = gathered.binaries[0]
        return _lone_binary(where, binary, frame)
    return _written(content, gathered, frame)


def _gathered(resource: Mapping[str, Any]) -> _Gathered:
    gathered = _Gathered()
    kind = str(resource.get("resourceType", ""))
    if kind != "Bundle":
        _add(gathered, kind or "resourceType", resource)
        return gathered
    if resource.get("type") not in _BUNDLES:
        why = f"un Bundle de type {', '.join(_BUNDLES)} est attendu"
        raise NotTaken(where="Bundle.type", why=why, code="200")
    entries = resource.get("entry")
    for rank, entry in enumerate(entries if isinstance(entries, list) else []):
        where = f"Bundle.entry[{rank}]"
        inner = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(inner, dict):
            raise Unreadable(where=where, why="l’entrée ne porte pas de ressource", code="101")
        _check_request(entry, where)
        _add(gathered, f"{where}.resource", inner)
        for name in (entry.get("fullUrl"), f"{inner.get('resourceType')}/{inner.get('id')}"):
            if isinstance(name, str):
                gathered.by_reference[name] = inner
    return gathered


def _check_request(entry: Mapping[str, Any], where: str) -> None:
    request = entry.get("request")
    method = request.get("method", "POST") if isinstance(request, dict) else "POST"
    if method not in {"POST", "PUT"}:
        raise NotTaken(where=f"{where}.request.method", why="seuls POST et PUT sont pris", code="200")


def _add(gathered: _Gathered, where: str, resource: Mapping[str, Any]) -> None:
    kind = resource.get("resourceType")
    shelves = {
        "Patient": gathered.patients,
        "DocumentReference": gathered.documents,
        "Observation": gathered.observations,
        "Binary": gathered.binaries,
    }
    if isinstance(kind, str) and kind in shelves:
        if kind in _CHECKED:
            _check(resource, kind, where)
        shelves[kind].append((where, resource))
    elif kind not in _SILENT:
        taken = "Patient, DocumentReference, Binary (CDA), Observation"
        raise NotTaken(where=where, why=f"ressource non prise : {kind} ; sont prises : {taken}", code="200")
    for rank, inner in enumerate(resource.get("contained") or []):
        if isinstance(inner, dict) and inner.get("resourceType") == "Patient":
            _check(inner, "Patient", f"{where}.contained[{rank}]")
            gathered.patients.append((f"{where}.contained[{rank}]", inner))


def _check(resource: Mapping[str, Any], kind: str, where: str) -> None:
    # A contained or posted resource needs no id; the rest is held to the structure of its type.
    issue = next((one for one in fhir.validate({"id": "x", **resource}) if one.severity in {"error", "fatal"}), None)
    if issue is not None:
        path = where + issue.expression.removeprefix(kind) if issue.expression.startswith(kind) else where
        raise Unreadable(where=path, why=issue.text, code="102")


def _lone_binary(where: str, binary: Mapping[str, Any], frame: Frame) -> bytes:
    if "xml" not in str(binary.get("contentType")):
        why = "un Binary seul ne dit pas son patient : joignez un DocumentReference, ou déposez un CDA"
        raise NotTaken(where=f"{where}.contentType", why=why, code="200")
    return from_cda(_decoded(binary.get("data"), f"{where}.data"), frame)


def _written(content: bytes, gathered: _Gathered, frame: Frame) -> bytes:
    if len(gathered.patients) > 1:
        raise NotTaken(where=gathered.patients[1][0], why="un dépôt parle d’un seul patient", code="200")
    if len(gathered.documents) > 1:
        raise NotTaken(where=gathered.documents[1][0], why="un dépôt porte un seul document", code="200")
    patient = _patient(gathered, frame)
    if not gathered.documents and not gathered.observations:
        event: pamfr.Event = pamfr.AdtEvent("A31", frame.at, frame.at, patient)
        return pamfr.write(event, envelope(content, frame))
    documents = tuple(_document(where, one, gathered, frame) for where, one in gathered.documents)
    observations = tuple(_observation(where, one) for where, one in gathered.observations)
    is_letter = bool(documents) and not observations
    replaces = is_letter and documents[0].action == "replace"
    event = pamfr.DocumentEvent(
        kind="MDM" if is_letter else "ORU",
        trigger=("T10" if replaces else "T02") if is_letter else "R01",
        occurred_at=_occurred_at(documents, observations, frame),
        patient=patient,
        recorded_at=frame.at,
        visit=None,
        order=_order(documents, observations, gathered),
        documents=documents,
        observations=observations,
    )
    return pamfr.write(event, envelope(content, frame))


def _occurred_at(
    documents: tuple[pamfr.InboundDocument, ...], observations: tuple[pamfr.Observation, ...], frame: Frame
) -> datetime:
    told = [one.created_at for one in documents] + [one.observed_at for one in observations]
    return next((at for at in told if at is not None), frame.at)


def _order(
    documents: tuple[pamfr.InboundDocument, ...], observations: tuple[pamfr.Observation, ...], gathered: _Gathered
) -> pamfr.Order:
    filler = ""
    for _, one in gathered.observations[:1]:
        filler = next((str(each.get("value", "")) for each in one.get("identifier", [])), "")
    for document in documents:
        return pamfr.Order(filler=filler, code=document.code, code_system="LN", label=document.title)
    first = observations[0]
    return pamfr.Order(filler=filler, code=first.code, code_system=first.code_system, label=first.label)


def _patient(gathered: _Gathered, frame: Frame) -> pamfr.Patient:
    if gathered.patients:
        where, resource = gathered.patients[0]
        return _patient_of(where, resource, frame)
    told = [*gathered.documents, *gathered.observations]
    where = f"{told[0][0]}.subject" if told else "Bundle.entry"
    raise Unreadable(where=where, why="joignez la ressource Patient (contained ou entrée du Bundle)", code="101")


def _patient_of(where: str, resource: Mapping[str, Any], frame: Frame) -> pamfr.Patient:
    names = [one for one in resource.get("name", []) if isinstance(one, dict)]
    official = next((one for one in names if one.get("use") in {"official", "maiden"}), names[0] if names else {})
    usual = next((one for one in names if one.get("use") == "usual"), {})
    given = tuple(str(one) for one in official.get("given", []))
    traits = pamfr.Traits(
        birth_name=str(official.get("family", "")),
        given_names=given,
        birth_date=_date(resource.get("birthDate"), f"{where}.birthDate"),
        sex=_SEXES.get(str(resource.get("gender", "")), "U"),
        birth_place=_birth_place(resource),
        used_name=str(usual["family"]) if "family" in usual else None,
        first_given=given[0] if given else "",
        phone=_telecom(resource, "phone"),
        email=_telecom(resource, "email"),
    )
    identifiers = [one for one in resource.get("identifier", []) if isinstance(one, dict)]
    found = tuple(_given_id(one) for one in identifiers if one.get("use") != "old")
    return patient_of(found, traits, frame, where=f"{where}.identifier")


def _given_id(identifier: Mapping[str, Any]) -> GivenId:
    root = str(identifier.get("system", "")).removeprefix("urn:oid:")
    assigner = identifier.get("assigner")
    named = str(assigner.get("display", "")) if isinstance(assigner, dict) and ins.kind_of(root) is None else ""
    return GivenId(root or named, str(identifier.get("value", "")))


def _birth_place(resource: Mapping[str, Any]) -> str | None:
    places = [one.get("valueAddress", {}) for one in resource.get("extension", []) if one.get("url") == _BIRTH_PLACE]
    told = [inner for place in places for inner in place.get("extension", []) if inner.get("url") == _INSEE]
    return next((str(one.get("valueCoding", {}).get("code", "")) for one in told), "") or None


def _telecom(resource: Mapping[str, Any], system: str) -> str | None:
    found = (str(one.get("value", "")) for one in resource.get("telecom", []) if one.get("system") == system)
    return next((one for one in found if one), None)


def _document(where: str, resource: Mapping[str, Any], gathered: _Gathered, frame: Frame) -> pamfr.InboundDocument:
    contents = resource["content"]
    if len(contents) > 1:
        raise NotTaken(where=f"{where}.content[1]", why="un document a un seul contenu", code="200")
    attachment = contents[0]["attachment"]
    mime, content = _content(f"{where}.content[0].attachment", attachment, gathered)
    replaced = next((one for one in resource.get("relatesTo", []) if one.get("code") == "replaces"), None)
    target = replaced["target"].get("identifier", {}).get("value") if replaced else None
    kind = _coding(resource.get("type"), f"{where}.type")
    unique_id = resource.get("masterIdentifier", {}).get("value")
    title = str(attachment.get("title") or resource.get("description") or kind.get("display") or "")
    return pamfr.InboundDocument(
        set_id=1,
        action="replace" if target else "add",
        code=str(kind.get("code", "")),
        code_system="LN",
        title=title,
        mime=mime,
        content=content,
        unique_id=str(unique_id).removeprefix("urn:oid:") if unique_id else None,
        replaces=str(target).removeprefix("urn:oid:") if target else None,
        created_at=_moment(resource.get("date") or attachment.get("creation"), f"{where}.date") or frame.at,
    )


def _content(where: str, attachment: Mapping[str, Any], gathered: _Gathered) -> tuple[str, bytes]:
    mime = str(attachment.get("contentType", ""))
    if "data" in attachment:
        found = _decoded(attachment["data"], f"{where}.data")
    else:
        url = str(attachment.get("url", ""))
        binary = gathered.by_reference.get(url, {})
        if binary.get("resourceType") != "Binary":
            why = "le contenu doit être dans « data », ou dans un Binary du Bundle : aucune adresse n’est suivie"
            raise Unreadable(where=f"{where}.url", why=why, code="101")
        mime = mime or str(binary.get("contentType", ""))
        found = _decoded(binary.get("data"), f"{where}.url")
    bare = mime.split(";")[0].strip()
    if not bare:
        raise Unreadable(where=f"{where}.contentType", why="le type du contenu manque", code="101")
    return "text/xml" if bare == "application/xml" else bare, found


def _observation(where: str, resource: Mapping[str, Any]) -> pamfr.Observation:
    code = _coding(resource.get("code"), f"{where}.code")
    number, text, unit = _value(where, resource)
    interpretation: Mapping[str, Any] = next(iter(resource.get("interpretation", [])), {})
    return pamfr.Observation(
        code=str(code.get("code", "")),
        code_system="LN" if code.get("system") == _LOINC else str(code.get("system", "")),
        label=str(code.get("display", "")),
        value_number=number,
        value_text=text,
        unit=unit,
        reference_range=_range(resource),
        interpretation=str(next((one.get("code", "") for one in interpretation.get("coding", [])), "")),
        status=_RESULT_STATUS.get(str(resource.get("status")), "F"),
        observed_at=_moment(resource.get("effectiveDateTime"), f"{where}.effectiveDateTime"),
    )


def _value(where: str, resource: Mapping[str, Any]) -> tuple[Decimal | None, str, str]:
    quantity = resource.get("valueQuantity")
    if isinstance(quantity, dict):
        try:
            number = Decimal(str(quantity.get("value")))
        except InvalidOperation as fault:
            raise Unreadable(where=f"{where}.valueQuantity.value", why="un nombre est attendu", code="102") from fault
        return number, str(number), str(quantity.get("code") or quantity.get("unit") or "")
    if "valueString" in resource:
        return None, str(resource["valueString"]), ""
    if isinstance(resource.get("valueCodeableConcept"), dict):
        coded = resource["valueCodeableConcept"]
        return None, str(coded.get("text") or next((one.get("display", "") for one in coded.get("coding", [])), "")), ""
    raise Unreadable(where=f"{where}.value", why="une valeur est attendue : quantité, texte ou code", code="101")


def _range(resource: Mapping[str, Any]) -> str:
    for one in resource.get("referenceRange", []):
        low, high = one.get("low", {}).get("value"), one.get("high", {}).get("value")
        if low is not None and high is not None:
            return f"{low}-{high}"
        return str(one.get("text", ""))
    return ""


def _coding(concept: Any, where: str) -> Mapping[str, Any]:
    codings = concept.get("coding", []) if isinstance(concept, dict) else []
    loinc = [one for one in codings if isinstance(one, dict) and one.get("system") == _LOINC]
    found = next(iter([*loinc, *codings]), None)
    if not isinstance(found, dict) or not found.get("code"):
        raise Unreadable(where=f"{where}.coding", why="un code est attendu", code="101")
    return found


def _decoded(data: Any, where: str) -> bytes:
    try:
        return base64.b64decode(str(data or ""), validate=True)
    except binascii.Error as fault:
        raise Unreadable(where=where, why="le contenu en base64 est abîmé", code="102") from fault


def _date(text: Any, where: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError as fault:
        raise Unreadable(where=where, why="une date complète est attendue : AAAA-MM-JJ", code="102") from fault


def _moment(text: Any, where: str) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError as fault:
        raise Unreadable(where=where, why="un moment complet est attendu", code="102") from fault
    return found if found.tzinfo else found.replace(tzinfo=_PARIS)
