"""What the sign-in library asks us: nobody registers alone, and every step leaves an event."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from passerelle.core.access.models import Account


def display_name(account: Account) -> str:
    return account.display_name


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        del request
        return False


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library has no types
    def get_totp_label(self, user: Any) -> str:
        return str(user.email)
