from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from passerelle.core.access.api import Viewer
from passerelle.core.directory import api as directory
from passerelle.core.notify import book
from passerelle.core.notify.fingerprints import fingerprint
from passerelle.core.notify.models import Line, Message, State, Stop
from passerelle.core.notify.rules.explaining import Health, advice_of, health_of, status_kind
from passerelle.core.notify.rules.numbers import NotANumber, ending_of, normal_number
from passerelle.core.notify.rules.words import WordKind
from passerelle.core.notify.selectors.figures import ChannelFigures, figures
from passerelle.core.notify.selectors.scope import messages_of
from passerelle.core.ui.api import french

_PAGE = 25
#: What stands for the end of a link and for a code, on the pages of those who keep gateways.
_HIDDEN = "…"
_KEYS = frozenset({WordKind.LINK, WordKind.CODE})


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: a state, the fingerprint of a recipient, a page."""

    state: str = ""
    digest: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class MessageLine:
    id: int
    label: str
    channel_label: str
    ending: str
    establishment_name: str
    created_at: datetime
    status_kind: str
    state_label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    lines: tuple[MessageLine, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class GatewayLine:
    """A gateway on the page: how it fares, what awaits, what to do."""

    code: str
    label: str
    health: Health
    waiting: int
    doubtful: int
    failed: int
    sent: int
    late: str
    last_error: str
    last_error_at: datetime | None
    retry_at: datetime | None
    is_paused: bool
    paused: str


@dataclass(frozen=True, slots=True)
class StepLine:
    when: str
    title: str
    text: str
    icon: str = "clock"
    href: str = ""
    status_kind: str = ""


@dataclass(frozen=True, slots=True)
class MessagePage:
    id: int
    label: str
    establishment: str
    status_kind: str
    state: str
    state_label: str
    reason: str
    advice: str
    body: str
    facts: tuple[tuple[str, str], ...]
    steps: tuple[StepLine, ...]
    may_be_sent_again: bool
    is_doubtful: bool


def gateway_lines(*, at: datetime) -> list[GatewayLine]:
    """Return the declared gateways, three queries whatever their number."""
    lines = Line.objects.in_bulk()
    return [_gateway(one, lines.get(one.code), at) for one in figures(at=at)]


def messages(viewer: Viewer, search: Search) -> Found:
    """Return the messages that concern the viewer, latest first, a page at a time."""
    rows = Message.objects.filter(messages_of(viewer))
    if search.state:
        rows = rows.filter(state=search.state)
    if search.digest:
        rows = rows.filter(recipient_hash=search.digest)
    if search.before:
        rows = rows.filter(pk__lt=search.before)
    found = list(rows.order_by("-pk")[: _PAGE + 1])
    names = directory.place_names().short_names
    shown = found[:_PAGE]
    return Found(
        tuple(_line(message, names) for message in shown), shown[-1].pk if len(found) > _PAGE and shown else None
    )


def stop_of(digest: str) -> Stop | None:
    """Return the STOP in force for the fingerprint of a number or an address; None without one."""
    return Stop.objects.filter(recipient_hash=digest, lifted_at=None).first()


def message_page(viewer: Viewer, message_id: int, *, at: datetime) -> MessagePage | None:
    """Return one message; None when it does not concern the viewer. Two queries, and the names of places."""
    message = Message.objects.filter(messages_of(viewer), pk=message_id).first()
    if message is None:
        return None
    steps = message.steps.order_by("at", "pk")
    names = directory.place_names().short_names
    is_failed = message.state in {State.FAILED, State.DOUBTFUL}
    return MessagePage(
        id=message.pk,
        label=_label(message.template),
        establishment=message.establishment,
        status_kind=status_kind(message.state),
        state=message.state,
        state_label=message.get_state_display(),
        reason=message.reason,
        advice=advice_of(message.state),
        body=body_of(message, names),
        facts=tuple(_facts(message, names)),
        steps=tuple(
            StepLine(
                french.exact_moment(step.at), step.get_kind_display().capitalize(), _told(step.note, step.actor_name)
            )
            for step in steps
        ),
        may_be_sent_again=is_failed and message.expires_at > at and message.forgotten_at is None,
        is_doubtful=message.state == State.DOUBTFUL,
    )


def body_of(message: Message, names: Mapping[str, str]) -> str:
    """Return the text of a message, without what opens a door; a sentence when it is forgotten.

    The end of a link and a code are for their person alone: whoever keeps the gateways could go in with them.
    """
    template = book.template(message.template)
    if template is None or message.forgotten_at is not None:
        return "Le contenu est oublié."
    words = {name: _HIDDEN if template.words[name] in _KEYS else value for name, value in message.words.items()}
    return template.body(words, places=names, address=settings.PUBLIC_ADDRESS)


def _told(note: str, actor: str) -> str:
    return ", ".join(filter(None, (note, f"par {actor}" if actor else "")))


def _facts(message: Message, names: Mapping[str, str]) -> list[tuple[str, str]]:
    pairs = [
        ("Canal", message.get_channel_display()),
        ("Destinataire", ending_of(message.recipient) or "oublié"),
        ("Établissement", names.get(message.establishment, "")),
        ("Mis en file", french.exact_moment(message.created_at)),
        ("Inutile à partir de", french.exact_moment(message.expires_at)),
        ("Essais", str(message.attempts)),
        ("Nombre de SMS", str(message.parts) if message.parts else ""),
        ("Référence de la passerelle", message.gateway_reference),
        ("Notre identifiant", str(message.public_id)),
    ]
    return [(term, value) for term, value in pairs if value]


def _line(message: Message, names: Mapping[str, str]) -> MessageLine:
    return MessageLine(
        id=message.pk,
        label=_label(message.template),
        channel_label=message.get_channel_display(),
        ending=ending_of(message.recipient) or "oublié",
        establishment_name=names.get(message.establishment, "groupement"),
        created_at=message.created_at,
        status_kind=status_kind(message.state),
        state_label=message.get_state_display(),
        reason=message.reason,
    )


def _label(code: str) -> str:
    template = book.template(code)
    return template.label if template else code


def _gateway(one: ChannelFigures, line: Line | None, at: datetime) -> GatewayLine:
    known = line or Line(code=one.code, last_error="", paused_by="", paused_reason="")
    return GatewayLine(
        code=one.code,
        label=one.label,
        health=health_of(one.circuit, is_paused=one.is_paused, doubtful=one.doubtful, late_s=one.late_s),
        waiting=one.waiting,
        doubtful=one.doubtful,
        failed=one.failed_today,
        sent=one.sent_today,
        late=f"depuis {french.duration(timedelta(seconds=one.late_s))}" if one.late_s else "",
        last_error=known.last_error,
        last_error_at=known.last_error_at,
        retry_at=known.retry_at if known.retry_at and known.retry_at > at else None,
        is_paused=one.is_paused,
        paused=f"Suspendue le {french.exact_moment(known.paused_at)} par {known.paused_by}\u00a0: {known.paused_reason}"
        if known.paused_at
        else "",
    )


def digest_of(recipient: str) -> str:
    """Return the fingerprint of a number or an address as somebody gives it; empty when it is neither."""
    try:
        return fingerprint(recipient if "@" in recipient else normal_number(recipient))
    except NotANumber:
        return ""
