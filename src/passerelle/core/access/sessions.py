"""What a session remembers of how its holder proved who they are."""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

from passerelle.core.access.models import Account

_KEY = "passerelle_second_factor"
_STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def used_two_factors(request: HttpRequest, account: Account) -> bool:
    """Tell whether this session gave a second factor: at sign-in, or by enrolling one in it."""
    if request.session.get(_KEY) == str(account.pk):
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, account))


def note_second_factor(request: HttpRequest, account: Account) -> None:
    """Count the session as proved: a code of the new factor was just accepted, or a persona was assumed."""
    request.session[_KEY] = str(account.pk)


def has_second_factor(account: Account) -> bool:
    """Tell whether the account has a code generator or a key (recovery codes alone do not count)."""
    return bool(is_mfa_enabled(account, _STRONG))


def is_last_second_factor(authenticator: Authenticator) -> bool:
    """Tell whether removing it would leave one factor only."""
    others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=_STRONG).exclude(pk=authenticator.pk)
    return authenticator.type in _STRONG and not others.exists()
