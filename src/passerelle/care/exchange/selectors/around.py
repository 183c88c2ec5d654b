"""What stands around a message: what came of it, its neighbours in the lane, its copies, what it is read beside."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.exchange.effects import effects_of
from passerelle.care.exchange.handlers import Inbound
from passerelle.care.exchange.models import Copy, Message
from passerelle.care.exchange.rules.differences import Difference, differences
from passerelle.care.exchange.selectors.listing import MessageLine, lines_of
from passerelle.care.exchange.selectors.scope import visible_to
from passerelle.core.access.api import Viewer
from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.hl7v2 import Hl7Error

_BESIDE = 2


@dataclass(frozen=True, slots=True)
class EffectLine:
    """One thing that came of a message, with a link when this viewer may follow it."""

    title: str
    text: str
    icon: str
    href: str


@dataclass(frozen=True, slots=True)
class CopyLine:
    """A message made from another one."""

    id: UUID
    at: datetime
    author_name: str
    reason: str
    is_edited: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Another message beside this one: the first to bear its control id, or the original of a copy."""

    id: UUID
    label: str
    changes: list[Difference]


def effects(viewer: Viewer, message: Message) -> list[EffectLine]:
    """Return what came of an applied message, as packages above tell it; nothing before it is applied."""
    inbound = inbound_of(message) if message.applied_at else None
    found = effects_of(inbound) if inbound else []
    return [EffectLine(effect.title, effect.text, effect.icon, effect.link_for(viewer)) for effect in found]


def inbound_of(message: Message) -> Inbound | None:
    """Return a message as handlers are given it; None when it cannot be read."""
    try:
        parsed = hl7v2.parse(bytes(message.raw if message.form is None else message.form))
        event = pamfr.read(parsed)
    except Hl7Error:
        return None
    return Inbound(
        message_id=message.pk,
        establishment=message.establishment,
        sending_application=message.sending_application,
        received_at=message.received_at,
        event=event,
        message=parsed,
    )


def neighbours(viewer: Viewer, message: Message) -> list[MessageLine]:
    """Return the messages of the same patient just before and just after, this one among them, latest first."""
    if message.lane is None:
        return []
    same = Message.objects.filter(visible_to(viewer), lane=message.lane)
    before = same.filter(seq__lt=message.seq).order_by("-seq").values_list("seq", flat=True)[:_BESIDE]
    after = same.filter(seq__gt=message.seq).order_by("seq").values_list("seq", flat=True)[:_BESIDE]
    beside = [*before, *after]
    return lines_of([*beside, message.seq]) if beside else []


def copies_of(message: Message) -> list[CopyLine]:
    """Return the messages made from this one, in their order."""
    rows = Copy.objects.filter(original_id=message.pk).order_by("at", "pk")
    return [CopyLine(row.copy_id, row.at, row.author_name, row.reason, row.is_edited) for row in rows]


def comparisons(message: Message) -> list[Comparison]:
    """Return the messages this one must be read beside."""
    found = []
    first = _first_use(message) if message.state == "conflict" else None
    if first is not None:
        found.append(Comparison(first.pk, "le premier message qui porte cet identifiant", _changes(first, message)))
    made = Copy.objects.filter(pk=message.pk).first()
    original = Message.objects.filter(pk=made.original_id).first() if made else None
    if made is not None and original is not None:
        label = f"l’original, repris par {made.author_name}\u00a0: {made.reason}" if made.reason else "l’original"
        found.append(Comparison(original.pk, label, _changes(original, message)))
    return found


def _changes(before: Message, after: Message) -> list[Difference]:
    return differences(bytes(before.raw), bytes(after.raw))


def _first_use(message: Message) -> Message | None:
    return Message.objects.filter(
        accepted=True,
        control_id=message.control_id,
        sending_application=message.sending_application,
        sending_facility=message.sending_facility,
    ).first()
