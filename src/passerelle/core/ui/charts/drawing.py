"""What every chart shares."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

HIDDEN = "masqué"
STYLES = ("s1", "s2", "s3", "s4", "s5")
_LETTER, _NAME_GAP = 8, 16


def drawing_id(*parts: object) -> str:
    """Return an id for the title of a drawing, the same for the same drawing."""
    return f"c{zlib.crc32(repr(parts).encode()):08x}"


def short(pixels: float) -> float:
    return round(pixels, 1)


@dataclass(frozen=True, slots=True)
class Frame:
    """The sheet of a drawing, in pixels: the whole, its margins, and what fits in them."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    tick_labels: int
    name_length: int

    @property
    def end(self) -> int:
        return self.width - self.right

    @property
    def base(self) -> int:
        return self.height - self.bottom

    def holding(self, names: Sequence[str]) -> "Frame":
        """Return the same sheet with a right margin no wider than its longest name needs."""
        longest = max((len(self.cut(name)) for name in names), default=0)
        return replace(self, right=min(self.right, _NAME_GAP + longest * _LETTER))

    def cut(self, name: str) -> str:
        return name if len(name) <= self.name_length else name[: self.name_length - 1].rstrip() + "…"
