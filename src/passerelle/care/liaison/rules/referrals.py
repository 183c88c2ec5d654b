"""The states of a referral, and what may follow what."""

from enum import Enum
from types import MappingProxyType
from typing import Final

from passerelle.core.ui.api import Labelled


class Urgency(Labelled):
    """How soon; the value is the FHIR priority."""

    ROUTINE = "routine", "Ordinaire"
    URGENT = "urgent", "Urgent, sous quelques jours"
    ASAP = "asap", "Très urgent, dans la journée"


class ReferralState(Enum):
    """Where a referral stands; `task_status` is the FHIR Task status of each."""

    label: str
    task_status: str

    def __new__(cls, value: str, label: str = "", task_status: str = "") -> "ReferralState":
        member = object.__new__(cls)
        member._value_ = value
        member.label = label
        member.task_status = task_status
        return member

    SENT = "sent", "Envoyé", "requested"
    RECEIVED = "received", "Reçu par le service", "received"
    ACCEPTED = "accepted", "Accepté", "accepted"
    BOOKED = "booked", "Rendez-vous donné", "in-progress"
    REFUSED = "refused", "Refusé", "rejected"
    ANSWERED = "answered", "Réponse envoyée", "completed"
    CANCELLED = "cancelled", "Annulé par le médecin", "cancelled"


_S = ReferralState
#: What a service, or the doctor for `CANCELLED`, may do from each state.
FOLLOWING: Final = MappingProxyType(
    {
        _S.SENT: frozenset({_S.RECEIVED, _S.ACCEPTED, _S.REFUSED, _S.BOOKED, _S.CANCELLED}),
        _S.RECEIVED: frozenset({_S.ACCEPTED, _S.REFUSED, _S.BOOKED, _S.CANCELLED}),
        _S.ACCEPTED: frozenset({_S.BOOKED, _S.REFUSED, _S.ANSWERED, _S.CANCELLED}),
        _S.BOOKED: frozenset({_S.BOOKED, _S.ANSWERED, _S.REFUSED, _S.CANCELLED}),
        _S.REFUSED: frozenset(),
        _S.ANSWERED: frozenset(),
        _S.CANCELLED: frozenset(),
    }
)
OPEN: Final = frozenset({_S.SENT, _S.RECEIVED, _S.ACCEPTED, _S.BOOKED})
#: What must be told with it.
WITH_WORDS: Final = frozenset({_S.REFUSED, _S.CANCELLED, _S.ANSWERED})


def refusal_of(state: ReferralState, wanted: ReferralState, *, note: str, has_appointment: bool) -> str | None:
    """Return why a referral may not go to a state, in French; None when it may."""
    if wanted not in FOLLOWING[state]:
        return f"Un adressage « {state.label} » ne peut pas devenir « {wanted.label} »."
    if wanted in WITH_WORDS and not note.strip():
        return "Donnez les mots que le médecin lira."
    if wanted is _S.BOOKED and not has_appointment:
        return "Donnez la date et l’heure du rendez-vous."
    return None
