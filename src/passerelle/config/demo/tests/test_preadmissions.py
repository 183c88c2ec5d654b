"""Comings of the demonstration: the cast's half-done, one ready, planted once."""

import pytest
from django.utils import timezone

from passerelle.care.preadmission import api as preadmission
from passerelle.care.preadmission.models import Piece, Preadmission
from passerelle.care.preadmission.tests.cast import coming
from passerelle.care.record.tests import pages
from passerelle.config.demo.preadmissions import prepare_comings
from passerelle.core.access import api as access

pytestmark = pytest.mark.django_db


def test_the_cast_prepares_and_others_are_ready_or_not(settings):
    settings.DEMO = True
    pages.lay_the_ground()
    at = timezone.now()
    access.ensure_personas(at=at)
    person_id, _ = pages.a_person("aphm")
    access.link_patient_persona(person_id=person_id, display_name="Zoé Fictive")
    for _ in range(4):
        coming(pages.a_person("aphm")[1])

    prepare_comings(at=at)
    prepare_comings(at=at)

    viewer = access.Viewer(person_id=person_id, assignments=frozenset({(access.Role.PATIENT, None)}))
    found = preadmission.next_step(viewer, person_id, at=at)
    assert found is not None
    assert (found.done, found.total) == (3, 7)
    assert Piece.objects.count() == 1
    assert Preadmission.objects.filter(state="sent").exists()
    assert Preadmission.objects.count() == 5
