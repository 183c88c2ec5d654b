"""The cast of the demonstration: one click in demonstration, nothing at all elsewhere."""

import uuid

import pytest
from django.urls import reverse

from passerelle.core.access import api as access
from passerelle.core.access.api import Role
from passerelle.core.access.models import Account, RoleAssignment
from passerelle.core.access.selectors import persona_cards, persona_groups
from passerelle.core.access.tests.cast import AT, PASSWORD, give_password
from passerelle.core.audit.models import AuditEvent
from passerelle.core.directory import api as directory

pytestmark = pytest.mark.django_db


@pytest.fixture
def demonstration(settings):
    settings.DEMO = True
    directory.load_directory(at=AT, demo=True)
    access.ensure_personas(at=AT)


def _enter(client, code):
    return client.post(reverse("access:persona", args=[code]))


def test_there_is_one_persona_per_role_and_a_member_per_establishment(demonstration):
    held = set(RoleAssignment.objects.values_list("role", flat=True))
    members = RoleAssignment.objects.filter(role="committee_member").values_list("establishment_id", flat=True)

    assert held == {role.value for role in Role} - {"application"}  # nobody plays one
    assert sorted(members) == sorted(row.code for row in directory.establishments())


def test_the_names_say_they_are_fictitious(demonstration):
    names = list(Account.objects.values_list("display_name", flat=True))

    assert all(name.endswith("(fictif)") for name in names)
    assert len(names) == len(set(names))


def test_doing_it_again_changes_nothing(demonstration):
    before = (Account.objects.count(), RoleAssignment.objects.count(), AuditEvent.objects.count())

    access.ensure_personas(at=AT)

    assert (Account.objects.count(), RoleAssignment.objects.count(), AuditEvent.objects.count()) == before


def test_the_integrator_looks_after_every_establishment_and_the_test_one(demonstration):
    held = Account.objects.get(email__startswith="integrateur@").assignments.values_list("establishment", flat=True)

    assert set(held) == {row.code for row in directory.establishments(with_test=True)}


def test_the_clinicians_are_tied_to_fictitious_professionals(demonstration):
    for code, place in (("clinicien", "aphm"), ("medecin-autre", "aubagne")):
        professional = directory.professional(Account.objects.get(email__startswith=f"{code}@").professional_id)
        assert professional.rpps_is_fictitious
        assert place in professional.establishments


def test_the_sign_in_page_lists_them_with_what_they_can_do(demonstration, client):
    text = client.get("/connexion/").content.decode()

    for card in persona_cards():
        assert card.name in text
        assert card.can.replace("'", "&#x27;") in text
        assert reverse("access:persona", args=[card.code]) in text


def test_every_persona_is_listed_once_and_the_committee_as_one_compact_group(demonstration):
    groups = persona_groups()

    listed = [card.code for group in groups for card in group.personas]
    assert sorted(listed) == sorted(card.code for card in persona_cards())
    [committee] = [group for group in groups if group.is_compact]
    assert {card.role for card in committee.personas} == {Role.COMMITTEE_MEMBER}


def test_one_click_enters_with_both_factors_and_leaves_an_event(demonstration, client):
    answer = _enter(client, "dpo")

    assert answer.status_code == 302
    page = client.get(reverse("access:matrix"))
    assert page.status_code == 200
    assert "personnage de démonstration" in page.content.decode()
    event = AuditEvent.objects.get(action="persona_assumed")
    assert event.role == "dpo"
    assert event.actor_name == "Mona Cyprès (fictif)"


def test_changing_persona_changes_rights(demonstration, client):
    _enter(client, "dpo")
    _enter(client, "chercheur")

    assert client.get(reverse("access:matrix")).status_code == 404


def test_entering_needs_a_post_and_a_known_persona(demonstration, client):
    assert client.get(reverse("access:persona", args=["dpo"])).status_code == 405
    assert _enter(client, "inconnu").status_code == 404


def test_entering_is_protected_from_other_sites(demonstration):
    from django.test import Client

    assert _enter(Client(enforce_csrf_checks=True), "dpo").status_code == 403


def test_outside_demonstration_the_door_does_not_exist(demonstration, client, settings):
    settings.DEMO = False

    assert _enter(client, "dpo").status_code == 404
    assert "personnage" not in client.get("/connexion/").content.decode()


def test_outside_demonstration_an_open_session_of_a_persona_is_nobody(demonstration, client, settings):
    _enter(client, "dpo")
    settings.DEMO = False

    assert client.get(reverse("access:matrix")).url.startswith(reverse("account_login"))


@pytest.mark.parametrize("demo", [True, False])
def test_a_persona_never_signs_in_by_password(demonstration, client, settings, demo):
    settings.DEMO = demo
    persona = Account.objects.get(email__startswith="dpo@")
    access.set_password(account=persona, password=PASSWORD, by=None, at=AT)

    give_password(client, persona)

    assert "_auth_user_id" not in client.session


def test_a_persona_has_no_password_to_change(demonstration, client):
    _enter(client, "dpo")

    answer = client.get(reverse("account_change_password"), follow=True)

    assert answer.redirect_chain == [(reverse("mfa_index"), 302)]
    assert "il n’y en a pas à changer" in answer.content.decode()


def test_outside_demonstration_no_persona_is_made(settings):
    settings.DEMO = False

    with pytest.raises(access.NotADemonstration):
        access.ensure_personas(at=AT)
    with pytest.raises(access.NotADemonstration):
        access.link_patient_persona(person_id=uuid.uuid4())


def test_the_patient_is_tied_to_a_person(demonstration, client):
    person = uuid.uuid4()

    access.link_patient_persona(person_id=person, display_name="Nadine Fontvieille")

    patient = Account.objects.get(email__startswith="patient@")
    assert patient.person_id == person
    assert patient.display_name == "Nadine Fontvieille (fictif)"
    access.ensure_personas(at=AT)
    assert Account.objects.get(pk=patient.pk).person_id == person
