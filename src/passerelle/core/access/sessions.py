"""What a session remembers of how its holder proved who they are."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import login
from django.http import HttpRequest

from passerelle.core.access.models import Account
from passerelle.core.access.vocabulary import Role
from passerelle.core.audit import api as audit

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_KEY = "passerelle_second_factor"
_PROVED_AT = "passerelle_proved_at"
_FEDERATION = "passerelle_federation"
_FAREWELL = "passerelle_farewell"
_CAPACITY = "passerelle_capacity"
_PRACTISING = frozenset({Role.CLINICIAN, Role.TOWN_DOCTOR})
_STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def used_two_factors(request: HttpRequest, account: Account) -> bool:
    """Tell whether this session gave a second factor: at sign-in, or by enrolling one in it."""
    if request.session.get(_KEY) == str(account.pk):
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, account))


def note_second_factor(request: HttpRequest, account: Account) -> None:
    """Count the session as proved: a code of the new factor was just accepted, or a persona was assumed."""
    request.session[_KEY] = str(account.pk)
    request.session[_PROVED_AT] = time.time()


def last_proof(request: HttpRequest, account: Account) -> datetime | None:
    """Return when the holder of the session last gave a second factor in it, None when it is not known."""
    moments = [record["at"] for record in get_authentication_records(request, account) if record["method"] == "mfa"]
    if request.session.get(_KEY) == str(account.pk) and _PROVED_AT in request.session:
        moments.append(request.session[_PROVED_AT])
    return datetime.fromtimestamp(max(moments), UTC) if moments else None


@dataclass(frozen=True, slots=True)
class Federation:
    """By which provider a session was opened, and the token that closes the session there."""

    provider: str
    id_token: str


def open_session(
    request: HttpRequest, account: Account, *, federation: Federation, at: datetime, has_two_factors: bool = True
) -> None:
    """Sign in somebody whom a provider has identified; the session gets a new key, and an event.

    When the provider asked for one factor only, the session sees nothing until a second one is given here.
    """
    login(request, account, backend=BACKEND)
    record_authentication(request, account, method=federation.provider)
    if has_two_factors:
        note_second_factor(request, account)
    request.session[_FEDERATION] = [federation.provider, federation.id_token]
    audit.record(
        audit.Action.SIGNED_IN,
        by=audit.Actor(account_id=account.pk, name=account.display_name),
        at=at,
        target=f"account:{account.pk}",
        detail={"methods": [federation.provider]},
    )


def open_half_session(request: HttpRequest, account: Account, *, means: str, at: datetime) -> None:
    """Sign in somebody who gave one proof (`means`): they see nothing before they give, or choose, a second factor."""
    login(request, account, backend=BACKEND)
    record_authentication(request, account, method=means)
    by = audit.Actor(account_id=account.pk, name=account.display_name)
    audit.record(audit.Action.SIGNED_IN, by=by, at=at, target=f"account:{account.pk}", detail={"methods": [means]})


def note_capacity(request: HttpRequest, role: Role, establishment: str | None) -> None:
    """Let the session act in one of the places where its holder practises: the others lend it no role."""
    request.session[_CAPACITY] = [role.value, establishment]


def capacity_of(request: HttpRequest) -> tuple[str, str | None]:
    """Return the role and the place of the practice a session is limited to; an empty role when it is not."""
    role, establishment = request.session.get(_CAPACITY) or ("", None)
    return role, establishment


def limited_to(
    assignments: frozenset[tuple[Role, str | None]], role: str, establishment: str | None
) -> frozenset[tuple[Role, str | None]]:
    """Return the roles of one practice, and those that are no practice; all of them when `role` is empty."""
    if not role:
        return assignments
    kept = (Role(role), establishment)
    return frozenset(held for held in assignments if held[0] not in _PRACTISING or held == kept)


def federation_of(request: HttpRequest) -> Federation | None:
    """Return by which provider this session was opened, None when it was by our own means."""
    told = request.session.get(_FEDERATION)
    return Federation(*told) if told else None


def note_farewell(request: HttpRequest, federation: Federation) -> None:
    """Keep, after the sign-out, what closes the session at the provider too."""
    request.session[_FAREWELL] = [federation.provider, federation.id_token]


def has_farewell(request: HttpRequest) -> bool:
    """Tell whether a session remains open at a provider."""
    return _FAREWELL in request.session


def take_farewell(request: HttpRequest) -> Federation | None:
    """Return, once, what closes the session at the provider."""
    told = request.session.pop(_FAREWELL, None)
    return Federation(*told) if told else None


def has_second_factor(account: Account) -> bool:
    """Tell whether the account has a code generator or a key (recovery codes alone do not count)."""
    return bool(is_mfa_enabled(account, _STRONG))


_other_factors: list[Callable[[UUID], bool]] = []


def register_factor(is_held: Callable[[UUID], bool]) -> None:
    """Say whether an account (its id) has a second factor kept by a package above; that package has the page for it."""
    _other_factors.append(is_held)


def has_other_factor(account: Account) -> bool:
    """Tell whether a package above keeps a second factor for this account."""
    return any(is_held(account.pk) for is_held in _other_factors)


def is_last_second_factor(authenticator: Authenticator) -> bool:
    """Tell whether removing it would leave one factor only."""
    others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=_STRONG).exclude(pk=authenticator.pk)
    return authenticator.type in _STRONG and not others.exists()
