import hashlib
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


def note_token_refused(*, client_id: str, why: str, at: datetime) -> None:
    """Leave the event of a token that was not given; the name of the application is what the caller says it is."""
    digest = hashlib.sha256(client_id.encode()).hexdigest()[:16]
    audit.record(
        audit.Action.TOKEN_REFUSED,
        by=_UNKNOWN,
        at=at,
        target=f"client:{digest}",
        outcome="denied",
        detail={"why": why[:60]},
    )
