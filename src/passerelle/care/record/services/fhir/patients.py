"""Patients written by FHIR: made through identity, changed in what identity does not settle."""

from uuid import UUID

from passerelle.care.identity import api as identity
from passerelle.care.record.rules.patient_told import changed_traits, patient_told
from passerelle.care.record.rules.visibility import places_of, source_of
from passerelle.care.record.rules.writes import Asked, refused
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.sight import Sight
from passerelle.care.record.services.fhir.deciding import Permission
from passerelle.care.record.services.fhir.held import Key
from passerelle.care.record.services.fhir.storing import Draft
from passerelle.core.access.api import Act
from passerelle.core.directory import api as directory
from passerelle.protocols import pamfr
from passerelle.protocols.fhir import api as fhir


def open_file(asked: Asked, sight: Sight) -> UUID:
    """Make the local identity that a Patient tells of, at the writer's establishment; return its id.

    Raises:
        WriteRefused: it has no number of that establishment, or a file has it already; the writer has no establishment.
    """
    resource = asked.written.resource if asked.written else {}
    mine = places_of(sight.viewer)
    if len(mine) != 1:
        raise refused(422, "business-rule", "on n’ouvre un dossier que pour son établissement", "Patient")
    (establishment,) = mine
    Permission(sight).open_file()
    patient = patient_told(resource)
    if patient.ipp is None:
        raise refused(422, "required", "l’IPP de l’établissement est attendu (type PI)", "Patient.identifier")
    _check_owner(patient, establishment)
    if identity.locate(patient, establishment=establishment) is not None:
        raise refused(409, "duplicate", "un dossier porte déjà ce numéro", "Patient.identifier")
    return identity.resolve(patient, establishment=establishment, at=sight.at, source=source_of(sight.viewer)).id


def _check_owner(patient: pamfr.Patient, establishment: str) -> None:
    ipp = patient.ipp
    owner = directory.establishment_of_authority(ipp.namespace, ipp.universal_id) if ipp else None
    if owner not in {None, establishment}:
        raise refused(422, "business-rule", "ce numéro est celui d’un autre établissement", "Patient.identifier")


class PatientFile:
    """The Patients of one transaction."""

    def __init__(self, sight: Sight, permission: Permission) -> None:
        self._sight, self._permission = sight, permission

    def draft(
        self, key: Key, before: StoredResource | None, written: fhir.Written, references: tuple[fhir.Json, ...]
    ) -> Draft:
        """Return the draft of a Patient of a local identity that exists.

        Raises:
            WriteRefused: there is no such local identity, or its traits are changed here.
            NotAllowed: the decision refuses.
        """
        establishment = before.establishment if before else self._sight.place_of(key[1])
        if not establishment:
            raise refused(405, "not-supported", "un dossier s’ouvre par POST Patient, l’identité donne son id")
        draft = Draft(key, written, None, key[1], establishment, before, references)
        self._permission.ask(draft.candidate(self._sight), before, Act.UPDATE if before else Act.CREATE)
        traits = changed_traits(fhir.loads(before.body), written.resource) if before else []
        if traits:
            why = "les traits d’identité se changent par les messages de l’établissement ou par l’identitovigilance"
            raise refused(422, "business-rule", why, f"Patient.{traits[0]}")
        return draft
