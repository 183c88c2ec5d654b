"""What becomes of an item after a try."""

import enum
from dataclasses import dataclass
from typing import assert_never


class Verdict(enum.Enum):
    """What a destination answered, or that it did not.

    NOT_SENT: provably nothing reached it. UNANSWERED: all of it may have arrived. LATER: it asks to be sent the same
    again. REFUSED: the content has to be corrected.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    NOT_SENT = "not_sent"
    UNANSWERED = "unanswered"


class Fate(enum.Enum):
    """Where the item goes: settled, kept for a person, or tried again."""

    DELIVERED = "delivered"
    FAILED = "failed"
    AMBIGUOUS = "ambiguous"
    AGAIN = "again"


class LineEffect(enum.Enum):
    """What the try says of the destination itself: it works; it struggles; it cannot be reached for now."""

    HEALTHY = "healthy"
    STRUGGLES = "struggles"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Next:
    """`delays_item`: this item waits on its own, so that one which upsets its receiver does not stop the others."""

    fate: Fate
    line: LineEffect
    delays_item: bool = False


def what_next(verdict: Verdict, *, is_idempotent: bool, attempts: int, most_attempts: int) -> Next:
    """Decide after a try; `is_idempotent` is what the destination's contract promises on a repeated message.

    What was never sent is tried for ever, and keeps its place. An unanswered item is sent again only to an idempotent
    destination. An item that a destination keeps putting off ends as a dead letter after `most_attempts`.
    """
    match verdict:
        case Verdict.ACCEPTED:
            return Next(Fate.DELIVERED, LineEffect.HEALTHY)
        case Verdict.REFUSED:
            return Next(Fate.FAILED, LineEffect.HEALTHY)
        case Verdict.NOT_SENT:
            return Next(Fate.AGAIN, LineEffect.AWAY)
        case Verdict.UNANSWERED:
            return Next(Fate.AGAIN if is_idempotent else Fate.AMBIGUOUS, LineEffect.AWAY, delays_item=True)
        case Verdict.LATER:
            fate = Fate.FAILED if attempts >= most_attempts else Fate.AGAIN
            return Next(fate, LineEffect.STRUGGLES, delays_item=True)
        case _:
            assert_never(verdict)
