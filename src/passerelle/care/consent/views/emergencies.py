"""The emergency accesses: ending one's own, reviewing those of others."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from passerelle.care.consent.exports import csv_text, workbook_bytes
from passerelle.care.consent.forms import ReviewForm
from passerelle.care.consent.rules.followup import Stage
from passerelle.care.consent.selectors.followup import review_of, reviews
from passerelle.care.consent.selectors.register import REVIEW_HEADS, review_cells
from passerelle.care.consent.services.followup import AlreadyReviewed, NothingSaid, OwnAccess, review_emergency
from passerelle.care.identity import api as identity
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.audit import api as audit
from passerelle.core.directory import api as directory
from passerelle.core.ui.api import french

_PENDING = {Stage.LATE, Stage.TO_REVIEW}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_POST
@access.requires(Kind.PATIENT, Act.BREAK_GLASS)
def end_emergency(request: AuthenticatedRequest, emergency_id: UUID) -> HttpResponse:
    """Close one's own door before its time."""
    access.end_emergency_access(viewer=request.viewer, emergency_id=emergency_id, at=timezone.now())
    messages.success(request, "Accès d’urgence terminé. Le dossier est refermé.")
    return redirect("record:patients")


@require_safe
@access.requires(Kind.ACCESS, Act.VERIFY)
def worklist(request: AuthenticatedRequest) -> HttpResponse:
    """List the emergency accesses to review, then those that were."""
    at = timezone.now()
    rows = reviews(request.viewer, at=at)
    names = _names()
    placed = [(row, names.get(row.emergency.establishment, "")) for row in rows]
    audit.record(audit.Action.AUDIT_READ, by=request.viewer.actor(), at=at, target="emergencies")
    context = {
        "pending": [pair for pair in placed if pair[0].stage in _PENDING],
        "done": [pair for pair in placed if pair[0].stage not in _PENDING],
        "late": sum(row.stage is Stage.LATE for row in rows),
        "often": sorted({row.emergency.actor_name for row in rows if row.is_too_often}),
        "may_export": request.viewer.may(Kind.ACCESS, Act.EXPORT),
    }
    return render(request, "consent/emergencies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.ACCESS, Act.VERIFY)
def emergency(request: AuthenticatedRequest, emergency_id: UUID) -> HttpResponse:
    """Show one emergency access, and take the verdict."""
    at = timezone.now()
    row = review_of(request.viewer, emergency_id, at=at)
    if row is None:
        raise Http404
    is_pending = row.stage in _PENDING
    if request.method == "POST" and not is_pending:
        messages.warning(request, french.typography(str(AlreadyReviewed.__doc__)))
    form = ReviewForm((request.POST or None) if is_pending else None)
    if form.is_valid() and _is_reviewed(request, emergency_id, form):
        return redirect("consent:emergencies")
    context = {
        "row": row,
        "form": form,
        "is_pending": is_pending,
        "patient": _called(row.emergency.person_id),
        "place": _names().get(row.emergency.establishment, ""),
        "trail": [("Accès d’urgence", reverse("consent:emergencies"))],
    }
    return render(request, "consent/emergency.html", context)


def _is_reviewed(request: AuthenticatedRequest, emergency_id: UUID, form: ReviewForm) -> bool:
    try:
        review_emergency(
            viewer=request.viewer,
            emergency_id=emergency_id,
            is_justified=form.cleaned_data["verdict"] == "justified",
            note=form.cleaned_data["note"],
            at=timezone.now(),
        )
    except (AlreadyReviewed, NothingSaid, OwnAccess) as refusal:
        form.add_error(None, french.typography(str(refusal.__doc__)))
        return False
    messages.success(request, "Votre avis est enregistré. Le patient voit que l’accès a été revu.")
    return True


def _called(person_id: UUID) -> str:
    try:
        return identity.traits(person_id).display_name
    except LookupError:
        return "Identité inconnue"


def _names() -> dict[str, str]:
    return {row.code: row.short_name for row in directory.establishments(with_test=True)}


@require_safe
@access.requires(Kind.ACCESS, Act.EXPORT)
def export(request: AuthenticatedRequest, kind: str) -> HttpResponse:
    """Give the list as CSV or as a workbook."""
    at = timezone.now()
    audit.record(audit.Action.AUDIT_EXPORTED, by=request.viewer.actor(), at=at, target="emergencies")
    return file_of("acces-urgence", REVIEW_HEADS, review_cells(reviews(request.viewer, at=at)), kind)


def file_of(name: str, heads: tuple[str, ...], rows: list[list[str]], kind: str) -> HttpResponse:
    """Return a table as a file of this kind, `csv` or `xlsx`."""
    if kind == "xlsx":
        answer = HttpResponse(workbook_bytes(name, heads, rows), content_type=XLSX)
    elif kind == "csv":
        answer = HttpResponse(csv_text(heads, rows), content_type="text/csv; charset=utf-8")
    else:
        raise Http404
    answer["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.{kind}"'
    return answer
