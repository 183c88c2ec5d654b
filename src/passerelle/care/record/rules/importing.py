"""From a line of a file of FHIR resources to a row to load, or to the reason why not. Plain Python."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID

import orjson

from passerelle.care.record.rules.kinds import NOBODY, PATIENT_PATHS
from passerelle.care.record.rules.parameters import SEARCHED
from passerelle.protocols.fhir import api as fhir

#: Types that may be of nobody though they may be of a patient.
MAY_BE_NOBODYS: Final = frozenset({"Device", "Medication", "Provenance"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a resource is in what was given: the file, and its line or entry from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A resource that is not loaded: where it is, which element is wrong, why, and its text."""

    place: Place
    where: str
    why: str
    text: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """A resource to load, whose id is a UUID; its text is the one to store, less the meta of the server."""

    place: Place
    type: str
    id: UUID
    local_identity_id: UUID
    text: bytes
    resource: fhir.Json


def read_line(raw: bytes, place: Place, *, is_checked: bool) -> Incoming | Refused:
    """Return what a line tells; `is_checked` asks that its structure be the standard's.

    An id is a UUID. A resource of a patient names a Patient by `Patient/{uuid}`.
    """
    try:
        resource = fhir.loads(raw)
    except fhir.FhirError as fault:
        return _refused(raw, place, fault.where, fault.why)
    type_ = resource.get("resourceType")
    if not isinstance(type_, str) or type_ not in SEARCHED:
        return _refused(raw, place, "resourceType", "type absent ou non pris en charge")
    if not isinstance(resource.get("meta", {}), dict):
        return _refused(raw, place, f"{type_}.meta", "un objet est attendu")
    if is_checked:
        faults = fhir.check_resource(resource).issues
        if faults:
            return _refused(raw, place, faults[0].expression, faults[0].text)
    id_ = _uuid(resource.get("id"))
    if id_ is None:
        return _refused(raw, place, f"{type_}.id", "un UUID est attendu")
    whose = _whose(type_, id_, resource)
    if whose is None:
        return _refused(
            raw, place, f"{type_}.{PATIENT_PATHS[type_][0]}", "aucun patient n’est désigné par Patient/{uuid}"
        )
    return Incoming(place, type_, id_, whose, raw, resource)


def _refused(raw: bytes, place: Place, where: str, why: str) -> Refused:
    return Refused(place, where, why, raw.decode("utf-8", "replace"))


def _uuid(told: object) -> UUID | None:
    return _parsed(told) if isinstance(told, str) and len(told) == 36 else None


@lru_cache(maxsize=1 << 14)
def _parsed(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _whose(type_: str, id_: UUID, resource: fhir.Json) -> UUID | None:
    if type_ == "Patient":
        return id_
    paths = PATIENT_PATHS[type_]
    for path in paths:
        for node in fhir.walk(resource, fhir.steps(path)):
            target = node.get("reference") if isinstance(node, dict) else None
            if isinstance(target, str) and target.startswith("Patient/"):
                return _uuid(target[8:])
    return NOBODY if not paths or type_ in MAY_BE_NOBODYS else None


def entries_of(raw: bytes) -> Iterator[bytes]:
    """Yield the text of each resource of a Bundle, or of the one resource that a file holds.

    What names another entry by its `urn:uuid` names it by type and id.

    Raises:
        FhirError: it is not JSON, or not an object.
    """
    whole = fhir.loads(raw)
    if whole.get("resourceType") != "Bundle":
        yield raw.strip()
        return
    entries = [one for one in fhir.items(whole.get("entry")) if isinstance(one, dict)]
    addresses = {
        str(one["fullUrl"]): f"{resource.get('resourceType')}/{resource['id']}"
        for one in entries
        if str(one.get("fullUrl", "")).startswith("urn:") and (resource := one.get("resource", {})).get("id")
    }
    for one in entries:
        text = orjson.dumps(one.get("resource"))
        for address, target in addresses.items() if b'"urn:' in text else ():
            text = text.replace(f'"{address}"'.encode(), f'"{target}"'.encode())
        yield text
