"""What a message wrote in the record, for the page of that message: looked for among the patient's own rows."""

from collections.abc import Iterator
from uuid import UUID

from django.urls import reverse

from passerelle.care.exchange.api import Effect, Inbound, ask
from passerelle.care.identity import api as identity
from passerelle.core.access.api import Kind
from passerelle.protocols import pamfr

_LABELS = {
    "Patient": "Fiche du patient",
    "Encounter": "Séjour",
    "DocumentReference": "Document",
    "Observation": "Résultat",
    "Appointment": "Rendez-vous",
    "Consent": "Choix du patient",
}
_ICONS = {"Patient": "person", "Encounter": "stay", "Observation": "measure", "Appointment": "calendar"}
_WRITTEN = """
    SELECT type, id, version, true, deleted FROM record_resource
    WHERE local_identity_id = ANY(%s) AND source = %s
    UNION ALL
    SELECT old.type, old.id, old.version, false, old.deleted
    FROM record_resource now JOIN record_version old
      ON old.local_identity_id = now.local_identity_id AND old.type = now.type AND old.id = now.id
    WHERE now.local_identity_id = ANY(%s) AND old.source = %s
    ORDER BY 1, 2, 3 LIMIT 200
"""


def effects(inbound: Inbound) -> Iterator[Effect]:
    """Yield each version of a resource that this message wrote."""
    event = inbound.event
    if isinstance(event, pamfr.StructureEvent | pamfr.BusinessAckEvent):
        return
    patient = identity.locate_patient(event.patient, establishment=inbound.establishment)
    if patient is None:
        return
    mine, source = [one.id for one in patient.known], str(inbound.message_id)
    for type_, id_, version, is_current, is_deleted in ask(_WRITTEN, [mine, source, mine, source]):
        state = "supprimée" if is_deleted else "en vigueur" if is_current else "remplacée depuis"
        url, kind = _link(type_, id_, patient.reference.person_id)
        yield Effect(
            title=f"{_LABELS.get(type_, type_)}, version {version}",
            text=f"{state}, {type_}/{id_}",
            icon=_ICONS.get(type_, "document"),
            url=url,
            kind=kind,
        )


def _link(type_: str, id_: UUID, person_id: UUID) -> tuple[str, Kind]:
    if type_ == "DocumentReference":
        return reverse("record:document", args=[id_]), Kind.DOCUMENT
    return reverse("record:timeline", args=[person_id]), Kind.PATIENT
