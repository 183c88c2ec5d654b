"""« Mes choix »: what the patient decides, page after page, on a record stored for real."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.record.models import DmpChoice
from passerelle.care.record.tests import pages
from passerelle.core.audit.models import AuditEvent
from passerelle.core.directory import api as directory

pytestmark = pytest.mark.django_db
RPPS = "99000000017"


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def zoe():
    """A patient with a stay and a document: the person, the local identity, the browser."""
    person_id, local = pages.a_person("aphm")
    pages.a_stay(local, days=10, documents=1)
    return person_id, local, pages.the_patient(person_id)


@pytest.fixture
def mistral():
    directory.enrol_professional(
        rpps=RPPS, family_name="MISTRAL", given_name="Colette", profession="Médecin", is_simulated=True
    )


def at(name, *args):
    return reverse(f"patientspace:{name}", args=args)


def shown(client, name, *args, **query):
    response = client.get(at(name, *args), query)
    assert response.status_code == 200
    return response.content.decode()


def decided(client, page, *args, **told):
    """Post a decision and return the page of its receipt."""
    response = client.post(at(page, *args), told, follow=True)
    assert response.redirect_chain
    assert response.status_code == 200
    return response.content.decode()


def team(person_id):
    return consent.chosen_professionals(person_id, at=timezone.now())


def test_a_page_without_choices_says_what_can_be_chosen(zoe):
    page = shown(zoe[2], "choices")

    assert "Vous n’avez ajouté personne" in page
    assert "Aucun document masqué" in page
    assert "Personne de confiance" in page
    assert "Soins gardés secrets" not in page


def test_a_professional_is_found_chosen_and_given_a_receipt(zoe, mistral):
    found = shown(zoe[2], "find_member", q="mistral")
    assert at("add_member", f"rpps-{RPPS}") in found

    last = timezone.localdate() + timedelta(days=30)
    receipt = decided(
        zoe[2], "add_member", f"rpps-{RPPS}", level="summary", last_day=last.isoformat(), is_main_doctor="on"
    )

    assert "Votre décision est enregistrée" in receipt
    assert "Colette MISTRAL, médecin traitant" in receipt
    (member,) = team(zoe[0])
    assert (member.rpps, member.level, member.is_main_doctor) == (RPPS, consent.Level.SUMMARY, True)
    assert member.ends_at == consent.end_of_day(last)
    assert "Colette MISTRAL" in shown(zoe[2], "choices")


def test_a_whole_hospital_is_chosen(zoe):
    assert at("add_member", "lieu-arles") in shown(zoe[2], "find_member", q="arles")

    decided(zoe[2], "add_member", "lieu-arles", level="all")

    assert [one.establishment for one in team(zoe[0])] == ["arles"]


@pytest.mark.parametrize(
    "told", [{"level": "tout"}, {"level": "all", "last_day": "2001-01-01"}, {"level": "all", "last_day": "demain"}]
)
def test_a_wrong_form_chooses_nobody_and_says_why(zoe, mistral, told):
    response = zoe[2].post(at("add_member", f"rpps-{RPPS}"), told)

    assert response.status_code == 200
    assert "À corriger avant de continuer" in response.content.decode()
    assert team(zoe[0]) == []


@pytest.mark.parametrize("ref", ["rpps-0", "lieu-mars", "autre-1", "rpps"])
def test_whoever_the_directory_does_not_know_is_not_chosen(zoe, ref):
    assert zoe[2].get(at("add_member", ref)).status_code == 404
    assert zoe[2].get(at("oppose", ref)).status_code == 404


def test_choosing_the_same_twice_says_so(zoe, mistral):
    decided(zoe[2], "add_member", f"rpps-{RPPS}", level="all")
    page = zoe[2].post(at("add_member", f"rpps-{RPPS}"), {"level": "all"}).content.decode()

    assert "déjà en vigueur" in page
    assert len(team(zoe[0])) == 1


def test_a_member_is_removed_on_a_page_that_says_the_consequence(zoe, mistral):
    decided(zoe[2], "add_member", f"rpps-{RPPS}", level="all")
    (member,) = team(zoe[0])

    assert "ne verra plus votre dossier" in shown(zoe[2], "end_choice", member.id)
    receipt = decided(zoe[2], "end_choice", member.id)

    assert "Choix retiré" in receipt
    assert team(zoe[0]) == []
    assert zoe[2].get(at("end_choice", member.id)).status_code == 404


def test_one_opposes_a_hospital_and_changes_ones_mind(zoe):
    decided(zoe[2], "oppose", "lieu-arles")
    assert consent.is_opposed(zoe[0], establishment="arles", at=timezone.now())
    (row,) = consent.oppositions(zoe[0], at=timezone.now())

    decided(zoe[2], "end_choice", row.id)

    assert not consent.is_opposed(zoe[0], establishment="arles", at=timezone.now())


def test_one_opposes_a_professional(zoe, mistral):
    assert at("oppose", f"rpps-{RPPS}") in shown(zoe[2], "find_refused", q="mistral")
    decided(zoe[2], "oppose", f"rpps-{RPPS}")

    assert consent.is_opposed(zoe[0], rpps=RPPS, at=timezone.now())


@pytest.mark.parametrize(("scope", "says"), [("partage", "Chaque hôpital"), ("urgence", "inconscient")])
def test_one_opposes_sharing_or_the_emergency_access_knowing_what_it_costs(zoe, scope, says):
    assert says in shown(zoe[2], "oppose_widely", scope)
    decided(zoe[2], "oppose_widely", scope)

    told = consent.restrictions_of([zoe[0]], at=timezone.now())[zoe[0]]
    assert (told.opposes_sharing, told.opposes_emergency) == (scope == "partage", scope == "urgence")
    assert zoe[2].get(at("oppose_widely", "tout")).status_code == 404


def test_a_document_is_masked_from_its_page_and_shown_again(zoe):
    document_id = pages.a_document(zoe[1], title="Lettre de psychiatrie")
    assert at("mask", document_id) in shown(zoe[2], "document", document_id)

    receipt = decided(zoe[2], "mask", document_id)
    assert "Lettre de psychiatrie" in receipt
    assert consent.masked_documents(zoe[0], at=timezone.now()) == {document_id}
    page = shown(zoe[2], "document", document_id)
    assert "Document masqué" in page
    assert "Lettre de psychiatrie" in shown(zoe[2], "choices")

    decided(zoe[2], "unmask", document_id)
    assert consent.masked_documents(zoe[0], at=timezone.now()) == frozenset()
    assert zoe[2].get(at("unmask", document_id)).status_code == 404


def test_nobody_masks_the_document_of_another(zoe):
    _, other_local = pages.a_person("aphm", birth_name="AUTRE")
    document_id = pages.a_document(other_local)

    assert zoe[2].get(at("mask", document_id)).status_code == 404
    assert zoe[2].post(at("mask", document_id)).status_code == 404
    assert zoe[2].post(at("mask", uuid4())).status_code == 404


def test_the_trusted_person_is_named_and_replaced(zoe):
    decided(zoe[2], "trusted", name="Paul Romarin", tie="mon frère", phone="0199001122")
    decided(zoe[2], "trusted", name="Rose Cade", email="rose@exemple.invalid", is_signed="on")

    page = shown(zoe[2], "choices")
    assert "Rose Cade" in page
    assert "Paul Romarin" not in page
    assert "Signée par les deux" in page
    history = shown(zoe[2], "choice_history")
    assert "Paul Romarin" in history
    (row,) = consent.trusted_persons(zoe[0], at=timezone.now())
    decided(zoe[2], "end_choice", row.id)
    assert consent.trusted_persons(zoe[0], at=timezone.now()) == []


@pytest.mark.parametrize("told", [{"name": "Paul"}, {"phone": "0199001122"}, {"name": "P", "email": "non"}])
def test_a_trusted_person_who_cannot_be_reached_is_not_one(zoe, told):
    assert zoe[2].post(at("trusted"), told).status_code == 200
    assert consent.trusted_persons(zoe[0], at=timezone.now()) == []


def test_what_was_told_at_the_desk_is_shown_with_its_day(zoe):
    DmpChoice.objects.create(
        local_identity_id=zoe[1], subject="consultation", is_permitted=False, collected_at=timezone.now(), source="m"
    )

    page = shown(zoe[2], "choices")

    assert re.search(r"Consultation de Mon espace santé par l’hôpital.*Non", page, re.S)


def test_every_decision_is_told_in_the_list_of_accesses(zoe):
    decided(zoe[2], "oppose_widely", "partage")

    assert "Vous avez enregistré un choix" in shown(zoe[2], "accesses", tout="1")
    assert "enregistré un choix" not in shown(zoe[2], "accesses")


@pytest.mark.parametrize("name", ["choices", "find_member", "find_refused", "choice_history", "relatives", "trusted"])
def test_a_page_of_choices_is_for_patients_only(name):
    assert pages.alice().get(at(name)).status_code == 404
    assert pages.charlie().get(at(name)).status_code == 404


def test_the_choices_of_another_do_not_exist(zoe):
    decided(zoe[2], "oppose_widely", "partage")
    (row,) = consent.oppositions(zoe[0], at=timezone.now())
    stranger_id, _ = pages.a_person("aphm", birth_name="AUTRE")
    stranger = pages.the_patient(stranger_id)

    assert stranger.get(at("receipt", row.id)).status_code == 404
    assert stranger.post(at("end_choice", row.id)).status_code == 404
    assert stranger.post(at("enter_space", zoe[0])).status_code == 404
    assert "Vous ne vous êtes opposé à rien" in shown(stranger, "choices")


def test_asking_changes_nothing_until_the_button_is_pressed(zoe, mistral):
    document_id = pages.a_document(zoe[1])
    before = AuditEvent.objects.filter(action__startswith="choice_").count()
    for name, args in (
        ("add_member", [f"rpps-{RPPS}"]),
        ("oppose", ["lieu-arles"]),
        ("oppose_widely", ["partage"]),
        ("mask", [document_id]),
        ("trusted", []),
    ):
        shown(zoe[2], name, *args)

    assert AuditEvent.objects.filter(action__startswith="choice_").count() == before
    assert consent.choices_log(zoe[0]) == []


def test_the_directory_is_searched_from_two_letters(zoe, mistral):
    assert "au moins deux lettres" in shown(zoe[2], "find_member")
    assert "au moins deux lettres" in shown(zoe[2], "find_member", q="")
    assert "Personne de ce nom" in shown(zoe[2], "find_member", q="zzz")


def test_a_masked_document_is_closed_to_another_hospital_and_open_to_its_authors():
    elsewhere, both = pages.a_person("aphm", "salon")
    pages.a_stay(both, days=2)
    pages.a_stay(pages.local_of(elsewhere, "salon"), days=1)
    document_id = pages.a_document(both)
    decided(pages.the_patient(elsewhere), "mask", document_id)

    answers = [
        who.get(reverse("record:document", args=[document_id])).status_code for who in (pages.alice(), pages.bob())
    ]

    assert answers == [200, 404]
