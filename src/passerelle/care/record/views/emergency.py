"""Opening a record in an emergency: a reason, a limit in time, a trace that the patient reads."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from passerelle.care.record import api as record
from passerelle.care.record.views.forms import EmergencyForm
from passerelle.care.record.views.people import banner_of
from passerelle.care.record.views.timeline import needs_emergency
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.parameters.api import legal


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.PATIENT, Act.BREAK_GLASS)
def emergency(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Ask for the reason, then open; a viewer who needs no emergency goes to the record."""
    at = timezone.now()
    if not needs_emergency(request.viewer, person_id, at=at):
        return redirect("record:timeline", person_id)
    relation = record.relation_to(request.viewer, person_id, at=at)
    minutes = int(legal("access.emergency_minutes", timezone.localdate(at)).value)
    banner = banner_of(request.viewer, person_id, relation, at=at)
    form = EmergencyForm(request.POST or None)
    if form.is_valid():
        access.open_emergency_access(
            viewer=request.viewer,
            person_id=person_id,
            reason=form.cleaned_data["reason"],
            relation=relation,
            at=at,
            lasting=timedelta(minutes=minutes),
        )
        return redirect("record:timeline", person_id)
    context = {"banner": banner, "form": form, "hours": minutes // 60}
    return render(request, "record/emergency.html", context)
