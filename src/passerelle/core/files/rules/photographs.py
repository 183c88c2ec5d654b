"""A photograph is drawn again: what is kept holds its points, upright, and nothing else of the file it came in."""

from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, UnidentifiedImageError

from passerelle.core.files.rules.refusals import FileRefused, Why

#: 12 MP is a phone, 50 MP its full resolution; beyond is a bomb or a poster.
MOST_POINTS: Final = 50_000_000
_QUALITY: Final = 86
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_ORIENTATION: Final = 0x0112
#: What puts each orientation upright. Source: TIFF 6.0, tag 274.
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_WHITE: Final = (255, 255, 255)
_FAULTS: Final = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    TypeError,
    OverflowError,
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A photograph drawn again: JPEG bytes without metadata, and the picture itself for who looks at it."""

    content: bytes
    image: Image.Image
    width: int
    height: int


def draw_again(content: bytes, *, most_side: int) -> Drawn:
    """Return the photograph upright, on white, at most `most_side` points long, as a JPEG of its points alone.

    Raises:
        FileRefused: more than `MOST_POINTS` by its own header, or it does not open.
    """
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as opened:
            if opened.width * opened.height > MOST_POINTS:
                raise FileRefused(Why.TOO_LARGE)
            opened.draft("RGB", (most_side, most_side))
            image = _on_white(_upright(opened))
    except _FAULTS as fault:
        raise FileRefused(Why.BROKEN) from fault
    image.thumbnail((most_side, most_side), Image.Resampling.LANCZOS)
    bare = Image.frombytes("RGB", image.size, image.tobytes())
    held = BytesIO()
    bare.save(held, format="JPEG", quality=_QUALITY, optimize=True)
    return Drawn(held.getvalue(), bare, *bare.size)


def _upright(opened: Image.Image) -> Image.Image:
    """Return the picture upright; nothing else of its metadata is read, and odd ones refuse no photograph."""
    turn = _TURNS.get(opened.getexif().get(_ORIENTATION, 1))
    return opened if turn is None else opened.transpose(turn)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in {"RGB", "L", "CMYK", "YCbCr"}:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    ground = Image.new("RGB", layered.size, _WHITE)
    ground.paste(layered, mask=layered.getchannel("A"))
    return ground
