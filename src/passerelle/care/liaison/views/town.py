"""The town doctor's space: her patients, one patient, how she is reached."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from passerelle.care.liaison.forms.town import CorrespondenceForm
from passerelle.care.liaison.selectors.town import correspondence_of, patient_page, patients_of
from passerelle.care.liaison.services.correspondents import MailboxTaken, set_correspondence
from passerelle.care.liaison.views.tabs import town_tabs
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@require_safe
@access.requires(Kind.LIAISON, Act.CREATE)
def patients(request: AuthenticatedRequest) -> HttpResponse:
    """List those who chose this doctor, what is unread first."""
    found = patients_of(request.viewer, at=timezone.now())
    context = {"tabs": town_tabs("patients"), "found": found}
    return render(request, "liaison/town_patients.html", context)


@require_safe
@access.requires(Kind.LIAISON, Act.CREATE)
def patient(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Show one patient: what awaits first."""
    page = patient_page(request.viewer, person_id, at=timezone.now())
    return render(request, "liaison/town_patient.html", {"page": page, "trail": trail_to_patients()})


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.LIAISON, Act.CREATE)
def settings(request: AuthenticatedRequest) -> HttpResponse:
    """Show and keep how this doctor is reached."""
    known = correspondence_of(request.viewer)
    initial = (
        {"mailbox": known.mailbox, "notice_address": known.notice_address, "wants_notices": known.wants_notices}
        if known
        else {}
    )
    form = CorrespondenceForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            set_correspondence(**form.cleaned_data, by=request.viewer, at=timezone.now())
        except MailboxTaken as refusal:
            form.add_error("mailbox", refusal.__doc__ or "")
        else:
            notices.success(request, "C’est enregistré.")
            return redirect("ville:settings")
    return render(request, "liaison/town_settings.html", {"tabs": town_tabs("settings"), "form": form})


def trail_to_patients() -> list[tuple[str, str]]:
    """Return the way back to the list."""
    return [(tab.label, tab.url) for tab in town_tabs("patients")[:1]]
