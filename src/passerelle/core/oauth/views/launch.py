"""Opening an application from a record (SMART App Launch 2.2.0, « Launch App: EHR Launch »)."""

from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from passerelle.core.access import api as access
from passerelle.core.access.api import AuthenticatedRequest
from passerelle.core.oauth.addresses import fhir_base
from passerelle.core.oauth.patients import directory_of_patients
from passerelle.core.oauth.selectors.declarations import launchable
from passerelle.core.oauth.services.launching import open_launch


@access.signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def launch(request: AuthenticatedRequest, declaration_id: UUID) -> HttpResponse:
    now, viewer = timezone.now(), request.viewer
    found = launchable(declaration_id, on=timezone.localdate(now))
    patient_id, encounter_id = _id(request, "patient"), _id(request, "encounter")
    patient = directory_of_patients().chosen(viewer, patient_id, at=now) if found and patient_id else None
    if found is None or patient is None or viewer.account_id is None:
        raise Http404
    if request.method == "POST":
        ticket = open_launch(
            account_id=viewer.account_id,
            application=found.application,
            patient=patient,
            encounter_id=encounter_id,
            at=now,
        )
        joint = "&" if "?" in found.launch_address else "?"
        asked = urlencode({"iss": fhir_base(request), "launch": ticket})
        return HttpResponse(status=302, headers={"Location": f"{found.launch_address}{joint}{asked}"})
    context = {"declaration": found, "application": found.application, "patient": patient}
    response = render(request, "oauth/launch.html", context)
    parts = urlsplit(found.launch_address)
    response._csp_update = {"form-action": [f"{parts.scheme}://{parts.netloc}"]}  # type: ignore[attr-defined]  # noqa: SLF001 - django-csp's way
    return response


def _id(request: AuthenticatedRequest, name: str) -> UUID | None:
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None
