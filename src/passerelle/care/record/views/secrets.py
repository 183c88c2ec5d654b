"""The doctor notes that a minor asks for a care to stay secret. Source: CSP, art. L. 1111-5 and R. 1111-6."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.care.record.views.people import banner_of
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Role
from passerelle.core.ui.api import french

ITEMS = {"sejour": consent.Item.STAY, "document": consent.Item.DOCUMENT, "rendez-vous": consent.Item.APPOINTMENT}


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.CONSENT, Act.CREATE)
def note_secret(request: AuthenticatedRequest, person_id: UUID, item: str, item_id: UUID) -> HttpResponse:
    """Show what a secret changes; on POST write it down, for a minor and for what the viewer treats only."""
    at = timezone.now()
    if item not in ITEMS or not consent.is_minor(identity.traits(person_id).birth_date, at):
        raise Http404
    whole = record.timeline(request.viewer, person_id, at=at)
    if item_id not in _held(whole)[ITEMS[item]]:
        raise Http404
    access.check(
        request.viewer,
        Kind.CONSENT,
        Act.CREATE,
        relation=whole.relation,
        target=f"person:{person_id}",
        person_id=person_id,
        at=at,
    )
    if request.method == "POST":
        _note(request, person_id, ITEMS[item], item_id, at)
        return redirect("record:timeline", person_id)
    context = {
        "banner": banner_of(request.viewer, person_id, whole.relation, at=at),
        "label": ITEMS[item].label,
        "is_asked": item_id in consent.secret_items(person_id, at=at),
    }
    return render(request, "record/secret.html", context)


def _note(request: AuthenticatedRequest, person_id: UUID, item: consent.Item, item_id: UUID, at: datetime) -> None:
    by = consent.Voice(request.viewer.actor(Role.CLINICIAN), consent.Door.STAFF)
    try:
        consent.keep_secret(person_id=person_id, item=item, item_id=item_id, by=by, at=at)
    except consent.AlreadyChosen as refusal:
        messages.warning(request, french.typography(str(refusal.__doc__)))
    else:
        messages.success(request, "Secret noté. Les représentants n’en voient plus rien.")


def _held(whole: record.Timeline) -> dict[consent.Item, set[UUID]]:
    inside = [document for stay in whole.stays for document in stay.documents]
    return {
        consent.Item.STAY: {stay.id for stay in whole.stays},
        consent.Item.DOCUMENT: {document.id for document in [*inside, *whole.documents]},
        consent.Item.APPOINTMENT: {one.id for one in whole.appointments},
    }
