"""Reads of bulk exports: what is asked of the store for each type, and how far an export is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from passerelle.care.identity import api as identity
from passerelle.care.record.models import Export, ExportFile, ExportState
from passerelle.care.record.rules.kinds import KIND_OF, PATIENT_PATHS
from passerelle.care.record.rules.type_filters import Criteria
from passerelle.care.record.selectors.conditions import NOTHING, all_of, any_of
from passerelle.care.record.selectors.cost import Budget
from passerelle.care.record.selectors.joins import Asking, conditions
from passerelle.care.record.selectors.sight import sight_of
from passerelle.care.record.selectors.sql import Clause
from passerelle.care.record.selectors.whole_record import RECORD_TYPES
from passerelle.core.access.api import Act, Kind, Viewer
from passerelle.protocols.fhir import api as fhir

_NOT_EXPORTED: Final = frozenset({"Binary", "Subscription"})
#: What an export of the system holds: records, then directory and terminology.
EXPORTED_TYPES: Final = tuple(
    sorted(set(PATIENT_PATHS) - _NOT_EXPORTED, key=lambda type_: (type_ not in RECORD_TYPES, type_))
)
_OPEN_KINDS: Final = frozenset({Kind.DIRECTORY, Kind.TERMINOLOGY})


@dataclass(frozen=True, slots=True)
class ExportRow:
    """An export as its owner sees it; `written` and `of_types` tell how far it is."""

    id: UUID
    owner: str
    state: ExportState
    requested_at: datetime
    request: str
    expires_at: datetime | None
    reason: str
    written: int
    place: int
    of_types: int
    files: tuple["ExportFileRow", ...]


@dataclass(frozen=True, slots=True)
class ExportFileRow:
    """A file of an export."""

    name: str
    type: str
    lines: int
    size: int


def export_row(export_id: UUID) -> ExportRow | None:
    """Return an export, None when it does not exist."""
    found = Export.objects.filter(pk=export_id).first()
    if found is None:
        return None
    files = ExportFile.objects.filter(export=found).order_by("type", "number")
    rows = tuple(ExportFileRow(one.name, one.type, one.lines, one.size) for one in files if one.lines)
    return ExportRow(
        id=found.id,
        owner=found.owner,
        state=ExportState(found.state),
        requested_at=found.requested_at,
        request=found.request,
        expires_at=found.expires_at,
        reason=found.reason,
        written=sum(one.lines for one in rows),
        place=found.place,
        of_types=len(found.types),
        files=rows,
    )


def under_way(owner: str) -> int:
    """Return how many exports of this owner wait or run."""
    return Export.objects.filter(owner=owner, state__in=[ExportState.WAITING, ExportState.RUNNING]).count()


def unfinished() -> list[UUID]:
    """Return the exports that wait or run, oldest first."""
    rows = Export.objects.filter(state__in=[ExportState.WAITING, ExportState.RUNNING]).order_by("requested_at", "id")
    return list(rows.values_list("id", flat=True))


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What an export keeps of a type: files of a group (None for all), changed since, any of some criteria."""

    group: Sequence[UUID] | None = None
    since: datetime | None = None
    filters: Sequence[Criteria] = ()


def seen_for_export(viewer: Viewer, type_: str, *, at: datetime, kept: Narrowing) -> Clause:
    """Return the condition, on the alias `held`, of what an export of a type holds for this viewer.

    Records by the right to export; directory and terminology, which hold nobody's health, by the right to read.

    Raises:
        SearchError: a criterion of a filter is unknown, ill-formed, or would cost too much.
    """
    act = Act.READ if KIND_OF.get(type_) in _OPEN_KINDS else Act.EXPORT
    sight = sight_of(viewer, at=at, act=act)
    found = [sight.clause(type_, "held")]
    if kept.group is not None:
        found.append(Clause("held.local_identity_id = ANY(%s)", (list(kept.group),)) if kept.group else NOTHING)
    if kept.since is not None:
        found.append(Clause("held.last_updated > %s", (kept.since,)))
    if kept.filters:
        asking = Asking(sight.clause, Budget())
        found.append(any_of(all_of(conditions(asking, type_, one, "held")) for one in kept.filters))
    return all_of(found)


def group_files(body: str) -> list[UUID]:
    """Return every local identity of the patients that a Group holds; a member that has left is not one."""
    named = []
    for member in fhir.loads(body).get("member", []):
        reference = str(member.get("entity", {}).get("reference", "")) if isinstance(member, dict) else ""
        if not reference.startswith("Patient/") or member.get("inactive") is True:
            continue
        try:
            named.append(UUID(reference.removeprefix("Patient/")))
        except ValueError:
            continue
    persons = sorted(set(identity.persons_of(named).values()))
    return [one.id for person in persons for one in identity.local_identities(person)]
