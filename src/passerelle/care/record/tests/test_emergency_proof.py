"""Opening in an emergency asks again who one is."""

import pytest
from django.urls import reverse

from passerelle.care.record.tests import pages
from passerelle.core.access import api as access

pytestmark = pytest.mark.django_db


def test_an_old_proof_of_who_one_is_is_asked_again(db):
    pages.lay_the_ground()
    person_id, here = pages.a_person("aphm")
    pages.a_stay(here)
    bob = pages.bob()
    session = bob.session
    session["passerelle_proved_at"] -= 6 * 60
    session.save()
    address = reverse("record:emergency", args=[person_id])

    for answer in (bob.get(address), bob.post(address, {"code": "vital", "reason": "Inconsciente", "confirmed": "on"})):
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("oauth:prove"))
    assert access.emergencies(person_id=person_id) == []
