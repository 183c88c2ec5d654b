"""A kept file as an answer that can do nothing in a browser but be seen."""

from typing import Final

from django.http import HttpResponse

from passerelle.core.files.rules.kinds import FileKind
from passerelle.core.files.selectors import ReadFile

_SUFFIXES: Final = {FileKind.JPEG: "jpg", FileKind.PNG: "png", FileKind.WEBP: "webp", FileKind.PDF: "pdf"}
_LOCKED: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"


def answer(found: ReadFile, *, keep: bool = False) -> HttpResponse:
    """Return the bytes: a photograph is shown in place, a PDF is given to keep; neither may run, fetch or be cached."""
    kind = found.kept.kind
    response = HttpResponse(found.content, content_type=str(kind.value))
    shown = found.kept.is_image and not keep
    name = f"fichier-{found.kept.id}.{_SUFFIXES[kind]}"
    response["Content-Disposition"] = f'{"inline" if shown else "attachment"}; filename="{name}"'
    response["Content-Security-Policy"] = _LOCKED
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
