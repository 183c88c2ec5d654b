"""The desk: a paper is seen, a representation or a protection is written down."""

import pytest
from django.urls import reverse
from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.consent.tests import cast
from passerelle.care.consent.tests.test_pages import Someone
from passerelle.core.access.api import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def family(db):
    cast.lay_the_ground()
    return cast.a_person(), cast.a_person(born=timezone.localdate().replace(year=timezone.localdate().year - 10, day=1))


def desk(person_id):
    return reverse("consent:desk", args=[person_id])


def declare(someone, child, mother, **more):
    told = {"representative": mother, "nature": "parent", "evidence": "Livret de famille"} | more
    return someone.client.post(desk(child), told, follow=True)


@pytest.mark.parametrize(("role", "place"), [(Role.IDENTITY_OFFICER, "aphm"), (Role.ADMISSION_CLERK, "aphm")])
def test_a_parent_is_written_down_then_taken_off(family, role, place):
    mother, child = family
    someone = Someone(role, place)
    assert "Représentation enregistrée" in declare(someone, child, mother).content.decode()
    (row,) = consent.representatives(child, at=timezone.now())
    assert row.ends_at is not None

    address = reverse("consent:end_desk", args=[child, "representation", row.id])
    someone.client.post(address)

    assert consent.representatives(child, at=timezone.now()) == []
    assert "déjà retiré" in someone.client.post(address, follow=True).content.decode()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"evidence": ""}, "Notez la pièce"),
        ({"representative": "12"}, "pas complet"),
        ({"nature": "voisin"}, "À corriger"),
    ],
)
def test_a_wrong_declaration_changes_nothing(family, more, says):
    mother, child = family

    assert says in declare(Someone(Role.IDENTITY_OFFICER, "aphm"), child, mother, **more).content.decode()
    assert consent.representatives(child, at=timezone.now()) == []


def test_an_adult_is_not_represented_by_a_parent(family):
    mother, child = family

    page = declare(Someone(Role.IDENTITY_OFFICER, "aphm"), mother, child).content.decode()

    assert "Cette personne est majeure" in page


def test_an_identity_is_protected_then_shown_again(family):
    mother, _ = family
    officer = Someone(Role.IDENTITY_OFFICER, "aphm")
    page = officer.client.post(desk(mother), {"protect": "1", "reason": "violence"}, follow=True).content.decode()
    assert "Victime de violences" in page
    assert consent.protected(mother, at=timezone.now())
    (row,) = consent.protections(mother, at=timezone.now())

    officer.client.post(reverse("consent:end_desk", args=[mother, "protected", row.id]))

    assert not consent.protected(mother, at=timezone.now())


def test_the_desk_of_another_hospital_and_other_trades_write_nothing(family):
    mother, child = family

    others = [
        (Role.ADMISSION_CLERK, "salon"),
        (Role.IDENTITY_OFFICER, "salon"),
        (Role.CLINICIAN, "aphm"),
        (Role.DPO, None),
    ]
    for role, place in others:
        someone = Someone(role, place)
        answer = someone.client.post(
            desk(child), {"representative": mother, "nature": "parent", "evidence": "Livret de famille"}
        )
        assert answer.status_code == 404
    assert consent.representatives(child, at=timezone.now()) == []


def test_the_desk_ends_no_other_choice(family):
    mother, _ = family
    by = consent.Voice(cast.by().actor)
    choice_id = consent.oppose(person_id=mother, scope=consent.Scope.SHARING, by=by, at=timezone.now())
    officer = Someone(Role.IDENTITY_OFFICER, "aphm")

    assert officer.client.post(reverse("consent:end_desk", args=[mother, "opposition", choice_id])).status_code == 404
    assert officer.client.get(desk(choice_id)).status_code == 404
