from collections.abc import Sequence

from passerelle.core.notify.fingerprints import fingerprint
from passerelle.core.notify.models import WAITING_OR_LEAVING, Message, State, Stop
from passerelle.core.notify.outgoing import Followed
from passerelle.core.notify.rules.numbers import NotANumber, normal_number


def followed(keys: Sequence[str]) -> dict[str, Followed]:
    """Return where each message is, by key; one that the queue never took is absent. One query."""
    rows = Message.objects.filter(key__in=keys).values_list("key", "state", "reason", "settled_at", "created_at")
    pending = set(WAITING_OR_LEAVING)
    return {
        key: Followed(key, state, State(state).label, reason, settled_at or created_at, state not in pending)
        for key, state, reason, settled_at, created_at in rows
    }


def has_stopped(recipient: str) -> bool:
    """Tell whether nothing may leave for this number (as people write it) or this address."""
    return bool(stopped_among([recipient]))


def stopped_among(recipients: Sequence[str]) -> set[str]:
    """Return those of these numbers and addresses that said STOP, as they were given. One query."""
    by_hash: dict[str, set[str]] = {}
    for recipient in recipients:
        by_hash.setdefault(fingerprint(_normal(recipient)), set()).add(recipient)
    said = Stop.objects.filter(recipient_hash__in=list(by_hash), lifted_at=None).values_list(
        "recipient_hash", flat=True
    )
    return {recipient for one in said for recipient in by_hash[one]}


def _normal(recipient: str) -> str:
    if "@" in recipient:
        return recipient
    try:
        return normal_number(recipient)
    except NotANumber:
        return recipient
