"""Opening one's space with an invitation: the code, then the means to come back. Nobody is signed in yet."""

import time
from http import HTTPStatus

from allauth.core import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from passerelle.care.consent import api as consent
from passerelle.care.patientspace.forms.doors import InvitedForm, PasswordForm
from passerelle.care.patientspace.services.invitations import HasASpace, NotOpened, Proved, prove, still_open
from passerelle.care.patientspace.services.opening import (
    AddressTaken,
    AnotherPerson,
    open_with_citizen,
    open_with_password,
)
from passerelle.core.access import api as access
from passerelle.core.oauth import api as oauth
from passerelle.core.ui.api import french

_PROVED = "patientspace_proved"
_SECONDS = 1_800
_TOO_MANY = "Trop d’essais depuis cet endroit. Attendez dix minutes, ou appelez l’accueil de votre hôpital."


@access.public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest, code: str = "") -> HttpResponse:
    """Ask for the code and the birth date."""
    form = InvitedForm(request.POST or None, initial={"code": code})
    status = HTTPStatus.OK
    if request.method == "POST" and not ratelimit.consume(request, action="invitation"):
        form.add_error(None, _TOO_MANY)
        status = HTTPStatus.TOO_MANY_REQUESTS
    elif form.is_valid():
        told, at = form.cleaned_data, timezone.now()
        try:
            found = prove(code=told["code"], birth_date=told["birth_date"], at=at)
        except NotOpened as refusal:
            form.add_error(None, french.typography(str(refusal.__doc__)))
        else:
            request.session.cycle_key()
            request.session[_PROVED] = [str(found.id), time.time()]
            return redirect("patientspace:activate")
    return render(request, "patientspace/invited.html", {"form": form}, status=status)


@access.public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def activate(request: HttpRequest) -> HttpResponse:
    """Let the person invited choose how they will come back."""
    try:
        invitation = _proved(request)
    except NotOpened:
        return redirect("patientspace:invited")
    citizen = oauth.held_citizen(request)
    is_citizen = "citizen" in request.POST
    form = PasswordForm(request.POST if request.method == "POST" and not is_citizen else None)
    answer = None
    if is_citizen and citizen is not None:
        answer = _with_citizen(request, invitation, citizen, form)
    elif form.is_valid():
        answer = _with_password(request, invitation, form)
    context = {
        "form": form,
        "name": consent.called(invitation.person_id),
        "citizen": citizen,
        "has_franceconnect": bool(settings.IDENTITY_PROVIDERS.get("franceconnect", {}).get("issuer")),
        "here": reverse("patientspace:activate"),
    }
    return answer or render(request, "patientspace/activate.html", context)


def _proved(request: HttpRequest) -> Proved:
    invitation_id, proved_at = request.session.get(_PROVED) or ("", 0.0)
    if time.time() - proved_at > _SECONDS:
        raise NotOpened
    return still_open(invitation_id, at=timezone.now())


def _with_password(request: HttpRequest, invitation: Proved, form: PasswordForm) -> HttpResponse | None:
    told, at = form.cleaned_data, timezone.now()
    try:
        account = open_with_password(invitation=invitation, email=told["email"], password=told["password"], at=at)
    except (AddressTaken, HasASpace, NotOpened) as refusal:
        form.add_error(None, french.typography(str(refusal.__doc__)))
        return None
    access.open_half_session(request, account, means="invitation", at=at)
    return redirect("access:second_factor")


def _with_citizen(
    request: HttpRequest, invitation: Proved, citizen: oauth.Pending, form: PasswordForm
) -> HttpResponse | None:
    at = timezone.now()
    try:
        account = open_with_citizen(invitation=invitation, pending=citizen, at=at)
    except (AnotherPerson, NotOpened, oauth.NotAdmitted) as refusal:
        form.cleaned_data = {}
        form.add_error(None, french.typography(str(refusal.__doc__)))
        return None
    federation = access.Federation("franceconnect", citizen.id_token)
    is_strong = citizen.claims.get("acr") in oauth.STRONG
    access.open_session(request, account, federation=federation, at=at, has_two_factors=is_strong)
    return redirect("patientspace:home")
