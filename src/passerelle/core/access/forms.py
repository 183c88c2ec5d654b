"""The forms of sign-in, in our words; a wrong second factor leaves an event."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, EditWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from passerelle.core.access.adapters import actor_of
from passerelle.core.access.models import Account
from passerelle.core.audit import api as audit

_CODE_LABEL = "Code à six chiffres, ou code de secours"


class SignInForm(LoginForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["login"], "Adresse électronique")
        _say(self.fields["password"], "Mot de passe")


class CodeForm(AuthenticateForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["code"], _CODE_LABEL)

    def clean_code(self) -> Any:
        with _failure_noted(self.user):
            return super().clean_code()


class ConfirmCodeForm(ReauthenticateForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["code"], _CODE_LABEL)

    def clean_code(self) -> Any:
        with _failure_noted(self.user):
            return super().clean_code()


class KeyForm(AuthenticateWebAuthnForm):  # type: ignore[misc]  # the library has no types
    def clean_credential(self) -> Any:
        with _failure_noted(self.user):
            return super().clean_credential()


class ActivateCodesForm(ActivateTOTPForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["code"], "Code à six chiffres montré par l’application")


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["name"], "Nom de la clé")
        _say(self.fields["passwordless"], "Se connecter avec cette clé seule")
        self.fields["passwordless"].help_text = "La clé demande alors votre empreinte, votre visage ou son code."


class NameKeyForm(EditWebAuthnForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["name"], "Nom de la clé")


@contextmanager
def _failure_noted(account: Account | None) -> Iterator[None]:
    try:
        yield
    except ValidationError:
        if account is not None:
            audit.record(
                audit.Action.SECOND_FACTOR_FAILED,
                by=actor_of(account),
                at=timezone.now(),
                target=f"account:{account.pk}",
                outcome="denied",
            )
        raise


def _say(field: forms.Field, label: str) -> None:
    field.label = label
    field.widget.attrs.pop("placeholder", None)
