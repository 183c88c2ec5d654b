"""Names as people write them."""

from datetime import date
from uuid import uuid4

import pytest
from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.consent.rules.naming import as_people_write
from passerelle.care.identity import api as identity
from passerelle.care.identity.tests.cast import make_establishments


@pytest.mark.parametrize(
    ("kept", "written"),
    [
        ("CHRISTINE", "Christine"),
        ("JEAN-PIERRE", "Jean-Pierre"),
        ("D'ALLÈGRE", "D’Allègre"),
        ("D’ALLÈGRE", "D’Allègre"),
        ("zoé", "Zoé"),
        ("ÉLÉONORE  MARIE", "Éléonore Marie"),
        ("McDonald", "McDonald"),
        ("Le Goff", "Le Goff"),
        ("", ""),
    ],
)
def test_a_name_in_capitals_is_written_as_people_do(kept, written):
    assert as_people_write(kept) == written


def test_somebody_is_called_without_capitals(db):
    make_establishments("aphm")
    person_id = uuid4()
    row = identity.BulkIdentity(
        id=uuid4(),
        person_id=person_id,
        establishment="aphm",
        ipp="80009999",
        authority_namespace="APHM",
        authority_oid="",
        birth_name="D'ASTIER",
        given_names=("MARIE-CHRISTINE", "ANNE"),
        birth_date=date(1979, 3, 28),
        sex="F",
        since=timezone.now(),
    )
    identity.bulk_load([row], source="essai")

    assert consent.called(person_id) == "Marie-Christine D’Astier"
