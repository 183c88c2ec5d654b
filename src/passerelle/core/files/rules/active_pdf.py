"""What is active in a PDF that comes in: such a file is kept, and given to keep, but never shown in the page."""

import io
from collections.abc import Iterator
from typing import Final

import pikepdf

#: Names that make a reader do something, and what a person is told of them.
ACTIVE: Final = {
    "/JavaScript": "un script",
    "/JS": "un script",
    "/Launch": "le lancement d’un programme",
    "/EmbeddedFile": "un fichier joint",
    "/EmbeddedFiles": "un fichier joint",
    "/RichMedia": "un contenu animé",
    "/Movie": "un contenu animé",
    "/Sound": "un contenu animé",
    "/SubmitForm": "un envoi de formulaire",
    "/ImportData": "un envoi de formulaire",
    "/URI": "une adresse extérieure",
    "/GoToR": "une adresse extérieure",
    "/XFA": "un formulaire animé",
}
UNREADABLE: Final = "un contenu illisible"
_NAMING: Final = frozenset({"/S", "/Subtype", "/Type"})
_MOST_OBJECTS: Final = 20_000
_DEEPEST: Final = 40
_MOST_BYTES: Final = 64 * 1024 * 1024

# The limits are those of the process, so they are set once: the tables of objects of a bomb stay folded.
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=_MOST_BYTES,
    run_length_max_memory=_MOST_BYTES,
    png_max_memory=_MOST_BYTES,
    tiff_max_memory=_MOST_BYTES,
    max_stream_filters=4,
)


def active_content(content: bytes) -> frozenset[str]:
    """Return what is active in a PDF, in French words; empty when nothing is.

    What is drawn on the pages is never inflated. A file that cannot be read, is locked or is endless counts as active.
    """
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True) as pdf:
            if pdf.is_encrypted or len(pdf.objects) > _MOST_OBJECTS:
                return frozenset({UNREADABLE})
            return frozenset(found for one in pdf.objects for found in _found(one, 0))
    except (pikepdf.PdfError, ValueError, RecursionError, OverflowError):
        return frozenset({UNREADABLE})


def _found(one: object, depth: int) -> Iterator[str]:
    """Yield what is active in an object itself; what it refers to is looked at in its own turn."""
    if depth > _DEEPEST:
        yield UNREADABLE
    elif isinstance(one, pikepdf.Array):
        for item in one:
            yield from _inside(item, depth)
    elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
        for key in one.keys():  # noqa: SIM118 - a stream iterates otherwise
            yield from _told(key, one[key], depth)


def _told(key: str, value: object, depth: int) -> Iterator[str]:
    """Yield what a key, or the name it holds, says that its dictionary does."""
    word = ACTIVE.get(key) or (ACTIVE.get(str(value)) if key in _NAMING else None)
    if word:
        yield word
    else:
        yield from _inside(value, depth)


def _inside(value: object, depth: int) -> Iterator[str]:
    if not (isinstance(value, pikepdf.Object) and value.is_indirect):
        yield from _found(value, depth + 1)
