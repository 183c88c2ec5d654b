"""What a photograph of a document lacks to be read: hints for who took it, never a refusal.

Blur is the variance of the Laplacian (J. L. Pech-Pacheco et al., ICPR 2000), on the picture brought to one size so that
phones compare. Thresholds are ours, set on the drawn documents of the tests.
"""

from typing import Final

from PIL import Image, ImageFilter, ImageStat

from passerelle.core.ui.api import Labelled

_SIDE: Final = 1_000
_SMALL_SIDE: Final = 900
_BLURRED_BELOW: Final = 60.0
_DARK_BELOW: Final = 70.0
_BURNT: Final = 252
_GLARE_TILES: Final = (2, 60)
_GRID: Final = 16
_BAND: Final = 0.02
_CUT_SHARE: Final = 0.8
_LAPLACIAN: Final = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


class Hint(Labelled):
    """What would make a photograph easier to read."""

    SMALL = "small", "L’image est petite\u00a0: approchez-vous du document."
    BLURRED = "blurred", "L’image semble floue\u00a0: posez le document, tenez le téléphone à deux mains."
    DARK = "dark", "L’image est sombre\u00a0: mettez-vous près d’une fenêtre ou d’une lampe."
    GLARE = "glare", "Un reflet cache peut-être une partie\u00a0: inclinez un peu le document."
    CUT = "cut", "Le document touche le bord\u00a0: reculez pour voir ses quatre coins."


def hints(image: Image.Image) -> tuple[Hint, ...]:
    """Return what a photograph of a document lacks, the gravest first; empty when nothing is seen to lack."""
    found = [Hint.SMALL] if max(image.size) < _SMALL_SIDE else []
    grey = image.convert("L")
    grey.thumbnail((_SIDE, _SIDE))
    if min(grey.size) < _GRID:
        return (Hint.SMALL,)
    edges = grey.filter(_LAPLACIAN)
    if ImageStat.Stat(edges).var[0] < _BLURRED_BELOW:
        found.append(Hint.BLURRED)
    if ImageStat.Stat(grey).mean[0] < _DARK_BELOW:
        found.append(Hint.DARK)
    if _has_glare(grey):
        found.append(Hint.GLARE)
    if _is_cut(edges):
        found.append(Hint.CUT)
    return tuple(found)


def _has_glare(grey: Image.Image) -> bool:
    """Tell a few burnt patches on a picture that is not white: paper scanned white is burnt all over."""
    least, most = _GLARE_TILES
    width, height = grey.size[0] // _GRID, grey.size[1] // _GRID
    burnt = sum(
        ImageStat.Stat(grey.crop((x * width, y * height, (x + 1) * width, (y + 1) * height))).extrema[0][0] >= _BURNT
        for x in range(_GRID)
        for y in range(_GRID)
    )
    return least <= burnt <= most


def _is_cut(edges: Image.Image) -> bool:
    """Tell writing that goes on through a side: its outer band is as busy as the middle, which is busy itself."""
    width, height = edges.size
    band_x, band_y = max(2, int(width * _BAND)), max(2, int(height * _BAND))
    inner = ImageStat.Stat(edges.crop((width // 8, height // 8, width - width // 8, height - height // 8))).var[0]
    bands = (
        (1, 1, band_x, height - 1),
        (width - band_x, 1, width - 1, height - 1),
        (1, 1, width - 1, band_y),
        (1, height - band_y, width - 1, height - 1),
    )
    busiest = max(ImageStat.Stat(edges.crop(band)).var[0] for band in bands)
    return inner >= _BLURRED_BELOW and busiest >= _CUT_SHARE * inner
