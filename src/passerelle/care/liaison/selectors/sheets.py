"""Gather what a letter or an answer prints."""

from datetime import datetime
from uuid import UUID

from passerelle.care.identity import api as identity
from passerelle.care.liaison.letters.sheet import Paragraph, Sheet, Signatory, parts_of
from passerelle.care.liaison.models import Discharge, Letter, Referral
from passerelle.care.liaison.rules.content import Content
from passerelle.care.liaison.selectors.doctors import treating_doctor
from passerelle.care.liaison.selectors.patients import facts_of, header_of
from passerelle.core.access.api import Viewer
from passerelle.core.directory import api as directory
from passerelle.core.ui.api import french
from passerelle.protocols.cda import api as cda

LETTER_TITLE = "Lettre de liaison à la sortie"
ANSWER_TITLE = "Réponse à un adressage"
_STAY = "Hospitalisation"


def oid_of(id_: UUID) -> str:
    """Return the OID that a UUID is (ITU-T X.667): unique without any authority."""
    return f"2.25.{id_.int}"


def signatory_of(viewer: Viewer) -> Signatory:
    """Return who signs, by the directory when the account is tied to it, else by the name of the account."""
    known = directory.professional(viewer.professional_rpps) if viewer.professional_rpps else None
    if known is not None:
        return Signatory(viewer.name, known.family_name, known.given_name, known.rpps)
    given, _, family = viewer.name.removeprefix("Dr ").partition(" ")
    return Signatory(viewer.name, family or given, given if family else "")


def sheet_of(
    draft: Letter, discharge: Discharge, content: Content, *, signatory: Signatory, at: datetime, former: Letter | None
) -> Sheet:
    """Return all that the letter of a stay prints, signed at that moment."""
    doctor = treating_doctor(identity.person_of(discharge.local_identity_id), at=at)
    place = directory.establishment(discharge.establishment)
    return Sheet(
        title=LETTER_TITLE,
        unique_id=oid_of(draft.pk),
        patient=header_of(discharge.local_identity_id),
        patient_facts=(*facts_of(discharge.local_identity_id), *_facts_of_stay(discharge, content, doctor)),
        establishment_name=place.name if place else discharge.establishment,
        establishment_finess=place.finess if place else "",
        unit_label=discharge.unit_label,
        addressee=doctor.name if doctor else "",
        signatory=signatory,
        signed_at=at,
        parts=parts_of(content),
        stay=cda.ServiceEvent(discharge.class_code or "IMP", _STAY, discharge.admitted_at, discharge.left_at),
        replaces=oid_of(former.pk) if former else None,
        version=draft.version,
    )


def _facts_of_stay(discharge: Discharge, content: Content, doctor: object) -> tuple[str, ...]:
    start = f"du {french.moment(discharge.admitted_at)} " if discharge.admitted_at else ""
    facts = [f"Séjour {start}au {french.moment(discharge.left_at)}"]
    if discharge.attending:
        facts.append(f"Médecin de l’établissement\u00a0: {discharge.attending}")
    facts.append(f"Médecin traitant\u00a0: {getattr(doctor, 'name', '') or 'non déclaré'}")
    if content.referrer.strip():
        facts.append(f"Adressé par\u00a0: {content.referrer.strip()}")
    return tuple(facts)


def answer_sheet(referral: Referral, words: str, *, signatory: Signatory, document_id: UUID, at: datetime) -> Sheet:
    """Return all that the answer to a referral prints."""
    place = directory.establishment(referral.establishment)
    asked = (f"Adressage du {french.day(referral.asked_at)}, {referral.reason}", referral.question)
    told = tuple(line.strip() for line in words.splitlines() if line.strip())
    return Sheet(
        title=ANSWER_TITLE,
        unique_id=oid_of(document_id),
        patient=header_of(referral.local_identity_id),
        patient_facts=facts_of(referral.local_identity_id),
        establishment_name=place.name if place else referral.establishment,
        establishment_finess=place.finess if place else "",
        unit_label=referral.service_label,
        addressee=referral.asked_by,
        signatory=signatory,
        signed_at=at,
        parts=(
            Paragraph("Votre demande", "42349-1", "Raison de la recommandation", tuple(one for one in asked if one)),
            Paragraph("Notre réponse", "51848-0", "Évaluation", told),
        ),
    )
