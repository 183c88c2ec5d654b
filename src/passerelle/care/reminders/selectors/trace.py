"""What was sent for one appointment: reminders, what became of them, what was answered."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.reminders.models import LIVE, Reminder, State
from passerelle.care.reminders.selectors.foreseen import CHANNELS
from passerelle.core.ui.api import french

_KINDS = {
    State.REACHED: "done",
    State.POSTED: "done",
    State.FAILED: "danger",
    State.WITHHELD: "neutral",
    State.CANCELLED: "neutral",
}


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One reminder of an appointment, for a timeline."""

    when: str
    title: str
    text: str
    status_kind: str
    status_label: str
    icon: str = "bell"
    href: str = ""


def trace_of(appointment_id: UUID) -> list[TraceLine]:
    """Return the reminders of an appointment, in the order they leave; one query."""
    rows = Reminder.objects.filter(appointment_id=appointment_id).order_by("send_at", "pk")
    return [_line(row) for row in rows]


def _line(row: Reminder) -> TraceLine:
    tried = [CHANNELS[channel] for channel in row.tried]
    told = [
        f"Pour le rendez-vous du {french.moment(row.starts_at)}.",
        f"Essayé sans succès{french.NBSP}: {french.enumeration(tried)}." if tried else "",
        f"{row.reason[:1].upper()}{row.reason[1:]}." if row.reason else "",
        f"Règle «{french.NBSP}{row.rule}{french.NBSP}», version {row.rule_version}.",
    ]
    return TraceLine(
        when=_when(row),
        title=f"Rappel {row.step.upper()}, {CHANNELS[row.channel]}" if row.channel else f"Rappel {row.step.upper()}",
        text=" ".join(filter(None, told)),
        status_kind=_KINDS.get(State(row.state), "info"),
        status_label=row.get_state_display(),
    )


def _when(row: Reminder) -> str:
    moment: datetime = row.send_at if row.state in LIVE else row.settled_at or row.send_at
    return french.exact_moment(moment)
