"""Read an INS datamatrix. A photograph stays in memory for the time of the reading."""

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from passerelle.care.identity import selectors
from passerelle.care.identity.forms import DatamatrixForm
from passerelle.care.identity.imaging import MAX_BYTES
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.protocols import ins


class KeepInMemory(MemoryFileUploadHandler):
    """Keep an upload in memory whatever its size, and cut it when it passes what a photograph may weigh."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        """Take every upload: nothing goes to the disk."""
        super().handle_raw_input(*args, **kwargs)
        self.activated = True
        self._received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Cut what is far too big, before it fills the memory.

        Raises:
            StopUpload: too big.
        """
        self._received += len(raw_data)
        if self._received > 2 * MAX_BYTES:
            raise StopUpload(connection_reset=True)
        return super().receive_data_chunk(raw_data, start)


def read(request: HttpRequest) -> HttpResponse:
    """Read a code, after its upload handler is chosen (the check of the form's token reads the form)."""
    request.upload_handlers = [KeepInMemory(request)]
    return _read(request)  # type: ignore[arg-type]  # the viewer is set by the middleware


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.IDENTITY, Act.SEARCH)
def _read(request: AuthenticatedRequest) -> HttpResponse:
    form = DatamatrixForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {
        "form": form,
        "content": None,
        "people": [],
        "trail": [("Identités", reverse("identity:search"))],
    }
    if form.is_bound and form.is_valid():
        content: ins.InsDatamatrix = form.cleaned_data["content"]
        kind = ins.kind_of(content.oid)
        context |= {
            "form": DatamatrixForm(),
            "content": content,
            "kind": kind.label if kind else "",
            "ins_display": ins.format_matricule(content.matricule),
            "people": selectors.found_identities(request.viewer, content.matricule, at=timezone.now()),
        }
    return render(request, "identity/datamatrix.html", context)


read.access_rule = _read.access_rule  # type: ignore[attr-defined]  # the consistency tests look for it on the outer view
read = csrf_exempt(read)
