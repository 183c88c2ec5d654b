"""What a file is, by its first bytes and never by its name; what an owner admits."""

from dataclasses import dataclass
from typing import Final

from passerelle.core.ui.api import Labelled

MEGABYTE: Final = 1024 * 1024


class FileKind(Labelled):
    """A kind that can be made safe; its value is its MIME type."""

    JPEG = "image/jpeg", "photographie"
    PNG = "image/png", "image"
    WEBP = "image/webp", "image"
    PDF = "application/pdf", "PDF"


#: What a phone or a computer gives: any photograph, or a PDF.
ANY: Final = frozenset(FileKind)
PHOTOGRAPHS: Final = ANY - {FileKind.PDF}


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an owner admits: kinds, weight in bytes, pages of a PDF, longest side of what is kept of a photograph."""

    kinds: frozenset[FileKind] = ANY
    most_bytes: int = 15 * MEGABYTE
    most_pages: int = 20
    most_side: int = 3_000


class Stranger(Labelled):
    """A kind that is known and not admitted: its label says the way to succeed."""

    HEIC = (
        "heic",
        "cette photographie est au format HEIC de l’iPhone. Dans Réglages, Appareil photo, Formats, choisissez « Le"
        " plus compatible », puis reprenez la photographie. Vous pouvez aussi envoyer une capture d’écran",
    )
    AVIF = "avif", "cette image est au format AVIF\u202f; envoyez-la en JPEG ou en PNG"
    TIFF = "tiff", "cette image est au format TIFF\u202f; envoyez-la en JPEG ou en PDF"
    GIF = "gif", "cette image est au format GIF\u202f; envoyez une photographie en JPEG"
    ARCHIVE = (
        "archive",
        "ceci est une archive ou un document de bureautique\u202f; enregistrez-le en PDF, puis envoyez le PDF",
    )
    OFFICE = "office", "ceci est un document de bureautique ancien\u202f; enregistrez-le en PDF, puis envoyez le PDF"
    MARKUP = "markup", "ceci est une page ou un dessin (HTML, SVG, XML)\u202f; envoyez une photographie ou un PDF"
    UNKNOWN = "unknown", "ce fichier n’est ni une photographie (JPEG, PNG, WebP) ni un PDF"


_STARTS: Final = (
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"%PDF-", FileKind.PDF),
    (b"II*\x00", Stranger.TIFF),
    (b"MM\x00*", Stranger.TIFF),
    (b"GIF8", Stranger.GIF),
    (b"PK\x03\x04", Stranger.ARCHIVE),
    (b"PK\x05\x06", Stranger.ARCHIVE),
    (b"\x1f\x8b", Stranger.ARCHIVE),
    (b"7z\xbc\xaf", Stranger.ARCHIVE),
    (b"Rar!", Stranger.ARCHIVE),
    (b"\xd0\xcf\x11\xe0", Stranger.OFFICE),
)
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})


def kind_of(content: bytes) -> FileKind | Stranger:
    """Return what these bytes begin as; that they are whole is for whoever opens them to see."""
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return FileKind.WEBP
    if content[4:8] == b"ftyp":
        return _of_box(content)
    is_markup = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
    return Stranger.MARKUP if is_markup else Stranger.UNKNOWN


def _of_box(content: bytes) -> Stranger:
    """Tell HEIC from AVIF by the brands of the first box (ISO/IEC 14496-12, 4.3); the major brand first."""
    size = min(int.from_bytes(content[:4], "big"), 256)
    brands = [content[8:12], *(content[start : start + 4] for start in range(16, size, 4))]
    for brand in brands:
        if brand in _AVIF_BRANDS:
            return Stranger.AVIF
        if brand in _HEIC_BRANDS and not _AVIF_BRANDS.intersection(brands):
            return Stranger.HEIC
    return Stranger.UNKNOWN
