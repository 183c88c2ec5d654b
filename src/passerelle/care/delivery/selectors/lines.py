from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from passerelle.care.channels.api import Destination
from passerelle.care.delivery.models import PENDING, Item, Line, State
from passerelle.care.delivery.rules.circuit import CircuitState
from passerelle.care.delivery.rules.contract import is_idempotent
from passerelle.care.delivery.rules.explaining import Health, health_of, kind_label
from passerelle.care.delivery.selectors.scope import items_of, sees
from passerelle.care.delivery.services import book
from passerelle.core.access.api import Viewer
from passerelle.core.directory import api as directory
from passerelle.core.ui.api import french

_URGENCY = {"danger": 0, "attention": 1}


@dataclass(frozen=True, slots=True)
class DestinationLine:
    """A destination in the list: how it fares and what waits for it, among what the viewer may see."""

    code: str
    label: str
    kind: str
    owner: str | None
    owner_name: str
    is_simulator: bool
    health: Health
    waiting: int
    oldest: str
    ambiguous: int
    failed: int
    last_success_at: datetime | None
    last_error_at: datetime | None
    last_error: str
    retry_at: datetime | None
    is_paused: bool
    paused: str


@dataclass(frozen=True, slots=True)
class _Counts:
    waiting: int = 0
    ambiguous: int = 0
    failed: int = 0
    oldest_at: datetime | None = None


def destination_lines(viewer: Viewer, *, at: datetime) -> list[DestinationLine]:
    """Return the destinations that concern the viewer, those in trouble first."""
    declared = [one for one in book.declared() if sees(viewer, one)]
    found = _lines(viewer, declared, at=at)
    return sorted(found, key=lambda line: (_URGENCY.get(line.health.status_kind, len(_URGENCY)), line.label))


def destination_line(viewer: Viewer, code: str, *, at: datetime) -> DestinationLine | None:
    """Return one destination; None when it is not declared or does not concern the viewer."""
    declared = book.destination(code)
    if declared is None or not sees(viewer, declared):
        return None
    return _lines(viewer, [declared], at=at)[0]


def destination_facts(code: str) -> list[tuple[str, str]]:
    """Return what the declaration of a destination says, for a definition list; no secret is in it."""
    declared = book.destination(code)
    if declared is None:
        return []
    options = declared.transport.options
    where = options.get("url") or (
        f"{options['host']}:{options['port']}" if "host" in options else options.get("folder")
    )
    promise = "peut recevoir deux fois le même envoi sans effet" if is_idempotent(declared) else "non promis"
    facts = [
        ("Par", kind_label(declared.transport.kind)),
        ("Adresse", str(where or "")),
        ("Reçoit", ", ".join(declared.sends)),
        ("Ressources FHIR", ", ".join(options.get("resources", ()))),
        ("Suit les identités", "oui" if declared.changes else "non"),
        ("Envoi répété", promise),
        ("Version de la déclaration", str(declared.version)),
    ]
    return [(term, value) for term, value in facts if value]


def _lines(viewer: Viewer, declared: Sequence[Destination], *, at: datetime) -> list[DestinationLine]:
    codes = [one.code for one in declared]
    lines = Line.objects.in_bulk(codes)
    counts = _counts(viewer, codes)
    names = {row.code: row.short_name for row in directory.establishments(with_test=True)}
    return [_line(one, lines.get(one.code), counts.get(one.code, _Counts()), names, at) for one in declared]


def _counts(viewer: Viewer, codes: Sequence[str]) -> dict[str, _Counts]:
    rows = (
        Item.objects.filter(items_of(viewer), destination__in=codes, state__in=[*PENDING, State.FAILED])
        .values("destination")
        .annotate(
            waiting=Count("pk", filter=Q(state__in=[State.WAITING, State.SENDING])),
            ambiguous=Count("pk", filter=Q(state=State.AMBIGUOUS)),
            failed=Count("pk", filter=Q(state=State.FAILED)),
            oldest_at=Min("created_at", filter=Q(state__in=PENDING)),
        )
        .order_by("destination")
    )
    return {
        row["destination"]: _Counts(row["waiting"], row["ambiguous"], row["failed"], row["oldest_at"]) for row in rows
    }


def _line(
    declared: Destination, line: Line | None, counts: _Counts, names: Mapping[str, str], at: datetime
) -> DestinationLine:
    known = line or Line(destination=declared.code, circuit="closed", failures=0, last_error="", paused_by="")
    health = health_of(
        CircuitState(known.circuit),
        failures=known.failures,
        is_paused=known.paused_at is not None,
        ambiguous=counts.ambiguous,
        failed=counts.failed,
        has_answered=known.last_success_at is not None,
    )
    owner = declared.establishment
    return DestinationLine(
        code=declared.code,
        label=declared.label,
        kind=kind_label(declared.transport.kind),
        owner=owner,
        owner_name=names.get(owner, owner) if owner else "tout le groupement",
        is_simulator=declared.simulator,
        health=health,
        waiting=counts.waiting,
        oldest=f"depuis {french.duration(at - counts.oldest_at)}" if counts.oldest_at else "",
        ambiguous=counts.ambiguous,
        failed=counts.failed,
        last_success_at=known.last_success_at,
        last_error_at=known.last_error_at,
        last_error=known.last_error,
        retry_at=known.retry_at if known.retry_at and known.retry_at > at else None,
        is_paused=known.paused_at is not None,
        paused=_paused(known),
    )


def _paused(line: Line) -> str:
    if line.paused_at is None:
        return ""
    return f"Suspendu le {french.exact_moment(line.paused_at)} par {line.paused_by} : {line.paused_reason}"
