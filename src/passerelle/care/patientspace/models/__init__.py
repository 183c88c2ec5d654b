from typing import Final

from passerelle.care.patientspace.models.doors import Invitation

__all__ = ["CLASSIFICATION", "Invitation"]

CLASSIFICATION: Final = {
    "Invitation": dict.fromkeys(
        ("id", "means", "made_at", "establishment", "document", "expires_at", "used_at", "cancelled_at", "failures"),
        "neutral",
    )
    | dict.fromkeys(
        ("person_id", "code_digest", "address", "made_by", "made_by_name", "used_by"),
        "identifying",
    ),
}
