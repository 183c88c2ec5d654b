from passerelle.core.oauth.models.federation import FederatedIdentity

__all__ = ["FederatedIdentity"]

CLASSIFICATION = {
    "FederatedIdentity": {
        "id": "neutral",
        "provider": "neutral",
        "subject": "identifying",
        "account": "identifying",
        "tied_at": "neutral",
        "seen_at": "neutral",
    },
}
