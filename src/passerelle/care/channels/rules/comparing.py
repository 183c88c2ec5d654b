"""Two texts side by side, line by line, what did not change folded."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

_AROUND = 3
Change = Literal["same", "changed", "added", "removed", "folded"]
LABELS: dict[Change, str] = {"same": "", "changed": "changé", "added": "ajouté", "removed": "retiré", "folded": ""}


@dataclass(frozen=True, slots=True)
class Pair:
    """A line on each side with its number, None where there is none; a folded pair counts the lines it hides."""

    change: Change
    left_number: int | None
    left: str
    right_number: int | None
    right: str
    hidden: int = 0

    @property
    def label(self) -> str:
        """Return the change in one French word."""
        return LABELS[self.change]

    @property
    def shown_left(self) -> str:
        """Return the line with an indentation that a page keeps."""
        return _indented(self.left)

    @property
    def shown_right(self) -> str:
        """Return the line with an indentation that a page keeps."""
        return _indented(self.right)


def side_by_side(before: str, after: str) -> list[Pair]:
    """Return the lines of two texts in pairs; long stretches that are the same are folded."""
    left, right = before.splitlines(), after.splitlines()
    pairs: list[Pair] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += _folded(
                [
                    Pair("same", i + 1, left[i], j + 1, right[j])
                    for i, j in zip(range(i1, i2), range(j1, j2), strict=True)
                ],
                is_first=i1 == 0,
                is_last=i2 == len(left),
            )
        else:
            pairs += _changed(left[i1:i2], right[j1:j2], i1, j1)
    return pairs


def _indented(line: str) -> str:
    bare = line.lstrip(" ")
    return "\u00a0" * (len(line) - len(bare)) + bare


def _folded(same: list[Pair], *, is_first: bool, is_last: bool) -> list[Pair]:
    head = 0 if is_first else _AROUND
    tail = 0 if is_last else _AROUND
    hidden = len(same) - head - tail
    if hidden < 2:
        return same
    return [*same[:head], Pair("folded", None, "", None, "", hidden), *same[len(same) - tail :]]


def _changed(left: list[str], right: list[str], i: int, j: int) -> Iterator[Pair]:
    for rank, (was, is_now) in enumerate(zip_longest(left, right)):
        change: Change = "added" if was is None else "removed" if is_now is None else "changed"
        yield Pair(
            change,
            None if was is None else i + rank + 1,
            was or "",
            None if is_now is None else j + rank + 1,
            is_now or "",
        )
