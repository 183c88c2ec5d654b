"""The history of a person, and the undoing of a union."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from passerelle.care.identitovigilance.forms import UndoForm
from passerelle.care.identitovigilance.selectors.history import UndoPage, history, undo_page
from passerelle.care.identitovigilance.services.undoing import undo_tie
from passerelle.care.identity import api as identity
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind

_KINDS: dict[str, identity.TieKind] = {"fusion": "merge", "rapprochement": "joining"}


@require_safe
@access.requires(Kind.IDENTITY, Act.MERGE)
def person(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Show how a person came to be one."""
    page = history(request.viewer, person_id, at=timezone.now())
    return render(request, "identitovigilance/history.html", {"page": page, "trail": _trail()})


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.IDENTITY, Act.MERGE)
def undo(request: AuthenticatedRequest, kind: str, tie_id: UUID) -> HttpResponse:
    """Show what undoing a union gives back; do it once it is signed."""
    now = timezone.now()
    page = _page(request, kind, tie_id)
    form = UndoForm(request.POST or None)
    if form.is_valid():
        try:
            undo_tie(kind=_KINDS[kind], tie_id=tie_id, by=request.viewer, at=now, reason=form.cleaned_data["reason"])
        except (identity.NotMerged, identity.NotJoined) as refusal:
            messages.warning(request, str(refusal.__doc__))
        else:
            messages.success(request, "C’est défait\u00a0: chaque identité a repris ce qui est à elle.")
        return redirect("identitovigilance:person", page.person_id)
    trail = [*_trail(), ("Histoire", reverse("identitovigilance:person", args=[page.person_id]))]
    return render(request, "identitovigilance/undo.html", {"page": page, "form": form, "trail": trail})


def _page(request: AuthenticatedRequest, kind: str, tie_id: UUID) -> UndoPage:
    try:
        return undo_page(request.viewer, _KINDS[kind], tie_id, at=timezone.now())
    except LookupError as missing:
        raise Http404 from missing


def _trail() -> list[tuple[str, str]]:
    return [("Identitovigilance", reverse("identitovigilance:home"))]
