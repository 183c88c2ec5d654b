"""Whose record an application opens: the packages above know patients, this one asks them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from passerelle.core.access.api import Viewer


@dataclass(frozen=True, slots=True)
class PatientChoice:
    """A patient one may open an application for: the id of the FHIR Patient, the person, and how they are called."""

    patient_id: UUID
    person_id: UUID
    label: str


class Patients(Protocol):
    """What is asked of the packages that know patients."""

    def own(self, person_id: UUID) -> PatientChoice | None:
        """Return a person as a patient; None when no hospital knows them."""
        ...

    def chosen(self, viewer: Viewer, patient_id: UUID, *, at: datetime) -> PatientChoice | None:
        """Return a patient this viewer may open, None when they may not, or nobody is."""
        ...

    def found(self, viewer: Viewer, text: str, *, at: datetime) -> Sequence[PatientChoice]:
        """Return the patients this viewer may open whose name, birth date or number is this."""
        ...

    def user_address(self, *, person_id: UUID | None, rpps: str | None) -> str:
        """Return the FHIR resource that stands for a user (`Patient/…`, `Practitioner/…`), or an empty text."""
        ...


class _Nobody:
    def own(self, person_id: UUID) -> PatientChoice | None:
        del person_id
        return None

    def chosen(self, viewer: Viewer, patient_id: UUID, *, at: datetime) -> PatientChoice | None:
        del viewer, patient_id, at
        return None

    def found(self, viewer: Viewer, text: str, *, at: datetime) -> Sequence[PatientChoice]:
        del viewer, text, at
        return ()

    def user_address(self, *, person_id: UUID | None, rpps: str | None) -> str:
        del person_id, rpps
        return ""


_known: list[Patients] = [_Nobody()]


def register_patients(patients: Patients) -> None:
    """Say who knows patients; called once, from `AppConfig.ready()`."""
    _known[:] = [patients]


def directory_of_patients() -> Patients:
    """Return who knows patients."""
    return _known[0]


def fhir_user(base: str, *, person_id: UUID | None, rpps: str | None) -> dict[str, str]:
    """Return the claim `fhirUser`; nothing when no resource stands for the user."""
    address = directory_of_patients().user_address(person_id=person_id, rpps=rpps)
    return {"fhirUser": f"{base}/{address}"} if address else {}
