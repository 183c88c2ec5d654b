"""Persons and voices for the tests of choices. All invented."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.identity.tests.cast import make_establishments
from passerelle.core.audit import api as audit

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADULT, CHILD = date(1979, 3, 28), date(2011, 6, 15)
_numbers = count(1)


def later(**lasting: float) -> datetime:
    return NOON + timedelta(**lasting)


def lay_the_ground() -> None:
    make_establishments("aphm", "arles", "salon")


def a_person(*establishments: str, born: date | None = ADULT) -> UUID:
    """Load a person known of these establishments (aphm when none is told)."""
    person_id = uuid4()
    rows = [
        identity.BulkIdentity(
            id=uuid4(),
            person_id=person_id,
            establishment=establishment,
            ipp=f"7000{next(_numbers):04d}",
            authority_namespace=establishment.upper(),
            authority_oid="",
            birth_name="ROMARIN",
            given_names=("Léa",),
            birth_date=born,
            sex="F",
            since=NOON - timedelta(days=900),
            birth_place="13055",
        )
        for establishment in establishments or ("aphm",)
    ]
    identity.bulk_load(rows, source="essai")
    return person_id


def by(door: consent.Door = consent.Door.SELF, name: str = "Léa") -> consent.Voice:
    return consent.Voice(audit.Actor(uuid4(), name, "patient"), door)


def found(person_id: UUID, at: datetime = NOON) -> consent.Restrictions:
    return consent.restrictions_of([person_id], at=at)[person_id]
