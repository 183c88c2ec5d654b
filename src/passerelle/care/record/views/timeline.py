"""One record over all establishments, and its printable summary."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from passerelle.care.record import api as record
from passerelle.care.record.views.forms import TimelineFilter
from passerelle.care.record.views.lanes import Lanes
from passerelle.care.record.views.people import banner_of
from passerelle.care.record.views.results import latest
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Viewer
from passerelle.core.directory import api as directory


@require_safe
@access.requires(Kind.PATIENT, Act.READ)
def timeline(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Show stays, documents and results; without a right but with that of an emergency, offer to open one."""
    at = timezone.now()
    if needs_emergency(request.viewer, person_id, at=at):
        return redirect("record:emergency", person_id)
    whole = record.timeline(request.viewer, person_id, at=at)
    form = TimelineFilter(request.GET, whole.establishments)
    shown = _filtered(whole, form) if form.is_valid() else whole
    context = {
        "banner": banner_of(request.viewer, person_id, whole.relation, at=at),
        "form": form,
        "shown": shown,
        "is_narrow": form.is_valid() and form.is_narrow,
        "kind": form.cleaned_data.get("kind", "") if form.is_valid() else "",
        "documents": every_document(shown),
        "coming": [row for row in whole.appointments if row.end and row.end > at and not row.is_off],
        "lanes": Lanes(shown, until=at, names=short_names()),
        "at": at,
        "tab": "timeline",
    }
    return render(request, "record/timeline.html", context)


@require_safe
@access.requires(Kind.PATIENT, Act.READ)
def summary(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Show what fits on paper: identity, stays, documents, latest results, who printed and when."""
    at = timezone.now()
    whole = record.timeline(request.viewer, person_id, at=at)
    results = [result for stay in whole.stays for result in stay.observations]
    context = {
        "banner": banner_of(request.viewer, person_id, whole.relation, at=at),
        "shown": whole,
        "documents": every_document(whole),
        "results": latest([*results, *whole.observations]),
        "at": at,
    }
    return render(request, "record/summary.html", context)


def short_names() -> dict[str, str]:
    """Return the short name of each establishment, by code."""
    return {row.code: row.short_name for row in directory.establishments(with_test=True)}


def needs_emergency(viewer: Viewer, person_id: UUID, *, at: datetime) -> bool:
    """Tell whether the viewer may open this record only by an emergency access."""
    relation = record.relation_to(viewer, person_id, at=at)
    if access.allowed(viewer, Kind.PATIENT, Act.READ, relation=relation):
        return False
    return access.allowed(viewer, Kind.PATIENT, Act.BREAK_GLASS, relation=relation)


def every_document(shown: record.Timeline) -> list[record.DocumentRow]:
    """Return the documents of the stays and the others, newest first, without the replaced ones."""
    found = [*(document for stay in shown.stays for document in stay.documents), *shown.documents]
    current = [document for document in found if document.replaced_by is None]
    return sorted(current, key=lambda document: (document.created_at is None, _rank(document.created_at)))


def _rank(at: datetime | None) -> float:
    return -at.timestamp() if at else 0.0


def _filtered(whole: record.Timeline, form: TimelineFilter) -> record.Timeline:
    """Keep what the form asks; the whole was read and audited once."""
    wanted = form.cleaned_data
    code, since, until = wanted["establishment"], wanted["since"], wanted["until"]

    def is_kept(establishment: str, start: datetime | None, end: datetime | None) -> bool:
        first = timezone.localdate(start) if start else None
        last = timezone.localdate(end) if end else None
        return (
            (not code or establishment == code)
            and (since is None or last is None or last >= since)
            and (until is None or first is None or first <= until)
        )

    return record.Timeline(
        person_id=whole.person_id,
        relation=whole.relation,
        stays=tuple(stay for stay in whole.stays if is_kept(stay.establishment, stay.start, stay.end)),
        documents=tuple(row for row in whole.documents if is_kept(row.establishment, row.created_at, row.created_at)),
        observations=tuple(
            row for row in whole.observations if is_kept(row.establishment, row.observed_at, row.observed_at)
        ),
        establishments=whole.establishments,
        first_date=whole.first_date,
        last_date=whole.last_date,
    )
