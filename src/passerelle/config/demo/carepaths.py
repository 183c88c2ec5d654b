"""Protocols followed in the demonstration: patients of four hospitals, and the patient of the cast. Fictitious."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from django.utils import timezone

from passerelle.care.carepaths import api as carepaths
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.core.audit.api import Actor

_TEAM: Final = Actor(account_id=None, name="Équipe de chirurgie (fictive)", role="clinician")
#: How often what counts is done in time, by establishment: invented, so that the page has something to compare.
_HABITS: Final = {"aphm": 0.82, "arles": 0.74, "salon": 0.61, "martigues": 0.68}
_PATIENTS: Final = 14
_SOURCE_SEED: Final = 20_260_101
_AGES: Final = (4, 110)


def follow_protocols(*, patient_id: UUID | None, at: datetime) -> None:
    """Publish the protocols and have patients follow them; done once, as the building is."""
    carepaths.publish(at=at)
    today = timezone.localdate(at)
    draw = Random(_SOURCE_SEED)  # noqa: S311 - an invented world, the same each time
    for establishment, habit in _HABITS.items():
        for local_identity_id in _files(establishment, today):
            anchor = today - timedelta(days=draw.randint(*_AGES))
            _begin(carepaths.Place(local_identity_id, establishment), anchor, draw, habit, at)
    if patient_id is not None:
        for ref in [one for one in identity.local_identities(patient_id) if one.establishment in _HABITS][:1]:
            _begin(carepaths.Place(ref.id, ref.establishment), today - timedelta(days=2), draw, 0.9, at)
    carepaths.complete_those_over(by=_TEAM, at=at)


def _files(establishment: str, today: date) -> Iterator[UUID]:
    """Yield files of patients who were in this hospital these last months, one for each patient."""
    asked = {"date": [f"ge{(today - timedelta(days=200)).isoformat()}"], "class": ["IMP"]}
    seen: set[UUID] = set()
    for row in record.search("Encounter", asked, count=500, sort="-date").rows:
        if row.establishment == establishment and row.local_identity_id not in seen and len(seen) < _PATIENTS:
            seen.add(row.local_identity_id)
            yield row.local_identity_id


def _begin(place: carepaths.Place, anchor: date, draw: Random, habit: float, at: datetime) -> None:
    """Begin a following with what was done before today: most of it in time, some late, some never."""
    already = {}
    today = timezone.localdate(at)
    for one in carepaths.calendar("raac", anchor):
        if one.opens >= today or draw.random() > habit + 0.1:
            continue
        late = timedelta(days=0 if draw.random() < 0.92 else 3)
        already[one.key] = min(one.last_day + late, today)
    carepaths.begin(code="raac", place=place, anchor=anchor, already=already, by=_TEAM, at=at)
