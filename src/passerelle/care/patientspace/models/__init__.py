from typing import Final

from passerelle.care.patientspace.models.doors import Invitation
from passerelle.care.patientspace.models.release import Announcement, ReleaseRule
from passerelle.care.patientspace.models.summaries import PlainSummary

__all__ = ["CLASSIFICATION", "Announcement", "Invitation", "PlainSummary", "ReleaseRule"]

CLASSIFICATION: Final = {
    "ReleaseRule": dict.fromkeys(("id", "establishment", "kind", "label", "days"), "neutral"),
    "Announcement": dict.fromkeys(("id", "item_id", "at"), "neutral")
    | dict.fromkeys(("person_id", "by_account", "by_name"), "identifying"),
    "PlainSummary": dict.fromkeys(("id", "document_id", "written_at", "is_validated"), "neutral")
    | dict.fromkeys(("person_id", "written_by", "written_by_name"), "identifying")
    | {"text": "health"},
    "Invitation": dict.fromkeys(
        ("id", "means", "made_at", "establishment", "document", "expires_at", "used_at", "cancelled_at", "failures"),
        "neutral",
    )
    | dict.fromkeys(
        ("person_id", "code_digest", "address", "made_by", "made_by_name", "used_by"),
        "identifying",
    ),
}
