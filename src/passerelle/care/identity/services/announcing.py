"""What others are told when an INS that could be shared no longer can, is another one, or can now be."""

from datetime import datetime

from passerelle.care.identity.models import LocalIdentity
from passerelle.care.identity.services.telling import tell_ins
from passerelle.care.identity.services.trusting import TrustChange


def announce(change: TrustChange, *, cause: str, at: datetime) -> None:
    """Announce an INS withdrawn or changed to every follower (A47), a new one by A31, once for a cause."""
    if change.before == change.after:
        return
    identity = LocalIdentity.objects.get(pk=change.local_identity_id)
    tell_ins(identity, change.before, cause=cause, at=at)
