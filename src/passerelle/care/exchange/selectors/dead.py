"""Messages that failed and that nobody has settled, grouped by their common cause."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection

from passerelle.care.exchange.models import Message, State
from passerelle.care.exchange.rules.causes import cause_of
from passerelle.care.exchange.rules.explaining import advice
from passerelle.care.exchange.rules.reading import place_of
from passerelle.care.exchange.selectors.listing import STATUS_KINDS, MessageLine, lines_of
from passerelle.care.exchange.selectors.scope import visible_to
from passerelle.core.access.api import Viewer
from passerelle.core.directory import api as directory

MOST_LOOKED_AT = 2_000  # of each state, the latest ones
_DEAD = (State.PARKED, State.REFUSED, State.CONFLICT)
_COLUMNS = (
    *("seq", "pk", "state", "establishment", "sending_facility", "error_where", "error_why", "ack_code"),
    *("received_at", "code", "trigger"),
)
_SETTLED = """
    SELECT original_id FROM exchange_copy JOIN exchange_message made ON made.id = copy_id
    WHERE original_id = ANY(%(ids)s) AND made.accepted
    UNION ALL
    SELECT message_id FROM exchange_step WHERE message_id = ANY(%(ids)s) AND kind = 'set_aside'
"""


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that failed, as its group needs it."""

    seq: int
    id: object
    state: str
    establishment: str
    facility: str
    where: str
    why: str
    ack_code: str
    received_at: datetime
    code: str
    trigger: str

    @property
    def kind(self) -> str:
        return f"{self.code}^{self.trigger}".strip("^") or "illisible"


@dataclass(slots=True)
class CauseGroup:
    """The messages of one establishment that failed for one cause."""

    state: str
    establishment: str
    establishment_name: str
    facility: str
    where: str
    cause: str
    advice: str
    ranks: list[int] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def count(self) -> int:
        return len(self.ranks)

    @property
    def place(self) -> str:
        """Return where the error is, as people say it."""
        return place_of(self.where)

    @property
    def status_kind(self) -> str:
        return STATUS_KINDS[State(self.state)]

    @property
    def state_label(self) -> str:
        return State(self.state).label

    @property
    def told_kinds(self) -> str:
        """Return the kinds of messages, the first ones only when there are many."""
        most = 4
        kinds = sorted(self.kinds)
        return ", ".join(kinds[:most]) + (f" et {len(kinds) - most} autres" if len(kinds) > most else "")

    @property
    def can_be_replayed(self) -> bool:
        """Tell whether taking the same bytes again may help; a control id that is taken stays so."""
        return self.state != State.CONFLICT

    @property
    def can_be_dismissed(self) -> bool:
        return self.state != State.PARKED

    @property
    def token(self) -> str:
        """Return what stands for the group in an address."""
        return token_of(self.state, self.establishment, self.facility, self.where, self.cause)


def token_of(*parts: str) -> str:
    """Return text for an address that `parts_of` reads back."""
    return base64.urlsafe_b64encode(json.dumps(parts, ensure_ascii=False).encode()).decode().rstrip("=")


def parts_of(token: str) -> tuple[str, str, str, str, str] | None:
    """Return state, establishment, MSH-4, place and cause of a group; None for what we never wrote."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except ValueError:
        return None
    is_ours = isinstance(parts, list) and len(parts) == 5 and all(isinstance(part, str) for part in parts)
    return tuple(parts) if is_ours else None


def failures(viewer: Viewer, *, states: Sequence[str] = _DEAD) -> list[Failure]:
    """Return the last messages that failed and that no accepted copy has replaced, latest first."""
    rows: list[Failure] = []
    for state in states:
        found = Message.objects.filter(visible_to(viewer), state=state).order_by("-seq")[:MOST_LOOKED_AT]
        rows += [Failure(*values) for values in found.values_list(*_COLUMNS)]
    settled = _settled([row.id for row in rows if row.state != State.PARKED])
    return [row for row in rows if row.id not in settled]


def dead_letters(viewer: Viewer) -> list[CauseGroup]:
    """Return the groups, those that stop patients first, then the most numerous."""
    names = {row.code: row.short_name for row in directory.establishments(with_test=True)}
    groups: dict[tuple[str, ...], CauseGroup] = {}
    for row in failures(viewer):
        cause = cause_of(row.why)
        key = (row.state, row.establishment, row.facility, row.where, cause)
        if key not in groups:
            told = advice(row.state, row.ack_code)
            name = names.get(row.establishment, "établissement inconnu")
            groups[key] = CauseGroup(
                row.state, row.establishment, name, row.facility, row.where, cause, told, last_at=row.received_at
            )
        group = groups[key]
        group.ranks.append(row.seq)
        group.kinds.add(row.kind)
        group.first_at = row.received_at
    return sorted(groups.values(), key=lambda group: (group.state != State.PARKED, -group.count, group.cause))


def group_of(viewer: Viewer, token: str) -> CauseGroup | None:
    """Return one group as it stands now; None when nothing fails so any more."""
    parts = parts_of(token)
    return next((group for group in dead_letters(viewer) if group.token == token), None) if parts else None


def lines_of_group(group: CauseGroup, *, most: int = 50) -> list[MessageLine]:
    """Return the last messages of a group."""
    return lines_of(sorted(group.ranks, reverse=True)[:most])


def ids_of_group(group: CauseGroup) -> list[UUID]:
    """Return the messages of a group."""
    return list(Message.objects.filter(seq__in=group.ranks).order_by("seq").values_list("pk", flat=True))


def _settled(ids: list[object]) -> set[object]:
    if not ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED, {"ids": ids})
        return {id_ for (id_,) in cursor.fetchall()}
