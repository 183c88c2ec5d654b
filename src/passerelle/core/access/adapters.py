"""What the sign-in library asks us: nobody registers alone, a second factor always, every step leaves an event."""

import base64
import hashlib
import io
import time
from typing import Any

import qrcode  # type: ignore[import-untyped]  # the library has no types
from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from qrcode.image.svg import SvgPathFillImage  # type: ignore[import-untyped]  # the library has no types

from passerelle.core.access.models import Account
from passerelle.core.access.sessions import federation_of, has_farewell, is_last_second_factor, note_farewell
from passerelle.core.audit import api as audit

_LABELS = {
    Authenticator.Type.WEBAUTHN: "Clé d’accès",
    Authenticator.Type.TOTP: "Application de codes",
    Authenticator.Type.RECOVERY_CODES: "Codes de secours",
}


def display_name(account: Account) -> str:
    return account.display_name


def actor_of(account: Account) -> audit.Actor:
    """Return the account as the author of an event of sign-in, where no role is held yet."""
    return audit.Actor(account_id=account.pk, name=account.display_name)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        del request
        return False

    def pre_login(self, request: HttpRequest, user: Account, **details: Any) -> HttpResponse | None:
        """Refuse a persona here: it is assumed by its own door, in demonstration only."""
        refusal = self.respond_user_inactive(request, user) if user.is_demo_persona else None
        answer: HttpResponse | None = refusal or super().pre_login(request, user, **details)
        return answer

    def post_login(self, request: HttpRequest, user: Account, **details: Any) -> HttpResponse:
        methods = [record["method"] for record in get_authentication_records(request, user)]
        audit.record(
            audit.Action.SIGNED_IN,
            by=actor_of(user),
            at=timezone.now(),
            target=f"account:{user.pk}",
            detail={"methods": methods},
        )
        answer: HttpResponse = super().post_login(request, user, **details)
        return answer

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave the event without the address that was typed: it may be a password, or belong to nobody here."""
        typed = str(credentials.get("email", "")).lower()
        audit.record(
            audit.Action.SIGN_IN_FAILED,
            by=audit.Actor(account_id=None, name="Inconnu"),
            at=timezone.now(),
            target=f"address:{hashlib.sha256(typed.encode('utf-8', 'replace')).hexdigest()[:16]}",
            outcome="denied",
        )
        super().authentication_failed(request, **credentials)

    def logout(self, request: HttpRequest) -> None:
        account = request.user
        if isinstance(account, Account):
            audit.record(
                audit.Action.SIGNED_OUT, by=actor_of(account), at=timezone.now(), target=f"account:{account.pk}"
            )
        federation = federation_of(request)
        super().logout(request)
        if federation is not None:
            note_farewell(request, federation)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Lead whoever came by a provider to the page that offers to close the session there."""
        address: str = super().get_logout_redirect_url(request)
        return reverse("oauth:farewell") if federation_of(request) or has_farewell(request) else address

    def is_reauthentication_required(self, *, app: str, **details: Any) -> bool:
        """Ask again only when the last proof is old: signing in a minute ago counts."""
        if not super().is_reauthentication_required(app=app, **details):
            return False
        request = context.request
        records = get_authentication_records(request, request.user)
        latest = max((record["at"] for record in records), default=0)
        return bool(time.time() - latest > app_settings.REAUTHENTICATION_TIMEOUT)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library has no types
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "C’est votre dernier second facteur : ajoutez-en un autre avant de le retirer.",
        "incorrect_code": "Ce code n’est pas le bon, ou il a déjà servi.",
    }

    def get_totp_label(self, user: Account) -> str:
        return user.email

    def build_totp_svg(self, url: str) -> str:
        """Draw the image on a white ground: it must be read in the dark theme too."""
        drawn = io.BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(drawn)
        return drawn.getvalue().decode()

    def _get_site_name(self) -> str:
        return "Passerelle"

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not is_last_second_factor(authenticator)

    def generate_authenticator_name(self, user: Account, type: Authenticator.Type) -> str:  # noqa: A002 - its signature
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return f"{_LABELS[type]} {number}"

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> Fernet:
    """Return the cipher of the codes' secrets: a copy of the database alone cannot make a valid code."""
    key = hashlib.sha256(b"passerelle second factor" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
