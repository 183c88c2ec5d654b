from datetime import datetime

from passerelle.core.audit import api as audit

_UNKNOWN = audit.Actor(account_id=None, name="Inconnu")


def note_failure(*, provider: str, why: str, at: datetime) -> None:
    """Leave the event of a sign-in that a provider's answer did not open; it names nobody."""
    audit.record(
        audit.Action.SIGN_IN_FAILED,
        by=_UNKNOWN,
        at=at,
        target=f"provider:{provider}",
        outcome="denied",
        detail={"why": why[:200]},
    )
