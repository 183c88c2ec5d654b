"""What a file that comes from town must be before it is kept: size, magic bytes, nothing active in a PDF, safe XML.

Source: OWASP, file upload; ASVS 5.0, V5.2. A PDF is opened by qpdf (pikepdf): names hidden in compressed objects are
seen too.
"""

import io
from dataclasses import dataclass
from typing import Any, Final

import pikepdf

from passerelle.protocols.cda import api as cda

MOST_BYTES: Final = 10 * 1024 * 1024
_MOST_OBJECTS: Final = 50_000
_DEEPEST: Final = 20
_PDF: Final = b"%PDF-"
_EMPTY: Final = "le fichier est vide"
_TOO_BIG: Final = "le fichier dépasse 10 Mo"
_NEITHER: Final = "seuls le PDF et le CDA sont admis\u00a0; ce fichier n’est ni l’un ni l’autre"
_LOCKED: Final = "le PDF est protégé par un mot de passe"
_BROKEN: Final = "le PDF est abîmé et ne s’ouvre pas"
_TOO_MANY: Final = "le PDF contient trop d’objets"
_TOO_DEEP: Final = "le PDF est imbriqué trop profondément"
_XML_STARTS: Final = (b"<?xml", b"<ClinicalDocument", b"\xef\xbb\xbf<?xml")
_ACTIVE_KEYS: Final = frozenset(
    {"/JavaScript", "/JS", "/AA", "/OpenAction", "/Launch", "/EmbeddedFiles", "/XFA", "/RichMediaContent"}
)
_ACTIVE_ACTIONS: Final = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToR",
        "/GoToE",
        "/Rendition",
        "/Movie",
        "/Sound",
        "/RichMediaExecute",
    }
)
_ACTIVE_TYPES: Final = frozenset({"/EmbeddedFile", "/Filespec", "/RichMedia", "/Screen", "/3D", "/FileAttachment"})
_NAMES: Final = {
    "/JavaScript": "un script",
    "/JS": "un script",
    "/AA": "une action automatique",
    "/OpenAction": "une action à l’ouverture",
    "/Launch": "le lancement d’un programme",
    "/EmbeddedFiles": "un fichier joint",
    "/EmbeddedFile": "un fichier joint",
    "/Filespec": "un fichier joint",
    "/FileAttachment": "un fichier joint",
    "/XFA": "un formulaire dynamique",
}


class UnfitFile(Exception):
    """Ce fichier ne peut pas être versé au dossier."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Fit:
    """A file that may be kept: its MIME type, and what its CDA says when it is one."""

    mime: str
    content: bytes
    document: cda.CdaDocument | None = None


def examine(content: bytes) -> Fit:
    """Return what a file is, by its bytes and never by its name.

    Raises:
        UnfitFile: empty, too big, neither PDF nor CDA, active or encrypted PDF, XML that is not safe or no CDA.
    """
    if not content:
        raise UnfitFile(_EMPTY)
    if len(content) > MOST_BYTES:
        raise UnfitFile(_TOO_BIG)
    if content.startswith(_PDF):
        _check_pdf(content)
        return Fit("application/pdf", content)
    if content.lstrip()[:32].startswith(_XML_STARTS):
        return Fit("text/xml", content, _read_cda(content))
    raise UnfitFile(_NEITHER)


def _read_cda(content: bytes) -> cda.CdaDocument:
    try:
        document = cda.read(content)
    except cda.CdaError as refusal:
        raise UnfitFile(f"ce CDA ne se lit pas ({refusal.why})") from refusal
    pdf = document.pdf
    if pdf is not None:
        _check_pdf(pdf)
    return document


def _check_pdf(content: bytes) -> None:
    try:
        with pikepdf.open(io.BytesIO(content)) as opened:
            found = _active(opened)
    except pikepdf.PasswordError as refusal:
        raise UnfitFile(_LOCKED) from refusal
    except (pikepdf.PdfError, ValueError, RuntimeError) as refusal:
        raise UnfitFile(_BROKEN) from refusal
    if found:
        raise UnfitFile(f"le PDF contient {_NAMES.get(found, 'un contenu actif')}\u00a0: imprimez-le de nouveau en PDF")


def _active(opened: pikepdf.Pdf) -> str:
    """Return the first active thing in a PDF, "" when there is none; every object is looked at, however packed."""
    if opened.is_encrypted:
        return "/Encrypt"
    if len(opened.objects) > _MOST_OBJECTS:
        raise UnfitFile(_TOO_MANY)
    return next((found for one in opened.objects if (found := _active_in(one, depth=0))), "")


def _active_in(one: Any, *, depth: int) -> str:
    if depth > _DEEPEST:
        raise UnfitFile(_TOO_DEEP)
    if isinstance(one, pikepdf.Array):
        return next((found for part in one if (found := _deeper(part, depth))), "")
    if not isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
        return ""
    keys = set(one.keys())
    if hit := keys & _ACTIVE_KEYS - _harmless(one, keys):
        return min(hit)
    if str(one.get("/S", "")) in _ACTIVE_ACTIONS and ("/Type" not in keys or str(one.get("/Type")) == "/Action"):
        return str(one.get("/S"))
    for name in ("/Type", "/Subtype"):
        if str(one.get(name, "")) in _ACTIVE_TYPES:
            return str(one.get(name))
    return next((found for key in keys if (found := _deeper(one.get(key), depth))), "")


def _harmless(one: Any, keys: set[str]) -> frozenset[str]:
    """An opening that only shows a page is no action."""
    if "/OpenAction" not in keys:
        return frozenset()
    target = one.get("/OpenAction")
    is_view = isinstance(target, pikepdf.Array) or (
        isinstance(target, pikepdf.Dictionary) and str(target.get("/S", "")) == "/GoTo"
    )
    return frozenset({"/OpenAction"}) if is_view else frozenset()


def _deeper(part: Any, depth: int) -> str:
    """Look inside what is written in place; what is referred to is an object of its own, looked at there."""
    if isinstance(part, pikepdf.Object) and not part.is_indirect:
        return _active_in(part, depth=depth + 1)
    return ""
