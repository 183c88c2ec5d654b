from typing import Final

from passerelle.care.consent.models.base import SHARED_FIELDS, Bearer, Choice, ChoiceQuerySet, Withdrawal
from passerelle.care.consent.models.circle import CareTeamMember, Opposition
from passerelle.care.consent.models.followup import Answer, EmergencyReview, NoticeSeen, Question
from passerelle.care.consent.models.people import ProtectedIdentity, Representation, TrustedPerson
from passerelle.care.consent.models.pieces import MaskedDocument, MinorSecret
from passerelle.care.consent.models.relatives import RelativeInvitation

KINDS: Final[dict[str, type[Choice]]] = {
    "careteam": CareTeamMember,
    "opposition": Opposition,
    "masked": MaskedDocument,
    "secret": MinorSecret,
    "trusted": TrustedPerson,
    "representation": Representation,
    "protected": ProtectedIdentity,
}
_WHOM = {"rpps": "identifying", "account_id": "identifying", "establishment": "neutral", "label": "identifying"}
_ACT = {"person_id": "identifying", "at": "neutral", "by_account": "identifying", "by_name": "identifying"}

CLASSIFICATION: dict[str, dict[str, str]] = {
    "Bearer": {"told_for": "identifying", "person_id": "identifying"},
    "Withdrawal": {
        "id": "neutral",
        "choice_id": "neutral",
        "kind": "neutral",
        "person_id": "identifying",
        "at": "neutral",
        "by_account": "identifying",
        "by_name": "identifying",
        "by_role": "neutral",
        "door": "neutral",
    },
    "CareTeamMember": SHARED_FIELDS | _WHOM | {"unit": "neutral", "level": "neutral", "is_main_doctor": "neutral"},
    "Opposition": SHARED_FIELDS | _WHOM | {"scope": "neutral"},
    "MaskedDocument": SHARED_FIELDS | {"document_id": "neutral", "title": "health"},
    "MinorSecret": SHARED_FIELDS | {"item": "health", "item_id": "neutral", "is_noted": "neutral"},
    "TrustedPerson": SHARED_FIELDS
    | {
        "name": "identifying",
        "tie": "identifying",
        "phone": "identifying",
        "email": "identifying",
        "acceptance": "neutral",
    },
    "Representation": SHARED_FIELDS
    | {"representative_id": "identifying", "nature": "neutral", "evidence": "identifying"},
    "ProtectedIdentity": SHARED_FIELDS | {"reason": "health"},
    "EmergencyReview": _ACT | {"id": "neutral", "emergency_id": "neutral", "is_justified": "neutral", "note": "health"},
    "NoticeSeen": {"emergency_id": "neutral", "person_id": "identifying", "at": "neutral"},
    "RelativeInvitation": dict.fromkeys(
        ("id", "made_at", "expires_at", "ends_at", "used_at", "cancelled_at", "failures"), "neutral"
    )
    | dict.fromkeys(("person_id", "name", "code_digest", "by_account"), "identifying"),
    "Question": {
        "id": "neutral",
        "person_id": "identifying",
        "is_report": "neutral",
        "about": "identifying",
        "text": "health",
        "asked_at": "neutral",
        "by_account": "identifying",
        "by_name": "identifying",
    },
    "Answer": {
        "id": "neutral",
        "question": "neutral",
        "text": "health",
        "at": "neutral",
        "by_account": "identifying",
        "by_name": "identifying",
    },
}

__all__ = [
    "CLASSIFICATION",
    "KINDS",
    "Answer",
    "Bearer",
    "CareTeamMember",
    "Choice",
    "ChoiceQuerySet",
    "EmergencyReview",
    "MaskedDocument",
    "MinorSecret",
    "NoticeSeen",
    "Opposition",
    "ProtectedIdentity",
    "Question",
    "RelativeInvitation",
    "Representation",
    "TrustedPerson",
    "Withdrawal",
]
