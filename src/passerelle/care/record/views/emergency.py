"""Opening a record in an emergency: a reason, a limit in time, a trace that the patient reads.

The proof of who one is must be recent: `core.oauth` asks for it again before this page (`assurance.yaml`).
"""

from datetime import timedelta
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from passerelle.care.consent import api as consent
from passerelle.care.record import api as record
from passerelle.care.record.views.forms import EmergencyForm
from passerelle.care.record.views.people import banner_of
from passerelle.care.record.views.timeline import needs_emergency
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.parameters.api import legal


class UrgencyForm(EmergencyForm):
    """Why, in a word and in a sentence."""

    code = forms.ChoiceField(
        label="Nature de l’urgence",
        choices=list(access.EMERGENCY_REASONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez la nature de l’urgence."},
    )
    field_order = ("code", "reason", "confirmed")


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.PATIENT, Act.BREAK_GLASS)
def emergency(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Ask for the reason, then open; a viewer who needs no emergency goes to the record."""
    at = timezone.now()
    if not needs_emergency(request.viewer, person_id, at=at):
        return redirect("record:timeline", person_id)
    relation = record.relation_to(request.viewer, person_id, at=at)
    minutes = legal("access.emergency_minutes", timezone.localdate(at)).as_int
    is_refused = consent.restrictions_of([person_id], at=at)[person_id].opposes_emergency
    form = UrgencyForm(request.POST or None)
    if not is_refused and form.is_valid():
        access.open_emergency_access(
            viewer=request.viewer,
            person_id=person_id,
            reason=access.Urgency(form.cleaned_data["reason"], form.cleaned_data["code"]),
            relation=relation,
            at=at,
            lasting=timedelta(minutes=minutes),
        )
        return redirect("record:timeline", person_id)
    context = {
        "banner": banner_of(request.viewer, person_id, relation, at=at),
        "form": form,
        "hours": minutes // 60,
        "is_refused": is_refused,
    }
    return render(request, "record/emergency.html", context)
