"""Documents that come from town: uploaded by the doctor, or found in a mail; checked before anything is kept."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction

from passerelle.care.identity import api as identity
from passerelle.care.liaison.rules.matching import Candidate, whose
from passerelle.care.liaison.rules.uploads import Fit, UnfitFile, examine
from passerelle.care.liaison.selectors.guarding import check
from passerelle.care.liaison.selectors.patients import best_local
from passerelle.care.liaison.selectors.sheets import oid_of
from passerelle.care.liaison.services.storing import Paper, Piece, store
from passerelle.core.access.api import Act, Kind, Viewer

SOURCE: Final = "liaison"
#: Types of outpatient report that the form offers: LOINC code and French label.
TYPES: Final = (
    ("11488-4", "Compte rendu de consultation"),
    ("11502-2", "Compte rendu d’examens biologiques"),
    ("18748-4", "Compte rendu d’imagerie"),
    ("60591-5", "Volet médical de synthèse"),
    ("57833-6", "Ordonnance"),
    ("34109-9", "Autre document"),
)
LABELS: Final = dict(TYPES)


@dataclass(frozen=True, slots=True)
class Told:
    """What the doctor says of a file: its type (LOINC), its title, and the day it was made."""

    code: str
    title: str
    made_on: date


@transaction.atomic
def add_report(*, person_id: UUID, content: bytes, told: Told, by: Viewer, at: datetime) -> UUID:
    """Put a report of the town in the record of a patient; return its document.

    Raises:
        AccessRefused: the patient did not choose this doctor.
        UnfitFile: the file cannot be kept; `why` says it. Nothing is stored.
    """
    check(by, Kind.DOCUMENT, Act.CREATE, person_id=person_id, establishment="", target=f"patient:{person_id}", at=at)
    fit = examine(content)
    _refuse_another_patient(fit, person_id)
    local = best_local(person_id)
    created_at = datetime.combine(told.made_on, at.timetz())
    return store(
        _paper(
            fit, told.code, told.title, local, author=by.name, rpps=by.professional_rpps or "", created_at=created_at
        ),
        at=at,
        source=SOURCE,
    )


def file_from_mail(*, fit: Fit, local: identity.LocalIdentityRef, author: str, source: str, at: datetime) -> UUID:
    """Put a document of a mail in a file that was chosen by its INS, or by a person, in the caller's transaction."""
    document = fit.document
    code = document.code if document else "34109-9"
    title = (document.title if document else "") or LABELS.get(code, "Document reçu du médecin de ville")
    created_at = (document.effective_at if document else None) or at
    return store(_paper(fit, code, title, local, author=author, rpps="", created_at=created_at), at=at, source=source)


def candidates_for(matricule: str) -> list[Candidate]:
    """Return the patients who bear a matricule, with their strict traits."""
    return [
        Candidate(
            person_id=row.person_id,
            matricule=row.traits.ins_matricule,
            birth_name=row.traits.birth_name,
            given_names=row.traits.given_names or (row.traits.first_given,),
            birth_date=row.traits.birth_date,
            sex=row.traits.sex,
        )
        for row in identity.search_people(matricule)
        if row.traits.ins_matricule == matricule
    ]


def _refuse_another_patient(fit: Fit, person_id: UUID) -> None:
    """A CDA that names somebody else is not this patient's, whatever page it was sent from."""
    document = fit.document
    if document is None or not document.patient.identifiers:
        return
    traits = identity.traits(person_id)
    own = Candidate(
        person_id, traits.ins_matricule, traits.birth_name, traits.given_names, traits.birth_date, traits.sex
    )
    verdict = whose(document.patient, [own])
    if verdict.person_id is None and traits.ins_matricule:
        raise UnfitFile(f"ce CDA n’est pas celui de ce patient\u00a0: {verdict.why}")


def _paper(  # noqa: PLR0913 - what a document says, each named at the call
    fit: Fit, code: str, title: str, local: identity.LocalIdentityRef, *, author: str, rpps: str, created_at: datetime
) -> Paper:
    document_id = uuid4()
    unique = str(fit.document.unique_id).replace("^", ".") if fit.document else oid_of(document_id)
    display = LABELS.get(code, title)
    return Paper(
        id=document_id,
        local_identity_id=local.id,
        establishment=local.establishment,
        code=code,
        display=display,
        title=title,
        author=author,
        author_rpps=rpps,
        pieces=(Piece(fit.mime, fit.content),),
        unique_id=unique,
        created_at=created_at,
        comes_from_town=True,
    )
