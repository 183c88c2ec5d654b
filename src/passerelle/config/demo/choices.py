"""What patients of the cast chose: whom they let in, whom they keep out, what they put aside."""

from datetime import datetime
from uuid import UUID

from passerelle.care.consent import api as consent
from passerelle.core.access import api as access
from passerelle.core.audit import api as audit

TOWN_DOCTOR = "medecin-traitant"


def choose_their_doctor(person_id: UUID, account_id: UUID, name: str, *, at: datetime) -> None:
    """Let the patient of the cast choose the town doctor of the cast, as their own doctor."""
    doctor = access.persona_account(TOWN_DOCTOR)
    if doctor is None:
        return
    consent.choose(
        person_id=person_id,
        invitation=consent.Invitation(
            consent.Whom(account_id=doctor.pk), doctor.display_name, consent.Level.ALL_MASKED, is_main_doctor=True
        ),
        by=consent.Voice(audit.Actor(account_id, name, access.Role.PATIENT.value)),
        at=at,
    )
