"""How INSi goes for the whole house: what waits, what awaits a decision, the campaigns."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.identity.gateway import insi_gateway
from passerelle.care.identity.models import InsiCall, InsiCampaign, InsiOperation, InsiState
from passerelle.care.identity.selectors.desk import CallRow, call_row
from passerelle.protocols.insi import api as insi


@dataclass(frozen=True, slots=True)
class InsiBoard:
    """How INSi goes: what waits, what awaits a decision, the last campaigns."""

    is_open: bool
    is_simulated: bool
    waiting: tuple[tuple[CallRow, UUID, datetime | None], ...]
    to_settle: tuple[tuple[CallRow, UUID], ...]
    campaigns: tuple[InsiCampaign, ...]
    differing: tuple[CallRow, ...]

    @property
    def current(self) -> InsiCampaign | None:
        """Return the campaign in hand."""
        return next((one for one in self.campaigns if one.ended_at is None), None)


def insi_board() -> InsiBoard:
    """Return the state of INSi for the identity cell: no name, only addresses of files."""
    gateway = insi_gateway()
    waiting = InsiCall.objects.filter(state=InsiState.WAITING).order_by("next_try_at", "pk")[:50]
    found = InsiCall.objects.filter(
        state=InsiState.ANSWERED, operation=InsiOperation.SEARCH, code=insi.Outcome.FOUND, settled_at=None
    ).order_by("-asked_at", "-pk")[:50]
    campaigns = tuple(InsiCampaign.objects.select_related("establishment").order_by("-started_at", "-pk")[:5])
    differing = InsiCall.objects.filter(
        campaign__in=campaigns[:1], state=InsiState.ANSWERED, code=insi.Outcome.NONE
    ).order_by("-asked_at", "-pk")[:50]
    return InsiBoard(
        is_open=gateway is not None,
        is_simulated=gateway is not None and gateway.is_simulated,
        waiting=tuple((call_row(call), call.local_identity_id, call.next_try_at) for call in waiting),
        to_settle=tuple((call_row(call), call.local_identity_id) for call in found),
        campaigns=campaigns,
        differing=tuple(call_row(call) for call in differing),
    )
