"""Messages of the demonstration: teams that promise a delay, threads answered, waiting, late. Fictitious."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from passerelle.care.consent import api as consent
from passerelle.care.messaging import api as messaging
from passerelle.core.access import api as access
from passerelle.core.access.api import Role

_TEMPLATES: Final = {
    "Bien reçu": "Bonjour,\n\nNous avons bien reçu votre message. Nous vous répondons très bientôt.",
    "Appelez-nous": "Bonjour,\n\nCette question se règle mieux de vive voix. Appelez le secrétariat, de 9 h à 17 h.",
    "Ordonnance prête": "Bonjour,\n\nVotre ordonnance est prête. Elle vous attend au secrétariat.",
}
_ABOUT: Final = "Une question sur vos soins, un document, un rendez-vous. Réponse d’un soignant."
_PATIENT, _CLINICIAN = "patient", "clinicien"
#: Subject, question, how many hours ago, the answer or "".
_SAID: Final[Sequence[tuple[str, str, int, str]]] = (
    (
        "Mon pansement",
        "Bonjour, puis-je prendre une douche avec mon pansement ? Merci.",
        30,
        "Bonjour, oui, dès demain. Séchez doucement autour, sans frotter. S’il se décolle, venez le refaire.",
    ),
    ("Ma lettre de sortie", "Bonjour, ma pharmacie demande la lettre de sortie. Où la trouver ?", 5, ""),
    ("Reprise du sport", "Bonjour, quand puis-je reprendre la marche en montagne ?", 60, ""),
)


def exchange_messages(*, at: datetime) -> None:
    """Declare the teams, let the patient of the cast write, and its clinician answer once; or do nothing."""
    patient, clinician = access.persona_account(_PATIENT), access.persona_account(_CLINICIAN)
    if patient is None or clinician is None or patient.person_id is None:
        return
    card = messaging.TeamCard(
        code="soins-aphm",
        establishment="aphm",
        name="Équipe de soins (fictive)",
        about=_ABOUT,
        email="equipe@exemple.invalid",
        escalation_email="cadre@exemple.invalid",
        templates=_TEMPLATES,
    )
    _write(patient, clinician, messaging.load_team(card=card, members=[clinician.pk]), at)


def _write(patient: access.Account, clinician: access.Account, team_id: UUID, at: datetime) -> None:
    own = access.viewer_of(patient, on=at.date(), second_factor=True)
    doctor = access.viewer_of(clinician, on=at.date(), second_factor=True)
    if not own.has(Role.PATIENT) or own.person_id is None or messaging.threads(own, own.person_id, at=at):
        return
    who = consent.acting_as(own, "", at=at)
    if team_id not in {team.id for team in messaging.teams_for(who, at=at)}:
        return
    for subject, question, hours, answer in _SAID:
        written_at = at - timedelta(hours=hours)
        letter = messaging.Letter(text=question, subject=subject)
        thread_id = messaging.open_thread(who=who, team_id=team_id, letter=letter, is_secret=False, at=written_at)
        if answer:
            answered_at = written_at + timedelta(hours=4)
            messaging.answer(viewer=doctor, thread_id=thread_id, text=answer, is_last=False, at=answered_at)
    messaging.escalate(at=at)
