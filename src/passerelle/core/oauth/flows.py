"""What a session remembers between its going to a provider and its return."""

import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from passerelle.protocols.oidc import api as oidc

_STARTED, _PENDING, _CITIZEN = "oauth_started", "oauth_pending", "oauth_citizen"
_AT_ONCE = 5
_SECONDS = 600
#: How old a proof asked again may be.
FRESH = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Flow:
    """One going to a provider: `is_step_up` when somebody signed in proves again who they are."""

    state: str
    nonce: str
    verifier: str
    provider: str
    next: str
    is_step_up: bool
    at: float

    @property
    def started(self) -> oidc.Started:
        return oidc.Started("", self.state, self.nonce, self.verifier)


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody whom a provider has identified, and who has one more thing to say: a practice, or a proof."""

    claims: dict[str, Any]
    subject: str
    id_token: str
    next: str
    at: float


def keep(request: HttpRequest, started: oidc.Started, *, provider: str, next_: str, is_step_up: bool) -> None:
    """Remember a going; the oldest of more than five is forgotten."""
    flow = Flow(started.state, started.nonce, started.verifier, provider, next_, is_step_up, time.time())
    flows = [*request.session.get(_STARTED, ()), asdict(flow)]
    request.session[_STARTED] = flows[-_AT_ONCE:]


def take(request: HttpRequest, provider: str, state: str) -> Flow | None:
    """Return, once, the going that a return from a provider answers; None when there is none, or too long ago."""
    flows = [Flow(**told) for told in request.session.get(_STARTED, ())]
    found = next((flow for flow in flows if flow.state == state and flow.provider == provider), None)
    if found is None:
        return None
    request.session[_STARTED] = [asdict(flow) for flow in flows if flow is not found]
    return found if time.time() - found.at < _SECONDS else None


def hold(request: HttpRequest, pending: Pending) -> None:
    request.session[_PENDING] = asdict(pending)


def held(request: HttpRequest) -> Pending | None:
    """Return who is to choose a practice; None when nobody is, or has waited too long."""
    told = request.session.get(_PENDING)
    found = Pending(**told) if told else None
    return found if found is not None and time.time() - found.at < _SECONDS else None


def release(request: HttpRequest) -> None:
    request.session.pop(_PENDING, None)


def hold_citizen(request: HttpRequest, pending: Pending) -> None:
    """Keep a citizen whom no file could be opened to, while they look for another proof. Their claims are not kept."""
    request.session[_CITIZEN] = asdict(pending)


def held_citizen(request: HttpRequest) -> Pending | None:
    """Return the citizen who looks for another proof; None when nobody does, or has waited too long."""
    told = request.session.get(_CITIZEN)
    found = Pending(**told) if told else None
    return found if found is not None and time.time() - found.at < _SECONDS else None


def safe_next(request: HttpRequest, address: str) -> str:
    """Return an address of this house, the entry when the one given is not."""
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_ours else settings.LOGIN_REDIRECT_URL
