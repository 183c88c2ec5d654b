"""People who do not exist, on numbers and addresses kept for fiction, and messages to them."""

from datetime import UTC, datetime, timedelta

from passerelle.core.notify import api as notify

#: A Tuesday, 10 h in Paris.
AT = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
#: The same evening, 22 h in Paris.
NIGHT = datetime(2026, 3, 3, 21, 0, tzinfo=UTC)
WORDS = {"place": "aphm", "link": "rappels/r/4F7KQ2M9"}


def number(rank=0):
    return f"063998{rank:04d}"


def awaits(rank=0, **changes):
    """Return a message to the person of this rank."""
    given = {
        "channel": "sms",
        "to": number(rank),
        "template": "something_awaits_sms",
        "words": WORDS,
        "key": f"essai:{rank}",
        "expires_at": AT + timedelta(days=2),
        "establishment": "aphm",
    }
    return notify.Outgoing(**{**given, **changes})
