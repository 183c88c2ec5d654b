"""The link with town in the demonstration: patients of the town doctor, letters in every state, a referral, a mail."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage

from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.delivery import api as delivery
from passerelle.care.liaison import api as liaison
from passerelle.care.record import api as record
from passerelle.config.demo.choices import TOWN_DOCTOR
from passerelle.core.access import api as access
from passerelle.core.access.api import Role, Viewer
from passerelle.core.audit import api as audit

_PLACE, _CLINICIAN = "aphm", "clinicien"
_PATIENTS = 8
_MAILBOX = "lettres@aphm.mssante.invalid"
_FICTION = "Texte fictif, pour la démonstration."


def link_with_town(*, at: datetime) -> int:
    """Give the town doctor of the cast patients who have just left hospital, and what passes between them.

    Nothing is planted twice: return how many letters were signed now.
    """
    doctor, clinician = _viewer(TOWN_DOCTOR, at), _viewer(_CLINICIAN, at)
    if doctor is None or clinician is None:
        return 0
    liaison.follow(at=at)
    waiting = [one for one in liaison.letters_to_write([_PLACE], at=at) if not one.draft_by][:_PATIENTS]
    for one in waiting:
        _choose(one, doctor, at - timedelta(days=60))
    liaison.set_correspondence(
        mailbox="colette.mistral@medecin.mssante.invalid", notice_address="", wants_notices=False, by=doctor, at=at
    )
    signed = _letters(waiting, clinician, doctor, at)
    if waiting:
        _referrals(waiting, doctor, clinician, at)
    _mail(at)
    liaison.follow(at=at)
    return signed


def _choose(one: liaison.ToWrite, doctor: Viewer, at: datetime) -> None:
    whom = consent.Whom(rpps=doctor.professional_rpps or "", account_id=doctor.account_id)
    invitation = consent.Invitation(whom, doctor.name, consent.Level.ALL, is_main_doctor=True)
    with suppress(consent.AlreadyChosen):
        voice = consent.Voice(audit.Actor(None, f"{one.name} (fictif)", Role.PATIENT.value))
        consent.choose(person_id=one.person_id, invitation=invitation, by=voice, at=at)


def _letters(waiting: list[liaison.ToWrite], clinician: Viewer, doctor: Viewer, at: datetime) -> int:
    """Sign three letters on their day, one read, one unread for days; leave a draft, and others that are late."""
    signed = 0
    for rank, one in enumerate(waiting[:4]):
        begun = max(one.left_at + timedelta(hours=1), at - timedelta(days=25))
        draft = liaison.save_draft(
            stay_id=one.stay_id, content=_words(is_whole=rank < 3), seen_at=None, by=clinician, at=begun
        )
        if rank == 3:
            break
        letter = liaison.sign_letter(
            stay_id=one.stay_id, seen_at=draft.changed_at, by=clinician, at=begun + timedelta(minutes=20)
        )
        signed += 1
        if rank == 0 and letter.document_id is not None:
            record.open_document(doctor, letter.document_id, at=begun + timedelta(hours=5))
    return signed


def _words(*, is_whole: bool) -> liaison.Content:
    whole = liaison.Content(
        texts={
            "admission_mode": "Programmée.",
            "discharge_mode": "Retour à domicile.",
            "reason": f"Bilan d’une douleur thoracique. {_FICTION}",
            "summary": "Pas de syndrome coronarien. Épreuve d’effort normale. Traitement de la tension adapté.",
            "results": "Troponine normale à deux reprises. LDL 1,45 g/L.",
            "follow_up": "Tension à domicile pendant une semaine, puis consultation chez vous à un mois.",
            "pending": "Dosage de la vitamine D, rendu sous une semaine.",
        },
        answers={
            "adverse_events": liaison.Answer.NO,
            "resistant_germs": liaison.Answer.NO,
            "blood_products": liaison.Answer.NO,
            "implants": liaison.Answer.NO,
            "pending": liaison.Answer.YES,
        },
        treatments=(
            liaison.Treatment("Amlodipine 5 mg", liaison.Change.STARTED, "1 le matin", "3 mois", "Tension élevée"),
            liaison.Treatment("Ibuprofène 400 mg", liaison.Change.STOPPED, reason="Fait monter la tension"),
        ),
    )
    return whole if is_whole else replace(whole, texts={"reason": whole.texts["reason"]}, treatments=())


def _referrals(waiting: list[liaison.ToWrite], doctor: Viewer, clinician: Viewer, at: datetime) -> None:
    """Leave a referral that waits, and one that has its appointment."""
    asked = liaison.Asked(
        establishment=_PLACE,
        unit_code="",
        service_label="Cardiologie",
        urgency=liaison.Urgency.URGENT,
        reason=f"Douleur thoracique d’effort depuis un mois. {_FICTION}",
        question="Une épreuve d’effort est-elle possible cette semaine\u202f?",
    )
    liaison.ask_referral(person_id=waiting[0].person_id, asked=asked, by=doctor, at=at - timedelta(hours=5))
    if len(waiting) > 1:
        calm = replace(asked, service_label="Pneumologie", urgency=liaison.Urgency.ROUTINE)
        other = liaison.ask_referral(person_id=waiting[1].person_id, asked=calm, by=doctor, at=at - timedelta(days=3))
        told = liaison.Told("Venir avec les anciens clichés.", at + timedelta(days=12), "Consultations, premier étage")
        liaison.move_referral(
            referral_id=other.pk, to=liaison.ReferralState.BOOKED, told=told, by=clinician, at=at - timedelta(days=1)
        )


def _mail(at: datetime) -> None:
    """Leave a mail that no one can file for sure: a letter without INS."""
    mail = EmailMessage()
    mail["From"] = "secretariat@cabinet-fictif.mssante.invalid"
    mail["Subject"] = "Compte rendu (fictif)"
    mail.set_content("Bonjour, veuillez trouver un compte rendu. Message fictif de démonstration.")
    liaison.take_mail(
        raw=mail.as_bytes(), mailbox=delivery.MailboxRow("", _PLACE, _MAILBOX), at=at - timedelta(hours=7)
    )


def _viewer(code: str, at: datetime) -> Viewer | None:
    account = access.persona_account(code)
    on: date = timezone.localdate(at)
    return access.viewer_of(account, on=on, second_factor=True) if account else None
