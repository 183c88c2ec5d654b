"""A measure that came does the task that asked it, whichever way it came."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from passerelle.care.carepaths.rules.course import Placed
from passerelle.care.carepaths.rules.protocol import How
from passerelle.care.carepaths.selectors.following import Followed, awaiting_measures
from passerelle.care.carepaths.services.following import say_done
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.audit.api import Actor
from passerelle.core.ui.api import french
from passerelle.protocols.fhir import api as fhir

_HOUSE: Final = Actor(account_id=None, name="Passerelle", role="operator")
_LOINC: Final = "http://loinc.org"
_MOST_LOOKED_AT: Final = 20


def note_measures(*, at: datetime) -> int:
    """Say done each task of today that a measure of the record does; return how many."""
    return sum(_note(found, at) for found in awaiting_measures(at=at))


def _note(found: Followed, at: datetime) -> int:
    with access.as_machine():
        files = [ref.id for ref in identity.local_identities(identity.person_of(found.local_identity_id))]
        asked = [one for one in found.to_do() if one.occurrence.task.how is How.MEASURE]
        measured = [(one, _measure(one, files)) for one in asked]
    told = [(one, row) for one, row in measured if row is not None]
    for one, row in told:
        say_done(
            following_id=found.id,
            key=one.occurrence.key,
            on=_day(row) or french.local(at).date(),
            by=_HOUSE,
            at=at,
            source=f"Observation/{row.id}",
        )
    return len(told)


def _measure(one: Placed, files: list[UUID]) -> record.StoredResource | None:
    """Return the first measure taken on the days of a task."""
    asked = {
        "code": [f"{_LOINC}|{one.occurrence.task.measure}"],
        "date": [f"ge{one.occurrence.opens.isoformat()}", f"lt{one.occurrence.closes.isoformat()}"],
        "status": ["final,amended,corrected"],
    }
    page = record.search("Observation", asked, local_identity_ids=files, count=_MOST_LOOKED_AT, sort="date")
    return next((row for row in page.rows if (day := _day(row)) and one.occurrence.opens <= day), None)


def _day(row: record.StoredResource) -> date | None:
    """Return the day of a measure; None when it tells a period. A month alone is its first day."""
    told = fhir.loads(row.body).get("effectiveDateTime")
    start = fhir.date_range(str(told)).start if told else None
    return french.local(start).date() if start else None
