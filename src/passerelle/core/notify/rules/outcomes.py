"""What became of one try, and what the answers of a Kannel gateway say.

Source: Kannel 1.4 User's Guide, « sendsms » (answers) and « Delivery reports » (bits of %d).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Verdict(StrEnum):
    """Accepted. Refused: this message will never go. Later: it did not leave. Doubtful: it may have left."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One try. `reason` is a French sentence; `is_away`: the gateway itself fails, not this message."""

    verdict: Verdict
    reason: str = ""
    reference: str = ""
    is_away: bool = False


class Receipt(StrEnum):
    """What a receipt says."""

    DELIVERED = "delivered"
    FAILED = "failed"
    TAKEN = "taken"


_ACCEPTED: Final = range(200, 300)
_DELIVERED, _UNDELIVERED, _BUFFERED, _AT_CENTRE, _REFUSED = 1, 2, 4, 8, 16
#: What Kannel refuses because of the message itself.
_OWN_FAULT: Final = frozenset({400, 413, 414})
#: What stands before a gateway and did not get its answer: the gateway may have had the request.
_IN_BETWEEN: Final = frozenset({502, 504})


def of_answer(status: int, body: str) -> Outcome:
    """Read the answer to a `sendsms`."""
    said = " ".join(body.split())[:150]
    if status in _ACCEPTED:
        return Outcome(Verdict.ACCEPTED, said, reference=_reference(said))
    if status in _OWN_FAULT:
        return Outcome(Verdict.REFUSED, f"refusé par la passerelle ({status}\u00a0: {said})")
    if status in _IN_BETWEEN:
        return Outcome(Verdict.DOUBTFUL, f"réponse {status} d’un intermédiaire", is_away=True)
    return Outcome(Verdict.LATER, f"la passerelle répond {status}\u00a0: {said}", is_away=True)


def of_receipt(bits: int) -> Receipt | None:
    """Read the bits of a delivery report; None when they say nothing."""
    if bits & _DELIVERED:
        return Receipt.DELIVERED
    if bits & (_UNDELIVERED | _REFUSED):
        return Receipt.FAILED
    return Receipt.TAKEN if bits & (_BUFFERED | _AT_CENTRE) else None


def _reference(said: str) -> str:
    _, _, reference = said.rpartition(": ")
    return reference if len(reference) >= 8 and " " not in reference else ""
