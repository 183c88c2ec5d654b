"""Whose record an application may be opened on: what `core.oauth` asks of the package that knows patients."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from passerelle.care.identity import api as identity
from passerelle.care.record.selectors.relations import relation_to
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Viewer
from passerelle.core.oauth.api import PatientChoice


class RecordPatients:
    """Patients as the record knows them: a person's FHIR Patient is that of the establishment met last."""

    def own(self, person_id: UUID) -> PatientChoice | None:
        """Return a person as a patient; None when no hospital knows them."""
        known = identity.local_identities(person_id)
        return _choice(person_id, known[0].id) if known else None

    def chosen(self, viewer: Viewer, patient_id: UUID, *, at: datetime) -> PatientChoice | None:
        """Return a patient this viewer may open, None when they may not, or nobody is."""
        try:
            person_id = identity.person_of(patient_id)
        except LookupError:
            return None
        relation = relation_to(viewer, person_id, at=at)
        may_open = access.allowed(viewer, Kind.PATIENT, Act.READ, relation=relation)
        return _choice(person_id, patient_id) if may_open else None

    def found(self, viewer: Viewer, text: str, *, at: datetime) -> Sequence[PatientChoice]:
        """Return the patients this viewer may open whose name, birth date or number is this."""
        found = []
        for row in identity.search_people(text):
            places = sorted(row.local_identities, key=lambda one: one.establishment not in viewer.establishments)
            choice = self.chosen(viewer, places[0].id, at=at) if places else None
            found += [choice] if choice is not None else []
        return found

    def user_address(self, *, person_id: UUID | None, rpps: str | None) -> str:
        """Return the FHIR resource that stands for a user; professionals have none here yet."""
        del rpps
        own = self.own(person_id) if person_id is not None else None
        return f"Patient/{own.patient_id}" if own is not None else ""


def _choice(person_id: UUID, patient_id: UUID) -> PatientChoice:
    traits = identity.traits(person_id)
    born = f", {traits.birth_date:%d/%m/%Y}" if traits.birth_date else ""
    return PatientChoice(patient_id, person_id, f"{traits.display_name}{born}")
