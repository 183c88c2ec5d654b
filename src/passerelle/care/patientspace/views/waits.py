"""The page where delays before showing a piece are set, by establishment."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from passerelle.care.patientspace.forms.waits import WaitForm
from passerelle.care.patientspace.selectors.release import waits_by_place
from passerelle.care.patientspace.services.release import change_wait
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.directory import api as directory


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.PARAMETER, Act.UPDATE)
def waits(request: AuthenticatedRequest) -> HttpResponse:
    """Show the delays of every establishment, and take a change."""
    places = [(row.code, row.name) for row in directory.establishments()]
    form = WaitForm(request.POST or None, places=places)
    if form.is_valid():
        change_wait(viewer=request.viewer, at=timezone.now(), **form.cleaned_data)
        messages.success(request, "Le délai est enregistré.")
        return redirect("patientspace:waits")
    return render(request, "patientspace/waits.html", {"form": form, "places": waits_by_place()})
