"""Referrals on the doctor's side."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from passerelle.care.liaison.forms.letters import ReasonForm
from passerelle.care.liaison.forms.town import ReferralForm
from passerelle.care.liaison.rules.referrals import Urgency
from passerelle.care.liaison.selectors.naming import banner
from passerelle.care.liaison.selectors.referrals import referral_of_doctor
from passerelle.care.liaison.selectors.services import service_asked, services
from passerelle.care.liaison.selectors.town import my_referrals, the_doctor
from passerelle.care.liaison.services.referrals import Asked, ask_referral, cancel_referral
from passerelle.care.liaison.services.refusals import StepRefused
from passerelle.care.liaison.views.tabs import town_tabs
from passerelle.care.liaison.views.town import trail_to_patients
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind

_MOST_JOINED = 20


@require_safe
@access.requires(Kind.LIAISON, Act.CREATE)
def referrals(request: AuthenticatedRequest) -> HttpResponse:
    """List the referrals of this doctor."""
    moving, over = my_referrals(request.viewer)
    context = {"tabs": town_tabs("referrals"), "waiting": moving, "over": over[:20], "url_name": "ville:referral"}
    return render(request, "liaison/town_referrals.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.LIAISON, Act.CREATE)
def ask(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Address a patient to a service."""
    at = timezone.now()
    the_doctor(request.viewer, person_id, at=at)
    rows = record.documents(request.viewer, person_id, at=at)[:_MOST_JOINED]
    form = ReferralForm(
        request.POST or None,
        services=services(),
        documents=[(row.id, f"{row.title}, {row.establishment_name}") for row in rows],
    )
    if form.is_valid():
        told = form.cleaned_data
        establishment, unit_code, label = service_asked(told["service"])
        asked = Asked(
            establishment=establishment,
            unit_code=unit_code,
            service_label=label,
            urgency=Urgency(told["urgency"]),
            reason=told["reason"],
            question=told["question"],
            document_ids=tuple(UUID(one) for one in told["documents"]),
        )
        referral = ask_referral(person_id=person_id, asked=asked, by=request.viewer, at=at)
        notices.success(request, "Adressage envoyé au service.")
        return redirect("ville:referral", referral.pk)
    context = {
        "form": form,
        "banner": banner(person_id, on=timezone.localdate(at)),
        "trail": [*trail_to_patients(), ("Le patient", reverse("ville:patient", args=[person_id]))],
    }
    return render(request, "liaison/town_ask.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.LIAISON, Act.CREATE)
def referral(request: AuthenticatedRequest, referral_id: UUID) -> HttpResponse:
    """Show a referral, its steps and its answer; take it back while it is open."""
    at = timezone.now()
    page = referral_of_doctor(request.viewer, referral_id, at=at)
    form = ReasonForm(request.POST or None)
    if page.following and form.is_valid():
        try:
            cancel_referral(referral_id=referral_id, note=form.cleaned_data["note"], by=request.viewer, at=at)
        except StepRefused as refusal:
            form.add_error(None, refusal.why)
        else:
            notices.success(request, "Adressage annulé. Le service le voit.")
            return redirect("ville:referral", referral_id)
    trail = [(tab.label, tab.url) for tab in town_tabs("referrals")[1:2]]
    return render(request, "liaison/town_referral.html", {"page": page, "form": form, "trail": trail})
