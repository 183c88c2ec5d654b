"""What may be published of small numbers. Plain Python, and the only gate between the extract and a screen.

The months of a site are cut once into *blocks* of consecutive months that each hold at least the minimum number of
stays. Everything published is a block or a sum of whole blocks, so every difference of published figures is again a sum
of whole blocks: nothing can be subtracted down to a small cell. A month that is not a block by itself is not shown,
its stays still count in the totals. The blocks of an indicator that is part of another (surgery among all stays) are
sums of blocks of the whole, and leave in each either nobody or at least the minimum outside the part.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Amount:
    """How many stays, the sum of what is measured, and the sum of its squares."""

    count: int
    total: float
    squares: float

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.count + other.count, self.total + other.total, self.squares + other.squares)

    @property
    def mean(self) -> float:
        """Return the ratio of the sums.

        Raises:
            ZeroDivisionError: nobody.
        """
        return self.total / self.count


NOBODY = Amount(0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive months of a site published together."""

    months: tuple[str, ...]
    amount: Amount

    @property
    def is_one_month(self) -> bool:
        return len(self.months) == 1


def add_up(amounts: Iterable[Amount]) -> Amount:
    """Return the sum of amounts; NOBODY for none."""
    return sum(amounts, start=NOBODY)


def cut(months: Sequence[tuple[str, Amount]], *, minimum: int) -> tuple[Block, ...]:
    """Cut consecutive months into the shortest blocks that hold `minimum` stays; none when the whole holds fewer.

    What remains at the end joins the last block.
    """
    pieces = [Block((month,), amount) for month, amount in months]
    return _gather(pieces, lambda group: add_up(piece.amount for piece in group).count >= minimum)


def cut_part(whole: Sequence[Block], part: Sequence[tuple[str, Amount]], *, minimum: int) -> tuple[Block, ...]:
    """Cut a part of a published whole along the whole's own blocks.

    Each block of the part holds `minimum` stays, and the whole holds outside it either nobody or `minimum` stays.
    """
    amounts = dict(part)
    pieces = [
        (block, Block(block.months, add_up(amounts.get(month, NOBODY) for month in block.months))) for block in whole
    ]

    def may_be_shown(group: Sequence[tuple[Block, Block]]) -> bool:
        outside = sum(of_whole.amount.count - of_part.amount.count for of_whole, of_part in group)
        inside = sum(of_part.amount.count for _, of_part in group)
        return inside >= minimum and (outside == 0 or outside >= minimum)

    return tuple(_join([of_part for _, of_part in group]) for group in _group(pieces, may_be_shown))


def within(blocks: Iterable[Block], months: Iterable[str]) -> Amount:
    """Return the sum of the blocks that lie wholly in these months."""
    wanted = frozenset(months)
    return add_up(block.amount for block in blocks if wanted.issuperset(block.months))


def _gather(pieces: Sequence[Block], may_be_shown: Callable[[Sequence[Block]], bool]) -> tuple[Block, ...]:
    return tuple(_join(group) for group in _group(pieces, may_be_shown))


def _group(pieces: Sequence[P], may_be_shown: Callable[[Sequence[P]], bool]) -> list[list[P]]:
    """Gather pieces from the first on, closing a group as soon as it may be shown."""
    groups: list[list[P]] = []
    pending: list[P] = []
    for piece in pieces:
        pending.append(piece)
        if may_be_shown(pending):
            groups.append(pending)
            pending = []
    while pending and groups:
        pending = groups.pop() + pending
        if may_be_shown(pending):
            groups.append(pending)
            pending = []
    return groups


def _join(group: Sequence[Block]) -> Block:
    return Block(tuple(month for block in group for month in block.months), add_up(block.amount for block in group))
