"""What every page of the exchange asks before it shows or does something."""

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404

from passerelle.care.exchange import selectors
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


def check_message(request: AuthenticatedRequest, act: Act, establishment: str, message_id: UUID, at: datetime) -> None:
    """Let the viewer do something with one message, and leave the event."""
    relation = selectors.relation_to(request.viewer, establishment)
    access.check(request.viewer, Kind.MESSAGE, act, relation=relation, target=f"message:{message_id}", at=at)


def require_replay(request: AuthenticatedRequest, establishment: str) -> None:
    """Let the viewer decide on messages of an establishment; the service leaves the event."""
    relation = selectors.relation_to(request.viewer, establishment)
    if not access.allowed(request.viewer, Kind.MESSAGE, Act.REPLAY, relation=relation):
        raise Http404


def following(request: AuthenticatedRequest, before: int | None) -> str:
    """Return the address of the same list further on, "" at its end."""
    if before is None:
        return ""
    kept = {name: value for name, value in request.GET.items() if name != "avant"}
    return "?" + urlencode({**kept, "avant": before})


def check_group(request: AuthenticatedRequest, act: Act, establishment: str, at: datetime) -> None:
    """Let the viewer do something with the failures of an establishment, and leave one event for all."""
    relation = selectors.relation_to(request.viewer, establishment)
    access.check(request.viewer, Kind.MESSAGE, act, relation=relation, target="message:failures", at=at)
