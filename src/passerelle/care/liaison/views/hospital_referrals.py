"""Referrals on the hospital's side."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from passerelle.care.liaison.forms.town import StepForm
from passerelle.care.liaison.rules.referrals import ReferralState
from passerelle.care.liaison.selectors.referrals import referral_at_hospital
from passerelle.care.liaison.selectors.worklist import places_of, referrals_at
from passerelle.care.liaison.services.referrals import Told, answer_referral, move_referral
from passerelle.care.liaison.services.refusals import StepRefused
from passerelle.care.liaison.views.tabs import hospital_tabs
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@require_safe
@access.requires(Kind.LIAISON, Act.SEARCH)
def referrals(request: AuthenticatedRequest) -> HttpResponse:
    """List the referrals sent to the viewer's establishments."""
    places = places_of(request.viewer, at=timezone.now())
    context = {
        "tabs": hospital_tabs("referrals"),
        "waiting": referrals_at(places),
        "over": referrals_at(places, is_open=False)[:20],
        "url_name": "liaison:referral",
    }
    return render(request, "liaison/referrals.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.LIAISON, Act.UPDATE)
def referral(request: AuthenticatedRequest, referral_id: UUID) -> HttpResponse:
    """Show a referral, and take it to its next step."""
    at = timezone.now()
    page = referral_at_hospital(request.viewer, referral_id, at=at)
    form = StepForm(request.POST or None)
    asked = next((state for state in page.following if state.value == request.POST.get("etape")), None)
    if asked is not None and form.is_valid():
        told = Told(
            form.cleaned_data["note"], form.cleaned_data["appointment_at"], form.cleaned_data["appointment_place"]
        )
        try:
            if asked is ReferralState.ANSWERED:
                answer_referral(referral_id=referral_id, words=told.note, by=request.viewer, at=at)
            else:
                move_referral(referral_id=referral_id, to=asked, told=told, by=request.viewer, at=at)
        except StepRefused as refusal:
            form.add_error(None, refusal.why)
        else:
            notices.success(request, f"Adressage\u00a0: {asked.label.lower()}. Le médecin le voit dans son espace.")
            return redirect("liaison:referral", referral_id)
    trail = [(tab.label, tab.url) for tab in hospital_tabs("referrals")[:2]]
    return render(request, "liaison/referral.html", {"page": page, "form": form, "trail": trail})
