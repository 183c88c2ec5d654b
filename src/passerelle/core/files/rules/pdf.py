"""A PDF is written again without what acts: scripts, launches, attached files, forms that send, addresses, metadata."""

import io
from dataclasses import dataclass
from typing import Any, Final

import pikepdf

from passerelle.core.files.rules.active_pdf import ACTIVE, active_content
from passerelle.core.files.rules.refusals import FileRefused, Why

_OF_ROOT: Final = ("/OpenAction", "/AA", "/Metadata", "/AcroForm", "/Collection", "/AF", "/Threads", "/PieceInfo")
_OF_ANY: Final = ("/AA", "/Metadata", "/PieceInfo", "/AF")
_OF_NAMES: Final = ("/JavaScript", "/EmbeddedFiles", "/Renditions", "/AlternatePresentations", "/URLS", "/IDS")
#: Annotations that only show something; every other is taken out with what it does.
_QUIET_NOTES: Final = frozenset(
    {"/Text", "/FreeText", "/Highlight", "/Underline", "/StrikeOut", "/Ink", "/Stamp", "/Widget"}
)
_MOST_OBJECTS: Final = 20_000


@dataclass(frozen=True, slots=True)
class SafePdf:
    """A PDF in which nothing acts any more, and its pages."""

    content: bytes
    pages: int


def make_safe(content: bytes, *, most_pages: int) -> SafePdf:
    """Return the PDF with its pages as they look and nothing that acts.

    Raises:
        FileRefused: locked, broken, too many pages, or still active once cleaned.
    """
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            pages = _checked(pdf, most_pages)
            _clean(pdf)
            held = io.BytesIO()
            pdf.save(held, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    except pikepdf.PasswordError as fault:
        raise FileRefused(Why.LOCKED) from fault
    except (pikepdf.PdfError, ValueError, RuntimeError, OverflowError, TypeError, KeyError) as fault:
        raise FileRefused(Why.BROKEN) from fault
    safe = held.getvalue()
    if found := active_content(safe):
        raise FileRefused(Why.ACTIVE, f"le PDF contient {min(found)}\u202f; imprimez-le de nouveau en PDF")
    return SafePdf(safe, pages)


def _checked(pdf: pikepdf.Pdf, most_pages: int) -> int:
    if pdf.is_encrypted:
        raise FileRefused(Why.LOCKED)
    pages = len(pdf.pages)
    if pages > most_pages:
        raise FileRefused(Why.TOO_MANY_PAGES, f"le PDF a {pages} pages\u202f; {most_pages} au plus")
    if not pages or len(pdf.objects) > _MOST_OBJECTS:
        raise FileRefused(Why.BROKEN)
    return pages


def _clean(pdf: pikepdf.Pdf) -> None:
    _drop(pdf.Root, _OF_ROOT)
    if isinstance(names := pdf.Root.get("/Names"), pikepdf.Dictionary):
        _drop(names, _OF_NAMES)
    for page in pdf.pages:
        _drop(page.obj, _OF_ANY)
        if isinstance(notes := page.obj.get("/Annots"), pikepdf.Array):
            page.obj["/Annots"] = pikepdf.Array([note for note in notes if _is_quiet(note)])
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    for one in pdf.objects:
        _quieten(one)


def _is_quiet(note: Any) -> bool:
    return isinstance(note, pikepdf.Dictionary) and str(note.get("/Subtype", "")) in _QUIET_NOTES


def _quieten(one: Any) -> None:
    """Take out of an object every key that makes a reader do something, and every action it holds in place."""
    if not isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
        return
    _drop(one, (*_OF_ANY, *ACTIVE))
    action = one.get("/A")
    if isinstance(action, pikepdf.Dictionary) and str(action.get("/S", "")) != "/GoTo":
        del one["/A"]


def _drop(holder: Any, keys: tuple[str, ...]) -> None:
    for key in keys:
        if key in holder:
            del holder[key]
