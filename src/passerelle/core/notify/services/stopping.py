from datetime import datetime

from django.db import transaction

from passerelle.core.notify.fingerprints import fingerprint
from passerelle.core.notify.models import Channel, Message, State, Stop
from passerelle.core.notify.rules.numbers import ending_of, normal_number


@transaction.atomic
def stop(*, recipient: str, by: str, at: datetime) -> bool:
    """Note that nothing is to leave any more for a number or an address; return False when it was already so.

    What waits for it is not sent. `by` says who told it: « SMS reçu », « lien du courriel », the name of a clerk.

    Raises:
        NotANumber: it is neither an address nor a number.
    """
    channel = Channel.EMAIL if "@" in recipient else Channel.SMS
    normal = recipient.strip() if channel is Channel.EMAIL else normal_number(recipient)
    digest = fingerprint(normal)
    _, is_new = Stop.objects.get_or_create(
        recipient_hash=digest,
        lifted_at=None,
        defaults={"ending": ending_of(normal), "channel": channel, "said_at": at, "said_by": by},
    )
    Message.objects.filter(recipient_hash=digest, state=State.WAITING, passes_stop=False).update(
        state=State.STOPPED, settled_at=at
    )
    return is_new


@transaction.atomic
def lift_stop(*, recipient: str, by: str, at: datetime) -> bool:
    """Let messages leave again for a number or an address; what was not sent meanwhile is not sent late.

    Returns:
        False when nothing held it.

    Raises:
        NotANumber: it is neither an address nor a number.
    """
    normal = recipient.strip() if "@" in recipient else normal_number(recipient)
    return lift_stop_of(digest=fingerprint(normal), by=by, at=at)


@transaction.atomic
def lift_stop_of(*, digest: str, by: str, at: datetime) -> bool:
    """Do the same for a fingerprint: whose number it is needs not be written again."""
    return Stop.objects.filter(recipient_hash=digest, lifted_at=None).update(lifted_at=at, lifted_by=by) > 0
