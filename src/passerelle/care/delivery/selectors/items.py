from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from passerelle.care.delivery.models import Item, State, Step, StepKind
from passerelle.care.delivery.rules.explaining import item_advice
from passerelle.care.delivery.selectors.scope import items_of, items_of_establishments, kept_by
from passerelle.care.delivery.services import book
from passerelle.care.delivery.services.deciding import MOST_AT_ONCE
from passerelle.core.access.api import Viewer
from passerelle.core.directory import api as directory
from passerelle.core.ui.api import french

_LONGEST_TEXT = 20_000
_STATUS_KINDS = {
    State.WAITING: "info",
    State.SENDING: "info",
    State.AMBIGUOUS: "attention",
    State.DELIVERED: "done",
    State.FAILED: "danger",
    State.CANCELLED: "neutral",
}
_STEP_ICONS = {
    StepKind.DELIVERED: "done",
    StepKind.ASSUMED: "check",
    StepKind.READ: "eye",
    StepKind.HANDED: "done",
    StepKind.RESENT: "refresh",
    StepKind.RETRIED: "refresh",
    StepKind.CANCELLED: "close",
    StepKind.LATER: "clock",
    StepKind.NOT_SENT: "clock",
}


@dataclass(frozen=True, slots=True)
class ItemSearch:
    """What is asked of a queue: a state, a type as `ADT^A40`, words of the answer, and where to go on."""

    state: str = ""
    kind: str = ""
    words: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item in a list."""

    id: int
    kind: str
    control_id: str
    establishment_name: str
    created_at: datetime
    attempts: int
    state_label: str
    status_kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class ItemList:
    """Latest first; `next_before` asks for the following ones, None at the end."""

    lines: list[ItemLine]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try or a decision, in the shape of `ui/components/timeline.html`, with what was answered."""

    when: str
    title: str
    icon: str
    text: str
    answer: str
    href: str = ""
    status_kind: str = ""
    status_label: str = ""


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Everything the page of one item shows; `newer_sent` counts what went past it, of the same patient."""

    id: int
    destination: str
    destination_label: str
    kind: str
    establishment: str
    facts: list[tuple[str, str]]
    state: str
    state_label: str
    status_kind: str
    reason: str
    advice: str
    attempts: list[Attempt]
    text: str
    is_text_cut: bool
    newer_sent: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What retrying the dead letters of a filter would do: how many, and how many would come after newer ones."""

    ids: list[int]
    count: int
    late: int


def items(viewer: Viewer, destination: str, search: ItemSearch, *, limit: int = 50) -> ItemList:
    """Return the items of a destination that match, latest first."""
    rows = _matching(viewer, destination, search)
    if search.before is not None:
        rows = rows.filter(pk__lt=search.before)
    names = {row.code: row.short_name for row in directory.establishments(with_test=True)}
    found = list(rows.defer("payload", "keys").order_by("-pk")[: limit + 1])
    lines = [_line(item, names) for item in found[:limit]]
    return ItemList(lines, found[limit - 1].pk if len(found) > limit else None)


def rehearse_retry(viewer: Viewer, destination: str, search: ItemSearch) -> Rehearsal:
    """Count what a retry of the dead letters of a filter would send, and what would come late; nothing is changed."""
    rows = _matching(viewer, destination, search).filter(state=State.FAILED)
    count = rows.count()
    found = list(rows.order_by("pk").only("pk", "keys", "destination")[:MOST_AT_ONCE])
    return Rehearsal([item.pk for item in found], count, _count_late(destination, found))


def item_page(viewer: Viewer, item_id: int) -> ItemPage | None:
    """Return one item; None when it does not exist or is not for this viewer."""
    item = Item.objects.filter(items_of(viewer), pk=item_id).first()
    return _page(item) if item else None


def payload_of(viewer: Viewer, item_id: int) -> tuple[str, str, bytes] | None:
    """Return the establishment, the type and the bytes of an item; None as for `item_page`."""
    row = Item.objects.filter(items_of(viewer), pk=item_id).values_list("establishment", "code", "payload").first()
    return (row[0], row[1], bytes(row[2])) if row else None


def _matching(viewer: Viewer, destination: str, search: ItemSearch) -> QuerySet[Item]:
    return matching(kept_by(viewer), destination, search)


def matching(kept: list[str] | None, destination: str, search: ItemSearch) -> QuerySet[Item]:
    """Return the items of a destination and of these establishments (None: the whole group) that match a search."""
    rows = Item.objects.filter(items_of_establishments(kept), destination=destination)
    if search.state:
        rows = rows.filter(state=search.state)
    if search.kind:
        code, _, trigger = search.kind.partition("^")
        rows = rows.filter(code=code.strip().upper())
        if trigger.strip() not in {"", "*"}:
            rows = rows.filter(trigger=trigger.strip().upper())
    if search.words:
        rows = rows.filter(reason__icontains=search.words.strip())
    return rows


def _count_late(destination: str, found: list[Item]) -> int:
    """Count the items that something newer of the same patient has gone past, in one reading of the queue."""
    keys = {key for item in found for key in item.keys}
    if not keys:
        return 0
    newest: dict[str, int] = {}
    sent = Item.objects.filter(
        destination=destination, state=State.DELIVERED, pk__gt=found[0].pk, keys__overlap=sorted(keys)
    )
    for number, carried in sent.order_by("pk").values_list("pk", "keys").iterator():
        newest |= dict.fromkeys(carried, number)
    return sum(1 for item in found if any(newest.get(key, 0) > item.pk for key in item.keys))


def _newer_sent(item: Item) -> QuerySet[Item]:
    return Item.objects.filter(
        destination=item.destination, state=State.DELIVERED, pk__gt=item.pk, keys__overlap=list(item.keys)
    )


def _line(item: Item, names: dict[str, str]) -> ItemLine:
    return ItemLine(
        id=item.pk,
        kind=f"{item.code}^{item.trigger}".strip("^"),
        control_id=item.control_id,
        establishment_name=names.get(item.establishment, ""),
        created_at=item.created_at,
        attempts=item.attempts,
        state_label=item.get_state_display(),
        status_kind=_STATUS_KINDS[State(item.state)],
        reason=item.reason,
    )


def _page(item: Item) -> ItemPage:
    declared = book.destination(item.destination)
    text, is_cut = _readable(bytes(item.payload))
    return ItemPage(
        id=item.pk,
        destination=item.destination,
        destination_label=declared.label if declared else f"{item.destination} (n’est plus déclaré)",
        kind=f"{item.code}^{item.trigger}".strip("^"),
        establishment=item.establishment,
        facts=_facts(item),
        state=item.state,
        state_label=item.get_state_display(),
        status_kind=_STATUS_KINDS[State(item.state)],
        reason=item.reason,
        advice=item_advice(item.state),
        attempts=[_attempt(step) for step in Step.objects.filter(item=item).order_by("at", "pk")],
        text=text,
        is_text_cut=is_cut,
        newer_sent=_newer_sent(item).count() if item.state in {State.FAILED, State.AMBIGUOUS} else 0,
    )


def _facts(item: Item) -> list[tuple[str, str]]:
    establishment = directory.establishment(item.establishment) if item.establishment else None
    facts = [
        ("Identifiant de contrôle (MSH-10)", item.control_id),
        ("Établissement", establishment.name if establishment else ""),
        ("Mis en file", french.exact_moment(item.created_at)),
        ("Essais", str(item.attempts)),
        ("Réglé", french.exact_moment(item.settled_at) if item.settled_at else "pas encore"),
        ("Octets", f"effacés le {french.exact_moment(item.erased_at)}" if item.erased_at else ""),
        ("Prochain essai", french.exact_moment(item.due_at) if item.due_at else ""),
        ("Taille", f"{french.number(len(bytes(item.payload)))} octets"),
    ]
    if item.recipient:
        facts.insert(2, ("Correspondant", item.recipient))
    return [(term, value) for term, value in facts if value or term not in {"Prochain essai", "Octets"}]


def _attempt(step: Step) -> Attempt:
    by = f" par {step.actor_name}" if step.actor_name else ""
    answer, _ = _readable(bytes(step.answer))
    return Attempt(
        when=french.exact_moment(step.at),
        title=StepKind(step.kind).label.capitalize() + by,
        icon=_STEP_ICONS.get(StepKind(step.kind), "attention"),
        text=step.note,
        answer=answer,
    )


def _readable(raw: bytes) -> tuple[str, bool]:
    """Return bytes as text to read, one segment a line, cut when long."""
    text = raw[: _LONGEST_TEXT * 4].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return text[:_LONGEST_TEXT].strip("\n"), len(text) > _LONGEST_TEXT
