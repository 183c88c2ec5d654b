from passerelle.care.consent.models.base import SHARED_FIELDS, Bearer, Choice, ChoiceQuerySet, Withdrawal
from passerelle.care.consent.models.circle import CareTeamMember, Opposition
from passerelle.care.consent.models.people import ProtectedIdentity, Representation, TrustedPerson
from passerelle.care.consent.models.pieces import MaskedDocument, MinorSecret

_WHOM = {"rpps": "identifying", "account_id": "identifying", "establishment": "neutral", "label": "identifying"}

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
}

__all__ = [
    "CLASSIFICATION",
    "Bearer",
    "CareTeamMember",
    "Choice",
    "ChoiceQuerySet",
    "MaskedDocument",
    "MinorSecret",
    "Opposition",
    "ProtectedIdentity",
    "Representation",
    "TrustedPerson",
    "Withdrawal",
]
