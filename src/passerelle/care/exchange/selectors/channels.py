"""The flows as channels tell them; a sender without channel stands for itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from passerelle.care.channels import api as channels
from passerelle.care.exchange.rules.silences import is_watched, silent_since
from passerelle.care.exchange.selectors.flows import SLOTS, SenderFlow


@dataclass(slots=True)
class ChannelFlow:
    """A channel and all that its senders send; without channel, one sender that none is declared for."""

    channel: channels.Channel | None
    flows: list[SenderFlow] = field(default_factory=list)
    silent_since: datetime | None = None
    is_watched: bool = False

    @property
    def day(self) -> int:
        return sum(flow.day for flow in self.flows)

    @property
    def hour(self) -> int:
        return sum(flow.hour for flow in self.flows)

    @property
    def faulty(self) -> int:
        return sum(flow.faulty for flow in self.flows)

    @property
    def waiting(self) -> int:
        return sum(flow.waiting for flow in self.flows)

    @property
    def parked_lanes(self) -> int:
        return sum(flow.parked_lanes for flow in self.flows)

    @property
    def last_at(self) -> datetime | None:
        return max((flow.last_at for flow in self.flows if flow.last_at), default=None)

    @property
    def oldest_waiting_at(self) -> datetime | None:
        return min((flow.oldest_waiting_at for flow in self.flows if flow.oldest_waiting_at), default=None)

    @property
    def slots(self) -> list[int]:
        return [sum(flow.slots[rank] for flow in self.flows) for rank in range(SLOTS)]


def channel_flows(flows: Iterable[SenderFlow], *, at: datetime) -> list[ChannelFlow]:
    """Return each active channel with its flows, then each sender without channel; unknown senders are left out."""
    declared = {channel.code: ChannelFlow(channel) for channel in channels.active_channels()}
    others: list[ChannelFlow] = []
    for flow in flows:
        if flow.sender.channel in declared:
            declared[flow.sender.channel].flows.append(flow)
        elif flow.sender.facility:
            others.append(ChannelFlow(None, [flow]))
    for row in declared.values():
        if row.channel is not None and row.channel.silence is not None:
            row.silent_since = silent_since(row.channel.silence, row.last_at, at=at, declared_at=row.channel.since)
            row.is_watched = is_watched(row.channel.silence, at=at)
    return [*declared.values(), *others]
