"""What every chart shares."""

import zlib

HIDDEN = "masqué"
STYLES = ("s1", "s2", "s3", "s4", "s5")


def drawing_id(*parts: object) -> str:
    """Return an id for the title of a drawing, the same for the same drawing."""
    return f"c{zlib.crc32(repr(parts).encode()):08x}"


def short(pixels: float) -> float:
    return round(pixels, 1)
