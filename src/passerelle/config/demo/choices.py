"""What patients of the cast chose: whom they let in, whom they keep out, what they put aside; who broke the glass."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.config.demo.personas import CLOSED_TO, shown_name
from passerelle.config.demo.shapes import Person
from passerelle.core.access import api as access
from passerelle.core.access.api import Relation, Role
from passerelle.core.audit import api as audit
from passerelle.core.directory import api as directory

TOWN_DOCTOR, OTHER_CLINICIAN = "medecin-traitant", "medecin-autre"
_A_SEASON = timedelta(days=90)
_RECENT, _LATE = timedelta(days=2), timedelta(days=9)


def voice_of(account_id: UUID, name: str) -> consent.Voice:
    """Return a patient of the cast who speaks for themselves."""
    return consent.Voice(audit.Actor(account_id, f"{name} (fictif)", Role.PATIENT.value))


def choose_their_doctor(person_id: UUID, account_id: UUID, name: str, *, at: datetime) -> None:
    """Let the patient of the cast choose the town doctor of the cast, as their own doctor."""
    doctor = access.persona_account(TOWN_DOCTOR)
    if doctor is None:
        return
    whom = consent.Whom(rpps=doctor.professional_id or "", account_id=doctor.pk)
    invitation = consent.Invitation(whom, doctor.display_name, consent.Level.ALL_MASKED, is_main_doctor=True)
    with once():
        consent.choose(person_id=person_id, invitation=invitation, by=voice_of(account_id, name), at=at)


def decide(person: Person, account_id: UUID, *, at: datetime) -> None:
    """Give the patient of the cast a team that ends, an opposition, a masked document, an emergency to review."""
    by = voice_of(account_id, shown_name(person))
    _choose_for_a_season(person, by, at)
    _refuse_a_hospital(person, by, at)
    document = record.search("DocumentReference", {}, local_identity_ids=_files(person.id), count=1).rows
    if document:
        with once():
            title = next(one.title for one in _documents(person.id, account_id, at) if one.id == document[0].id)
            consent.mask_document(person_id=person.id, document_id=document[0].id, title=title, by=by, at=at)
    break_the_glass(person.id, "Amenée par le SAMU, ne peut pas s’exprimer", at=at - _RECENT)


def _documents(person_id: UUID, account_id: UUID, at: datetime) -> list[record.DocumentRow]:
    own = access.Viewer(account_id, assignments=frozenset({(Role.PATIENT, None)}), person_id=person_id)
    return record.documents(own, person_id, at=at)


def _files(person_id: UUID) -> list[UUID]:
    return [one.id for one in identity.local_identities(person_id)]


def _choose_for_a_season(person: Person, by: consent.Voice, at: datetime) -> None:
    elsewhere = next((row.code for row in directory.establishments() if row.code not in person.files), "")
    doctors = directory.professionals(establishment_code=elsewhere, profession="Médecin", limit=1)
    for doctor in doctors:
        end = consent.end_of_day(timezone.localdate(at + _A_SEASON))
        with once():
            invitation = consent.Invitation(consent.Whom(rpps=doctor.rpps), doctor.name, consent.Level.ALL, end)
            consent.choose(person_id=person.id, invitation=invitation, by=by, at=at)


def _refuse_a_hospital(person: Person, by: consent.Voice, at: datetime) -> None:
    """Oppose to the last hospital that knows nothing of this person, and is not where the glass is broken."""
    others = [row for row in directory.establishments() if row.code not in {*person.files, CLOSED_TO}]
    if others:
        place = others[-1]
        with once():
            consent.oppose(
                person_id=person.id,
                scope=consent.Scope.ESTABLISHMENT,
                whom=consent.Whom(establishment=place.code),
                label=place.name,
                by=by,
                at=at,
            )


def break_the_glass(person_id: UUID, reason: str, *, at: datetime) -> None:
    """Let the clinician of another hospital open this record in an emergency, once."""
    account = access.persona_account(OTHER_CLINICIAN)
    if account is None or access.emergencies(person_id=person_id):
        return
    viewer = access.viewer_of(account, on=timezone.localdate(at), second_factor=True)
    access.open_emergency_access(
        viewer=viewer,
        person_id=person_id,
        reason=access.Urgency(reason, "unconscious"),
        relation=Relation.TERRITORY,
        at=at,
    )


def late(at: datetime) -> datetime:
    """Return a moment whose emergencies are late of a review."""
    return at - _LATE


@contextmanager
def once() -> Iterator[None]:
    """Leave as it is what was decided by a building that was interrupted."""
    with suppress(consent.AlreadyChosen):
        yield
