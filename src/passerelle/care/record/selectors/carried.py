"""The International Patient Summary as a person carries it away: the same document as `$summary`, as a file."""

from datetime import datetime
from uuid import UUID, uuid4

from passerelle.care.record.rules.ips.document import Frame, summary_document
from passerelle.care.record.selectors.opened import open_record
from passerelle.care.record.selectors.patient_summary import patient_summary
from passerelle.care.record.selectors.store import read
from passerelle.core.access.api import Kind, Viewer
from passerelle.protocols.fhir import api as fhir


def international_summary(viewer: Viewer, person_id: UUID, *, base: str, at: datetime) -> fhir.Json:
    """Return the summary of a record made now, within the viewer's sight; `base` is the address of the interface.

    Raises:
        AccessRefused: the viewer may not read this record.
    """
    opened = open_record(viewer, person_id, kind=Kind.PATIENT, at=at)
    found = patient_summary(opened.sight, opened.files)
    held = (read("Patient", one) for one in opened.files)
    nameless = {"resourceType": "Patient", "id": str(next(iter(opened.files), person_id))}
    patient = next((fhir.loads(one.body) for one in held if one and not one.deleted), nameless)
    return summary_document(Frame(patient, base, at, uuid4()), found.sections, found.others)
