from dataclasses import dataclass
from uuid import UUID

from passerelle.care.channels import api as channels
from passerelle.care.exchange.doors.forms import batch
from passerelle.care.exchange.models import Message, State, Step, StepKind
from passerelle.care.exchange.rules.differences import Difference, differences
from passerelle.care.exchange.rules.explaining import advice
from passerelle.care.exchange.rules.naming import answer_name, event_name
from passerelle.care.exchange.rules.reading import SegmentView, place_of, readable, segments_of
from passerelle.care.exchange.selectors.around import (
    Comparison,
    CopyLine,
    EffectLine,
    comparisons,
    copies_of,
    effects,
    neighbours,
)
from passerelle.care.exchange.selectors.listing import STATUS_KINDS, MessageLine
from passerelle.care.exchange.selectors.scope import visible_to
from passerelle.care.exchange.selectors.validation import FindingLine, validation_of
from passerelle.core.access.api import Viewer
from passerelle.core.directory import api as directory
from passerelle.core.ui.api import french

_COPIABLE = (State.PARKED, State.REFUSED, State.CONFLICT, State.SET_ASIDE)
_STEP_ICONS = {
    StepKind.DELAYED: "clock",
    StepKind.PARKED: "attention",
    StepKind.REPLAYED: "refresh",
    StepKind.SET_ASIDE: "close",
    StepKind.COPIED: "edit",
}


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """A point of the life line, in the shape of `ui/components/timeline.html`."""

    when: str
    title: str
    icon: str
    text: str = ""
    href: str = ""
    status_kind: str = ""
    status_label: str = ""


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Everything the page of one message shows."""

    id: UUID
    type: str
    event: str
    establishment: str
    facts: list[tuple[str, str]]
    state_label: str
    status_kind: str
    is_parked: bool
    waiting_behind: int
    error_where: str
    error_why: str
    advice: str
    life: list[LifeEvent]
    acknowledgement: str
    segments: list[SegmentView]
    mapped: list[Difference]
    is_enveloped: bool
    raw: str
    is_raw_cut: bool
    findings: list[FindingLine]
    effects: list[EffectLine]
    neighbours: list[MessageLine]
    copies: list[CopyLine]
    comparisons: list[Comparison]
    can_be_copied: bool
    is_applied: bool


def message_page(viewer: Viewer, message_id: UUID) -> MessagePage | None:
    """Return one message; None when it does not exist or is not for this viewer."""
    message = Message.objects.filter(visible_to(viewer), pk=message_id).first()
    return _page(viewer, message) if message else None


def raw_bytes(viewer: Viewer, message_id: UUID) -> tuple[str, bytes] | None:
    """Return the establishment and the bytes of a message, as they came; None as for `message_page`."""
    row = Message.objects.filter(visible_to(viewer), pk=message_id).values_list("establishment", "raw").first()
    return (row[0], bytes(row[1])) if row else None


def _page(viewer: Viewer, message: Message) -> MessagePage:
    raw, is_cut = readable(bytes(message.raw))
    read = bytes(message.raw if message.form is None else message.form)
    is_hl7 = batch.is_batch(bytes(message.raw))
    state = State(message.state)
    return MessagePage(
        id=message.pk,
        type=f"{message.code}^{message.trigger}".strip("^") or "Message illisible",
        event=event_name(message.code, message.trigger),
        establishment=message.establishment,
        facts=_facts(message),
        state_label=message.get_state_display(),
        status_kind=STATUS_KINDS[state],
        is_parked=state == State.PARKED,
        waiting_behind=_waiting_behind(message) if state == State.PARKED else 0,
        error_where=place_of(message.error_where),
        error_why=message.error_why,
        advice=advice(state.value, message.ack_code),
        life=_life(message),
        acknowledgement=readable(bytes(message.ack))[0],
        segments=segments_of(read, error_where=message.error_where),
        mapped=differences(bytes(message.raw), read) if message.form is not None and is_hl7 else [],
        is_enveloped=message.form is not None and not is_hl7,
        raw=raw,
        is_raw_cut=is_cut,
        findings=validation_of(read),
        effects=effects(viewer, message),
        neighbours=neighbours(viewer, message),
        copies=copies_of(message),
        comparisons=comparisons(message),
        can_be_copied=state in _COPIABLE,
        is_applied=message.applied_at is not None,
    )


def _facts(message: Message) -> list[tuple[str, str]]:
    establishment = directory.establishment(message.establishment) if message.establishment else None
    return [
        ("Émetteur (MSH-4, MSH-3)", " · ".join(filter(None, [message.sending_facility, message.sending_application]))),
        ("Établissement", establishment.name if establishment else "inconnu de l’annuaire"),
        ("Canal", _channel(message)),
        ("Identifiant de contrôle (MSH-10)", message.control_id),
        ("Rang d’arrivée", str(message.seq)),
        ("File du patient", str(message.lane) if message.lane is not None else "aucune"),
        ("Adresse de l’émetteur", message.peer),
        ("Taille", f"{french.number(len(bytes(message.raw)))} octets"),
        (
            "Jeu de caractères",
            "deviné, MSH-18 ne disait pas vrai" if message.charset_fallback else "celui que MSH-18 annonce",
        ),
    ]


def _channel(message: Message) -> str:
    found = channels.channel(message.channel) if message.channel else None
    return found.label if found else message.channel or "aucun canal déclaré"


def _waiting_behind(message: Message) -> int:
    return Message.objects.filter(lane=message.lane, state=State.RECEIVED, seq__gt=message.seq).count()


def _life(message: Message) -> list[LifeEvent]:
    received = french.exact_moment(message.received_at)
    sense = f" ({answer_name(message.ack_code)})" if answer_name(message.ack_code) else ""
    answer = (
        f"Acquitté par {message.ack_code}{sense}" if message.ack_code else "Aucun acquittement demandé par l’émetteur"
    )
    life = [
        LifeEvent(received, "Reçu et enregistré", "inbox"),
        LifeEvent(
            received,
            answer,
            "check" if message.accepted else "attention",
            text="" if message.accepted else message.error_why,
        ),
    ]
    steps = Step.objects.filter(message=message).order_by("at", "pk")
    life += [_step(step) for step in steps]
    if message.applied_at:
        life.append(LifeEvent(french.exact_moment(message.applied_at), "Appliqué au dossier", "done"))
    elif message.next_attempt_at:
        life.append(LifeEvent(french.exact_moment(message.next_attempt_at), "Prochaine tentative", "clock"))
    return life


def _step(step: Step) -> LifeEvent:
    title = StepKind(step.kind).label.capitalize()
    by = f" par {step.actor_name}" if step.actor_name else ""
    return LifeEvent(french.exact_moment(step.at), title + by, _STEP_ICONS[StepKind(step.kind)], text=step.note)
