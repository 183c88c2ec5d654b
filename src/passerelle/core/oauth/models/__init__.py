from passerelle.core.oauth.models.applications import Declaration, ProofMeans, Purpose, UsedAssertion
from passerelle.core.oauth.models.authorisations import Authorisation, LaunchTicket, TokenTie
from passerelle.core.oauth.models.federation import FederatedIdentity
from passerelle.core.oauth.models.sent_codes import ContactFactor, SentCode

__all__ = [
    "Authorisation",
    "ContactFactor",
    "Declaration",
    "FederatedIdentity",
    "LaunchTicket",
    "ProofMeans",
    "Purpose",
    "SentCode",
    "TokenTie",
    "UsedAssertion",
]


def _neutral(*fields: str) -> dict[str, str]:
    return dict.fromkeys(fields, "neutral")


def _identifying(*fields: str) -> dict[str, str]:
    return dict.fromkeys(fields, "identifying")


CLASSIFICATION = {
    "FederatedIdentity": _neutral("id", "provider", "tied_at", "seen_at") | _identifying("subject", "account"),
    "Declaration": _neutral(
        *("id", "application", "establishment", "purpose", "proof_means", "description", "scopes", "keys"),
        *("launch_address", "declared_at", "approved_at", "expires_on", "revoked_at"),
    )
    | _identifying("contact", "declared_by", "approved_by"),
    "ContactFactor": _neutral("channel", "confirmed_at") | _identifying("account", "address"),
    "SentCode": _neutral("id", "channel", "digest", "sent_at", "expires_at", "used_at", "failures")
    | _identifying("account", "address"),
    "UsedAssertion": _neutral("id", "application", "jti_digest", "expires_at"),
    "Authorisation": _neutral(
        *("id", "application", "scopes", "practice_role", "practice_place", "code_digest", "code_used_at"),
        *("allowed_at", "withdrawn_at"),
    )
    | _identifying("account", "patient_id", "person_id", "encounter_id"),
    "TokenTie": _neutral("id", "token", "authorisation"),
    "LaunchTicket": _neutral("digest", "application", "expires_at", "used_at")
    | _identifying("account", "patient_id", "person_id", "encounter_id"),
}
