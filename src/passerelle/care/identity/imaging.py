"""Datamatrix as images: read from a photograph that is never kept, drawn as SVG for a label."""

from io import BytesIO
from typing import Final

import zxingcpp
from PIL import Image, UnidentifiedImageError

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_PIXELS: Final = 25_000_000
_FORMATS = ("JPEG", "PNG", "WEBP")
_READ_SIDE = 2_400
_DATA_MATRIX = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.DataMatrix)


class UnreadablePhotograph(Exception):
    """La photographie ne peut pas être lue."""


class TooBig(UnreadablePhotograph):
    """La photographie est trop lourde ou trop grande : 8 Mo et 25 millions de points au plus."""


class NotAnImage(UnreadablePhotograph):
    """Ce fichier n’est pas une image JPEG, PNG ou WebP."""


class NoCode(UnreadablePhotograph):
    """Aucun datamatrix n’a été trouvé : approchez-vous, à plat, sans reflet, puis recommencez."""


def datamatrix_in(content: bytes) -> str:
    """Return the text of the first Data Matrix of a photograph.

    Raises:
        UnreadablePhotograph: too big, not an image, or no code in it.
    """
    if len(content) > MAX_BYTES:
        raise TooBig
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise TooBig
            image.draft("L", (_READ_SIDE, _READ_SIDE))
            grey = image.convert("L")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise NotAnImage from fault
    grey.thumbnail((_READ_SIDE, _READ_SIDE))
    found = zxingcpp.read_barcode(grey, formats=_DATA_MATRIX, text_mode=zxingcpp.TextMode.Plain)
    if found is None or not found.text:
        raise NoCode
    return str(found.text)


def datamatrix_cells(text: str) -> tuple[int, str]:
    """Return the side of the square symbol, quiet zone included, and the SVG path of its black cells (1 unit each)."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    drawn = zxingcpp.write_barcode_to_image(code, scale=1)
    height, width = drawn.shape
    cells = bytes(drawn)  # type: ignore[call-overload]  # the stubs leave out its buffer
    black = (place for place, level in enumerate(cells) if level == 0)
    path = "".join(f"M{place % width} {place // width}h1v1h-1z" for place in black)
    return max(width, height), path
