from typing import Any

from allauth.account.views import LoginView, PasswordChangeView
from allauth.account.views import logout as leave
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from passerelle.core.access.guards import enrolment, public
from passerelle.core.access.selectors import persona_account, persona_groups, viewer_of
from passerelle.core.access.services.accounts import note_second_factor_change
from passerelle.core.access.services.personas import note_persona
from passerelle.core.access.sessions import BACKEND, note_second_factor


@public
def sign_out(request: HttpRequest) -> HttpResponse:
    """Close the session, and have the browser forget every page it kept."""
    response: HttpResponse = leave(request)
    if request.method == "POST":
        response["Clear-Site-Data"] = '"cache", "storage"'
        response["Cache-Control"] = "no-store"
    return response


class SignIn(LoginView):  # type: ignore[misc]  # the library has no types
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "cast": persona_groups() if settings.DEMO else [],
            "providers": [provider for provider in settings.IDENTITY_PROVIDERS.values() if provider["issuer"]],
        }


class ChangePassword(PasswordChangeView):  # type: ignore[misc]  # the library has no types
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send back whoever has no password to change: a persona, or someone who signs in with a key only."""
        if request.user.is_authenticated and not request.user.has_usable_password():
            messages.info(request, "Ce compte s’ouvre sans mot de passe\u00a0: il n’y en a pas à changer.")
            return redirect("mfa_index")
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response


class ActivateCodes(ActivateTOTPView):  # type: ignore[misc]  # the library has no types
    """A code of the new generator was just accepted: the session has its second factor."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        note_second_factor(self.request, self.request.user)
        note_second_factor_change(account=self.request.user, means="totp", at=timezone.now())
        return response


class AddKey(AddWebAuthnView):  # type: ignore[misc]  # the library has no types
    """The new key just signed: the session has its second factor."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        note_second_factor(self.request, self.request.user)
        note_second_factor_change(account=self.request.user, means="webauthn", at=timezone.now())
        return response


@enrolment
@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    return render(request, "access/second_factor.html")


@public
@require_POST
def assume_persona(request: HttpRequest, code: str) -> HttpResponse:
    """Enter as a persona of the demonstration; elsewhere this page does not exist."""
    account = persona_account(code) if settings.DEMO else None
    if account is None:
        raise Http404
    login(request, account, backend=BACKEND)
    note_second_factor(request, account)
    now = timezone.now()
    viewer = viewer_of(account, on=timezone.localdate(now), second_factor=True)
    note_persona(account, by=viewer.actor(), at=now)
    messages.info(request, f"Vous êtes maintenant « {account.display_name} », personnage de démonstration.")
    return redirect(settings.LOGIN_REDIRECT_URL)
