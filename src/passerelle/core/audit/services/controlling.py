from datetime import datetime

from passerelle.core.audit.actions import Action, Actor
from passerelle.core.audit.selectors.verification import Verification, verify
from passerelle.core.audit.services.recording import record


def verify_and_note(*, by: Actor | None, at: datetime) -> Verification:
    """Verify the whole journal and write in it what was found."""
    found = verify()
    record(
        Action.AUDIT_VERIFIED,
        by=by,
        at=at,
        target="audit",
        detail={"ok": found.ok, "events": found.events, "first_bad": found.first_bad or ""},
    )
    return found
