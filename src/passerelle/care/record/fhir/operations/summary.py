"""`Patient/[id]/$summary`: the International Patient Summary. https://hl7.org/fhir/uv/ips/STU1.1/OperationDefinition-summary.html."""

from typing import Final
from uuid import UUID, uuid4

from passerelle.care.record.fhir.operations.everything import base_of, opened_record
from passerelle.care.record.fhir.operations.parameters import Parameter, wrong
from passerelle.care.record.fhir.operations.registry import Call, Json, Operation
from passerelle.care.record.rules.ips.document import IPS, Frame, summary_document
from passerelle.care.record.selectors.patient_summary import patient_summary
from passerelle.care.record.selectors.store import read
from passerelle.protocols.fhir import api as fhir

SUMMARY: Final = Operation(
    "summary",
    "La synthèse médicale internationale d’une personne",
    "http://hl7.org/fhir/uv/ips/OperationDefinition/summary",
    types=("Patient",),
    on_instance=True,
    takes=(Parameter("profile", "uri"),),
)
_PROFILE: Final = f"{IPS}/Bundle-uv-ips"


def summary(call: Call) -> Json:
    """Give a document made now of what the viewer may read, every establishment together; it is not kept."""
    asked = call.asked.text("profile", _PROFILE)
    if asked.partition("|")[0] not in {_PROFILE, f"{IPS}/Composition-uv-ips"}:
        raise wrong(where="profile", why="seule la synthèse internationale (IPS) est faite", code="not-supported")
    patient_id = call.id or UUID(int=0)
    sight, known = opened_record(call, patient_id, f"fhir:Patient/{patient_id}/$summary")
    held = read("Patient", patient_id)
    patient = fhir.loads(held.body) if held else {}
    found = patient_summary(sight, known)
    frame = Frame(patient, base_of(call), call.at, uuid4())
    return summary_document(frame, found.sections, found.others)
