"""The home of exchanges: what is wrong, then each channel, as one viewer may see them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from passerelle.care.exchange.alerts.standing import AlertLine, open_alerts
from passerelle.care.exchange.selectors.channels import ChannelFlow, channel_flows
from passerelle.care.exchange.selectors.flows import SLOT, SLOTS, SenderFlow, sender_flows, visible_flows
from passerelle.core.access.api import Role, Viewer
from passerelle.core.directory import api as directory
from passerelle.core.ui.api import LineChart, Series, Sparkline, french

_TOO_OLD = timedelta(minutes=5)
_MANY_FAULTS = 0.05


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """A channel on the board; a sender without channel has a label of its own and no code."""

    code: str
    label: str
    establishment_name: str
    href: str
    hour: int
    day: int
    fault_share: float | None
    has_many_faults: bool
    oldest_wait: timedelta | None
    is_late: bool
    parked_lanes: int
    last_at: datetime | None
    silence_kind: str
    silence_label: str
    shape: Sparkline | None

    @property
    def needs_a_look(self) -> bool:
        return self.silence_kind == "danger" or self.is_late or self.has_many_faults or self.parked_lanes > 0

    @property
    def per_minute(self) -> str:
        """Return the mean rate of the last hour, in words."""
        rate = self.hour / 60
        if not rate:
            return "0"
        return f"{french.number(rate, 0 if rate >= 10 else 2 if rate < 1 else 1)}{french.NBSP}/{french.NBSP}min"


@dataclass(frozen=True, slots=True)
class Totals:
    """What the board says above all."""

    hour: int
    day: int
    waiting: int
    oldest_wait: timedelta | None
    parked_lanes: int
    faulty: int

    @property
    def oldest_label(self) -> str:
        """Return the age of the message that has waited longest, in words."""
        return f"le plus ancien attend depuis {french.duration(self.oldest_wait)}" if self.oldest_wait else ""


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the home shows."""

    alerts: list[AlertLine]
    channels: list[ChannelLine]
    totals: Totals
    unknown_day: int
    chart: LineChart | None
    at: datetime


def board(viewer: Viewer, *, at: datetime) -> Board:
    """Return the home of exchanges for this viewer; figures are of this very moment."""
    flows = visible_flows(viewer, sender_flows(at=at).values())
    rows = [row for row in channel_flows(flows, at=at) if _is_kept(viewer, row)]
    names = {row.code: row.short_name for row in directory.establishments(with_test=True)}
    lines = [_line(row, names, at) for row in rows]
    return Board(
        alerts=open_alerts(viewer, at=at),
        channels=sorted(lines, key=lambda line: (not line.needs_a_look, line.silence_kind != "danger", line.label)),
        totals=_totals(flows, at),
        unknown_day=sum(flow.day for flow in flows if not flow.sender.facility),
        chart=_chart(flows, at),
        at=at,
    )


def _is_kept(viewer: Viewer, row: ChannelFlow) -> bool:
    return row.channel is None or viewer.has(Role.INTEGRATOR, row.channel.establishment)


def _totals(flows: list[SenderFlow], at: datetime) -> Totals:
    oldest = min((flow.oldest_waiting_at for flow in flows if flow.oldest_waiting_at), default=None)
    return Totals(
        hour=sum(flow.hour for flow in flows),
        day=sum(flow.day for flow in flows),
        waiting=sum(flow.waiting for flow in flows),
        oldest_wait=at - oldest if oldest else None,
        parked_lanes=sum(flow.parked_lanes for flow in flows),
        faulty=sum(flow.faulty for flow in flows),
    )


def _line(row: ChannelFlow, names: dict[str, str], at: datetime) -> ChannelLine:
    kind, label = _silence(row, at)
    share = row.faulty / row.day if row.day else None
    oldest_wait = at - row.oldest_waiting_at if row.oldest_waiting_at else None
    establishment = row.channel.establishment if row.channel else row.flows[0].sender.establishment
    return ChannelLine(
        code=row.channel.code if row.channel else "",
        label=row.channel.label if row.channel else _label(row.flows[0]),
        establishment_name=names.get(establishment, ""),
        href=f"{reverse('exchange:messages')}?{urlencode({'canal': _key(row)})}",
        hour=row.hour,
        day=row.day,
        fault_share=share,
        has_many_faults=share is not None and share > _MANY_FAULTS,
        oldest_wait=oldest_wait,
        is_late=oldest_wait is not None and oldest_wait > _TOO_OLD,
        parked_lanes=row.parked_lanes,
        last_at=row.last_at,
        silence_kind=kind,
        silence_label=label,
        shape=_shape(row.slots) if row.day else None,
    )


def _shape(slots: list[int]) -> Sparkline:
    return Sparkline(name="Messages par demi-heure", values=[float(count) for count in slots], decimals=0)


def _key(row: ChannelFlow) -> str:
    """Return what stands for a channel in an address: its code, or MSH-4 and MSH-3."""
    sender = row.flows[0].sender if row.flows else None
    return row.channel.code if row.channel else f"{sender.facility}|{sender.application}" if sender else ""


def _label(flow: SenderFlow) -> str:
    return " · ".join(filter(None, [flow.sender.facility, flow.sender.application]))


def _silence(row: ChannelFlow, at: datetime) -> tuple[str, str]:
    if row.silent_since is not None:
        return "danger", f"muet depuis {french.duration(at - row.silent_since)}"
    if row.channel is None:
        return "neutral", "sans canal déclaré"
    if row.channel.silence is None:
        return "neutral", "non surveillé"
    return ("done", "parle") if row.is_watched else ("neutral", "non surveillé à cette heure")


def _chart(flows: list[SenderFlow], at: datetime) -> LineChart | None:
    values = [float(sum(flow.slots[rank] for flow in flows)) for rank in range(SLOTS)]
    if not any(values):
        return None
    # The slots begin 24 hours ago, to the second; each is named by its first minute.
    starts = [french.local(at - SLOT * (SLOTS - rank)) for rank in range(SLOTS)]
    peak = max(range(SLOTS), key=lambda rank: values[rank])
    total = sum(values)
    received = "message reçu" if total < 2 else "messages reçus"
    return LineChart(
        title=f"{french.number(total)} {received} en 24{french.NBSP}heures, le plus fort vers"
        f" {french.hour(starts[peak].replace(minute=0))}",
        series=[Series("Messages", values)],
        x_labels=[f"{start:%H:%M}" for start in starts],
        x_title="Demi-heure commençant à",
        y_unit="messages",
        decimals=0,
    )
