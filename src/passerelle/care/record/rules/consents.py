"""What a patient said of the national record (ZFA): whether it may be fed, whether it may be consulted.

Source: IHE PAM France 2.11, segment ZFA (fields 9 to 12); CSP, art. L. 1111-14 and following.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from msgspec import Struct

from passerelle.protocols import pamfr

FEEDING: Final = "feeding"
CONSULTATION: Final = "consultation"
LABELS: Final = {
    FEEDING: "Envoi de documents dans Mon espace santé",
    CONSULTATION: "Consultation de Mon espace santé par l’établissement",
}
_PERMITTED: Final = {"INO": True, "IO": False, "IC": True, "INC": False}


class Choice(Struct, frozen=True):
    """One choice of the patient in one establishment; `at` is when it was collected."""

    subject: str
    is_permitted: bool
    at: datetime


def choices_of(consents: pamfr.DmpConsents, *, told_at: datetime) -> Iterator[Choice]:
    """Yield what was asked of the patient and answered; NA (not asked) tells nothing."""
    for subject, answer, at in (
        (FEEDING, consents.feeding, consents.feeding_at),
        (CONSULTATION, consents.consultation, consents.consultation_at),
    ):
        if answer in _PERMITTED:
            yield Choice(subject, _PERMITTED[answer], at or told_at)
