"""The doctor notes the secret that a minor asks for."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.record.tests import pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def child(db):
    pages.lay_the_ground()
    person_id, local = pages.a_person("aphm", "salon", born=date(timezone.localdate().year - 14, 1, 1))
    return person_id, pages.a_stay(local, days=5, documents=1), pages.a_document(local)


def page(person_id, item, item_id):
    return reverse("record:note_secret", args=[person_id, item, item_id])


@pytest.mark.parametrize(("item", "rank"), [("sejour", 1), ("document", 2)])
def test_the_doctor_notes_it_and_it_holds(child, item, rank):
    alice = pages.alice()
    assert "Avant de noter" in alice.get(page(child[0], item, child[rank])).content.decode()

    alice.post(page(child[0], item, child[rank]))
    alice.post(page(child[0], item, child[rank]))

    (row,) = consent.secrets(child[0], at=timezone.now())
    assert (row.item_id, row.noted_by) == (child[rank], "Alice")


def test_asking_writes_nothing(child):
    pages.alice().get(page(child[0], "sejour", child[1]))

    assert consent.secrets(child[0], at=timezone.now()) == []


def test_only_who_treats_notes_and_only_what_is_there(child):
    alice = pages.alice()

    assert pages.bob().post(page(child[0], "sejour", child[1])).status_code == 404
    assert pages.charlie().post(page(child[0], "sejour", child[1])).status_code == 404
    assert alice.post(page(child[0], "sejour", uuid4())).status_code == 404
    assert alice.post(page(child[0], "facture", child[1])).status_code == 404
    assert consent.secrets(child[0], at=timezone.now()) == []


def test_nothing_is_noted_for_an_adult(child):
    person_id, local = pages.a_person("aphm")
    stay = pages.a_stay(local, days=5)

    assert pages.alice().post(page(person_id, "sejour", stay)).status_code == 404


def test_the_page_of_a_document_leads_to_it_for_a_minor_only(child):
    _, local = pages.a_person("aphm")
    pages.a_stay(local, days=5)
    alice, adult = pages.alice(), pages.a_document(local)

    own = alice.get(reverse("record:document", args=[child[2]])).content.decode()

    assert page(child[0], "document", child[2]) in own
    assert "noter le secret" not in alice.get(reverse("record:document", args=[adult])).content.decode()
