"""What waits to be told to a patient, for the record that decides on it, and for the page of who tells it."""

from datetime import datetime
from uuid import UUID

from passerelle.care.patientspace.models import Announcement, ReleaseRule
from passerelle.care.patientspace.rules.release import Held, is_shown, shown_from
from passerelle.care.record import api as record
from passerelle.core.directory import api as directory


def holds_of(person_id: UUID) -> record.Holds:
    """Return the waits in force and what was announced to a person: two queries, one when no rule exists."""
    rows = ReleaseRule.objects.order_by("establishment", "kind").values_list("establishment", "kind", "days")
    waits = tuple(record.Wait(place, kind, days) for place, kind, days in rows)
    if not waits:
        return record.Holds()
    told = Announcement.objects.filter(person_id=person_id).values_list("item_id", flat=True)
    return record.Holds(waits, frozenset(told))


def waits_by_place() -> list[tuple[str, list[ReleaseRule]]]:
    """Return the name of each establishment with its delays, those that have none left out."""
    names = {row.code: row.name for row in directory.establishments(with_test=True)}
    found: dict[str, list[ReleaseRule]] = {}
    for rule in ReleaseRule.objects.order_by("establishment", "label"):
        found.setdefault(names.get(rule.establishment, rule.establishment), []).append(rule)
    return sorted(found.items())


def hidden_until(row: record.DocumentRow, person_id: UUID, *, at: datetime) -> datetime | None:
    """Return until when a document is hidden from its patient, None when they see it."""
    holds = holds_of(person_id)
    waits = {(one.establishment, one.kind): one.days for one in holds.waits}
    piece = Held(row.id, row.establishment, row.type_code, row.created_at)
    return None if is_shown(piece, waits, announced=holds.announced, at=at) else shown_from(piece, waits)
