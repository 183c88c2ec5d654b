"""Header of a CDA document: patient, authors, custodian, act, replaced document."""

from passerelle.protocols.cda.elements import (
    Element,
    attribute,
    child,
    children,
    date_of,
    instance_id,
    moment_of,
    text_of,
)
from passerelle.protocols.cda.model import Author, InstanceId, Organisation, PatientHeader, ServiceEvent


def patient_of(root: Element) -> PatientHeader:
    """Return the patient, from the first record target."""
    role = child(root, "recordTarget", "patientRole")
    person = child(role, "patient")
    name = child(person, "name")
    identifiers = (instance_id(node) for node in children(role, "id"))
    return PatientHeader(
        identifiers=tuple(found for found in identifiers if found),
        birth_name=_part(name, "family", "BR") or _part(name, "family", ""),
        used_name=_part(name, "family", "CL"),
        given_names=_given(name),
        birth_date=date_of(child(person, "birthTime")),
        sex=attribute(child(person, "administrativeGenderCode"), "code") or "U",
        birth_place=text_of(child(person, "birthplace", "place", "addr", "county")),
    )


def _part(name: Element | None, tag: str, qualifier: str) -> str:
    found = (node for node in children(name, tag) if attribute(node, "qualifier") == qualifier)
    return text_of(next(found, None))


def _given(name: Element | None) -> tuple[str, ...]:
    listed = _part(name, "given", "") or _part(name, "given", "BR") or _part(name, "given", "CL")
    return tuple(listed.split())


def authors_of(root: Element) -> tuple[Author, ...]:
    """Return the authors: persons by their name, devices by that of their software."""
    return tuple(_author(node) for node in children(root, "author"))


def _author(node: Element) -> Author:
    assigned = child(node, "assignedAuthor")
    name = child(assigned, "assignedPerson", "name")
    device = text_of(child(assigned, "assignedAuthoringDevice", "softwareName"))
    return Author(
        identifier=instance_id(child(assigned, "id")),
        family=text_of(child(name, "family")) or device,
        given=text_of(child(name, "given")),
        role=attribute(child(assigned, "code"), "displayName"),
        organisation=text_of(child(assigned, "representedOrganization", "name")),
        at=moment_of(child(node, "time")),
    )


def custodian_of(root: Element) -> Organisation | None:
    """Return the organisation that keeps the document."""
    node = child(root, "custodian", "assignedCustodian", "representedCustodianOrganization")
    name = text_of(child(node, "name"))
    identifier = instance_id(child(node, "id"))
    return Organisation(identifier, name) if name or identifier else None


def service_event_of(root: Element) -> ServiceEvent | None:
    """Return the main act, that of the first documentationOf."""
    node = child(root, "documentationOf", "serviceEvent")
    if node is None:
        return None
    code = child(node, "code")
    period = child(node, "effectiveTime")
    return ServiceEvent(
        code=attribute(code, "code"),
        display=attribute(code, "displayName"),
        start=moment_of(child(period, "low")) or moment_of(period),
        end=moment_of(child(period, "high")),
    )


def replaced_by(root: Element) -> InstanceId | None:
    """Return the identifier of the document this one replaces (relatedDocument RPLC)."""
    for node in children(root, "relatedDocument"):
        if attribute(node, "typeCode") == "RPLC":
            return instance_id(child(node, "parentDocument", "id"))
    return None
