"""Saying again who one is, before an act that asks for it."""

from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from passerelle.core.access import api as access
from passerelle.core.access.api import AuthenticatedRequest
from passerelle.core.oauth import flows
from passerelle.core.oauth.demands import demands
from passerelle.core.oauth.providers import is_open
from passerelle.core.oauth.selectors.sent_codes import way_of
from passerelle.protocols.psc import api as psc


@access.second_step
@never_cache
@require_http_methods(["GET", "HEAD"])
def second_step(request: AuthenticatedRequest) -> HttpResponse:
    """Ask for the second factor of whoever came with one only."""
    next_ = flows.safe_next(request, request.GET.get("next", ""))
    if request.viewer.second_factor:
        return redirect(next_)
    means = Authenticator.objects.filter(user_id=request.viewer.account_id).values_list("type", flat=True)
    has_way = way_of(request.user.pk) is not None if isinstance(request.user, access.Account) else False
    return render(request, "oauth/second_step.html", {"means": set(means), "has_way": has_way, "next": next_})


@access.signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: AuthenticatedRequest) -> HttpResponse:
    """Offer the means this person has; a persona of the demonstration has none, and confirms by a button."""
    told = urlsplit(request.GET.get("next", ""))
    next_ = flows.safe_next(request, told.path + (f"?{told.query}" if told.query else ""))
    is_persona = request.viewer.is_demo_persona
    if request.method == "POST" and is_persona and isinstance(request.user, access.Account):
        access.note_second_factor(request, request.user)
        return redirect(next_)
    context = {
        "demand": next((each for each in demands() if each.operation == request.GET.get("pour")), None),
        "next": next_,
        "is_persona": is_persona,
        "means": set(Authenticator.objects.filter(user_id=request.viewer.account_id).values_list("type", flat=True)),
        "has_way": isinstance(request.user, access.Account) and way_of(request.user.pk) is not None,
        "has_psc": is_open(psc.PROVIDER) and request.viewer.professional_rpps is not None,
    }
    return render(request, "oauth/prove.html", context)
