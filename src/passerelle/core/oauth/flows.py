"""What a session remembers between its going to a provider and its return."""

import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from passerelle.protocols.oidc import api as oidc

_STARTED, _PENDING = "oauth_started", "oauth_pending"
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
    next: str
    is_step_up: bool
    at: float

    @property
    def started(self) -> oidc.Started:
        return oidc.Started("", self.state, self.nonce, self.verifier)


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody whom the provider has identified, and who has not chosen a practice yet."""

    claims: dict[str, Any]
    subject: str
    id_token: str
    next: str
    at: float


def keep(request: HttpRequest, started: oidc.Started, *, next_: str, is_step_up: bool) -> None:
    """Remember a going; the oldest of more than five is forgotten."""
    flow = Flow(started.state, started.nonce, started.verifier, next_, is_step_up, time.time())
    flows = [*request.session.get(_STARTED, ()), asdict(flow)]
    request.session[_STARTED] = flows[-_AT_ONCE:]


def take(request: HttpRequest, state: str) -> Flow | None:
    """Return, once, the going that a return answers; None when this session began none, or too long ago."""
    flows = [Flow(**told) for told in request.session.get(_STARTED, ())]
    found = next((flow for flow in flows if flow.state == state), None)
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


def safe_next(request: HttpRequest, address: str) -> str:
    """Return an address of this house, the entry when the one given is not."""
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_ours else settings.LOGIN_REDIRECT_URL
