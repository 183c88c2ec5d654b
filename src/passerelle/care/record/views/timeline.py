"""One record over all establishments: what was not read yet, then the whole course by stay, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from passerelle.care.record import api as record
from passerelle.care.record.rules.events import EventKind
from passerelle.care.record.selectors import presenting
from passerelle.care.record.selectors.course import course_of
from passerelle.care.record.selectors.course_rows import Course, Wanted
from passerelle.care.record.selectors.opened import at_once, open_record
from passerelle.care.record.selectors.relations import standing_of
from passerelle.care.record.services.marks import mark_read
from passerelle.care.record.views.addresses import moment_in, with_query
from passerelle.care.record.views.forms import TimelineFilter
from passerelle.care.record.views.lanes import Lanes
from passerelle.care.record.views.people import banner_in
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Relation, Viewer

DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind of event one may keep alone: its address, its label, how many there are."""

    url: str
    label: str
    icon: str
    count: int
    is_current: bool


@require_safe
@access.requires(Kind.PATIENT, Act.READ)
def timeline(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Show the course; without a right but with that of an emergency, offer to open one."""
    at = timezone.now()
    standing = standing_of(request.viewer, person_id, at=at)
    if _needs_emergency(request.viewer, standing.relation):
        return redirect("record:emergency", person_id)
    opened = open_record(request.viewer, person_id, kind=Kind.PATIENT, at=at, standing=standing)
    where = presenting.places()
    form = TimelineFilter(request.GET, where.establishments.items())
    wanted = wanted_in(form, request.GET)
    with at_once():
        course = course_of(opened, wanted, where=where)
        banner = banner_in(opened, allergies=course.allergies)
    form.offer(course.establishments)
    context = {
        "banner": banner,
        "form": form,
        "wanted": wanted,
        "course": course,
        "choices": choices_of(course, form, person_id),
        "next_url": _further(person_id, form, course.next_before) if course.next_before else "",
        "newest_url": _further(person_id, form, None) if wanted.before else "",
        "lanes": Lanes(course.bars, until=at, names=where.short_names),
        "at": at,
        "tab": "timeline",
    }
    return render(request, "record/timeline.html", context)


@require_POST
@access.requires(Kind.PATIENT, Act.READ)
def read_all(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Note that the viewer has read what was new when the page was shown (`jusqu`), and nothing that came since."""
    at = timezone.now()
    shown_at = moment_in(request.POST.get("jusqu", "")) or at
    opened = open_record(request.viewer, person_id, kind=Kind.PATIENT, at=at)
    course = course_of(opened, Wanted(), where=presenting.places())
    if request.viewer.account_id is not None:
        pieces = [piece for piece, stored_at in course.unread_pieces if stored_at <= shown_at]
        mark_read(account_id=request.viewer.account_id, pieces=pieces, at=at)
        messages.success(request, "Les nouveautés sont marquées comme lues. Elles restent dans le parcours.")
    return redirect("record:timeline", person_id)


def wanted_in(form: TimelineFilter, query: Mapping[str, str]) -> Wanted:
    """Return what an address asks to keep; what cannot be read keeps everything."""
    told = form.cleaned_data if form.is_valid() else {}
    kind = told.get("kind", "")
    return Wanted(
        establishment=told.get("establishment", ""),
        kind=None if kind in {"", DOCUMENTS} else EventKind(kind),
        with_documents=kind == DOCUMENTS,
        since=told.get("since"),
        until=told.get("until"),
        text=told.get("text", ""),
        stay_id=told.get("sejour"),
        before=moment_in(query.get("avant", "")),
    )


def choices_of(course: Course, form: TimelineFilter, person_id: UUID) -> list[Choice]:
    """Return the kinds of event the record holds, each an address that keeps the other filters."""
    path = reverse("record:timeline", args=[person_id])
    asked = form.cleaned_data if form.is_valid() else {}
    now = asked.get("kind", "")
    found = [Choice(with_query(path, {**asked, "kind": ""}), "Tout", "list", course.counts.total(), not now)]
    return found + [
        Choice(
            with_query(path, {**asked, "kind": kind.value}),
            kind.label,
            kind.icon,
            course.counts[kind],
            now == kind.value,
        )
        for kind in EventKind
        if course.counts[kind]
    ]


def _further(person_id: UUID, form: TimelineFilter, before: datetime | None) -> str:
    asked = form.cleaned_data if form.is_valid() else {}
    told = {**asked, "avant": before.isoformat() if before else ""}
    return with_query(reverse("record:timeline", args=[person_id]), told)


def needs_emergency(viewer: Viewer, person_id: UUID, *, at: datetime) -> bool:
    """Tell whether the viewer may open this record only by an emergency access."""
    return _needs_emergency(viewer, record.relation_to(viewer, person_id, at=at))


def _needs_emergency(viewer: Viewer, relation: Relation) -> bool:
    if access.allowed(viewer, Kind.PATIENT, Act.READ, relation=relation):
        return False
    return access.allowed(viewer, Kind.PATIENT, Act.BREAK_GLASS, relation=relation)
