"""What a patient sees today of their documents and results."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from passerelle.care.patientspace.models import Announcement, ReleaseRule
from passerelle.care.patientspace.rules.release import RESULT, Held, Waits, is_shown, shown_from
from passerelle.care.record import api as record


class Curtain:
    """The rules of a moment, asked once for a page: three queries at most, one when no rule exists."""

    def __init__(self, person_id: UUID, *, at: datetime) -> None:
        rows = ReleaseRule.objects.values_list("establishment", "kind", "days")
        self.waits: Waits = {(place, kind): days for place, kind, days in rows}
        told = Announcement.objects.filter(person_id=person_id).values_list("item_id", flat=True)
        self.announced = frozenset(told) if self.waits else frozenset()
        self.at = at

    def documents(self, rows: Iterable[record.DocumentRow]) -> tuple[record.DocumentRow, ...]:
        """Return the documents that the patient sees."""
        return tuple(row for row in rows if self.shows(row))

    def shows(self, row: record.DocumentRow) -> bool:
        """Tell whether the patient sees a document."""
        return is_shown(_document(row), self.waits, announced=self.announced, at=self.at)

    def stay(self, row: record.StayRow) -> record.StayRow:
        """Return a stay with what the patient sees of it."""
        return replace(row, documents=self.documents(row.documents), observations=self._results(row.observations))

    def timeline(self, told: record.Timeline) -> record.Timeline:
        """Return a timeline with what the patient sees of it."""
        return replace(
            told,
            stays=tuple(self.stay(stay) for stay in told.stays),
            documents=self.documents(told.documents),
            observations=self._results(told.observations),
        )

    def _results(self, rows: Sequence[record.ObservationRow]) -> tuple[record.ObservationRow, ...]:
        return tuple(
            row
            for row in rows
            if is_shown(
                Held(row.id, row.establishment, RESULT, row.observed_at),
                self.waits,
                announced=self.announced,
                at=self.at,
            )
        )


def hidden_until(row: record.DocumentRow, person_id: UUID, *, at: datetime) -> datetime | None:
    """Return until when a document is hidden from its patient, None when they see it."""
    curtain = Curtain(person_id, at=at)
    return None if curtain.shows(row) else shown_from(_document(row), curtain.waits)


def _document(row: record.DocumentRow) -> Held:
    return Held(row.id, row.establishment, row.type_code, row.created_at)
