"""Alice is of the identity cell, Bob an admission clerk of Arles, Charlie has no right on identities."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from passerelle.care.identity.services.merging import merge
from passerelle.care.identity.services.resolving import resolve
from passerelle.care.identity.tests.cast import NOON, at, matricule, patient, qualified
from passerelle.core.access import api as access
from passerelle.core.access.api import Role

pytestmark = pytest.mark.usefixtures("hospitals")


def client_of(role, establishment=None):
    now = timezone.now()
    account = access.open_account(email=f"{uuid4()}@exemple.invalid", display_name="Essai", by=None, at=now)
    access.grant_role(account=account, role=role, establishment=establishment, starts_on=NOON.date(), by=None, at=now)
    client = Client()
    client.force_login(account)
    session = client.session
    session["passerelle_second_factor"] = str(account.pk)
    session.save()
    return client


@pytest.fixture
def alice():
    return client_of(Role.IDENTITY_OFFICER)


@pytest.fixture
def known():
    here = resolve(patient("1", held=qualified()), establishment="aphm", at=at(0), source="message 1")
    resolve(patient("7", "arles", held=qualified()), establishment="arles", at=at(1), source="message 2")
    return here


def find(client, text):
    return client.post(reverse("identity:search"), {"text": text}, follow=True).content.decode()


def test_a_person_is_found_and_shown_with_each_local_identity(alice, known):
    sheet = reverse("identity:person", args=[known.person_id])
    assert sheet in find(alice, "etoile zoe")
    shown = alice.get(sheet).content.decode()
    assert "Hôpital aphm, IPP 1" in shown
    assert "Hôpital arles, IPP 7" in shown
    assert "Qualifiée" in shown
    assert matricule()[:1] + "\u00a0" + matricule()[1:3] in shown
    assert shown.count("Rattachée à cette personne") == 2


def test_a_merge_is_told_in_the_history(alice, known):
    other = resolve(patient("2"), establishment="aphm", at=at(2), source="message 3")
    merge(survivor_id=known.id, victim_id=other.id, at=at(3), source="message 4")
    shown = alice.get(reverse("identity:person", args=[known.person_id])).content.decode()
    assert "IPP 2 absorbée par IPP 1" in shown
    assert "Absorbée par une autre" in shown


def test_a_search_without_text_says_what_to_type(alice):
    response = alice.post(reverse("identity:search"), {"text": ""})
    assert "Tapez un nom, un numéro ou une date de naissance." in response.content.decode()


def test_a_search_that_finds_nobody_says_so(alice):
    assert "Personne ne correspond" in find(alice, "inconnu")


def test_a_clerk_finds_only_who_is_known_where_they_work(known):
    bob = client_of(Role.ADMISSION_CLERK, "arles")
    resolve(patient("3"), establishment="aphm", at=at(2), source="message 5")
    found = find(bob, "etoile")
    assert "1 personne trouvée." in found
    assert reverse("identity:person", args=[known.person_id]) in found


def test_a_clerk_does_not_read_the_sheet_of_who_is_known_elsewhere():
    elsewhere = resolve(patient("1"), establishment="aphm", at=at(0), source="message 1")
    bob = client_of(Role.ADMISSION_CLERK, "arles")
    assert bob.get(reverse("identity:person", args=[elsewhere.person_id])).status_code == 404


def test_who_has_no_right_on_identities_sees_a_missing_page(known):
    charlie = client_of(Role.PILOT)
    assert charlie.get(reverse("identity:search")).status_code == 404
    assert charlie.get(reverse("identity:person", args=[known.person_id])).status_code == 404


def test_a_person_who_does_not_exist_is_a_missing_page(alice):
    assert alice.get(reverse("identity:person", args=[uuid4()])).status_code == 404
