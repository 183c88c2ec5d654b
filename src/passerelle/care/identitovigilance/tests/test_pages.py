"""The pages of the desk: Emma and Ada of the identity cell, Bob who admits at Arles, Charlie without rights."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from passerelle.care.identitovigilance.exports import plain
from passerelle.care.identitovigilance.models import Decision, DeskFile, Verdict
from passerelle.care.identitovigilance.tests.cast import ZOE, arrives, at, client_of, like, pair_of
from passerelle.care.identity import api as identity
from passerelle.care.identity.tests.cast import matricule, qualified
from passerelle.core.access.api import Role

pytestmark = pytest.mark.usefixtures("hospitals")


@pytest.fixture
def emma():
    return client_of(Role.IDENTITY_OFFICER, "aphm", "Emma")


@pytest.fixture
def bob():
    return client_of(Role.ADMISSION_CLERK, "arles", "Bob")


@pytest.fixture
def pair():
    first = arrives(like(ZOE, establishment="aphm", status="PROV"), "1")
    second = arrives(like(ZOE, establishment="aphm", status="PROV", birth_name="Étoile"), "2")
    return pair_of(first, second)


def url(name, *arguments):
    return reverse(f"identitovigilance:{name}", args=arguments)


def shown(response):
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_the_list_says_how_much_work_there_is(emma, pair):
    page = shown(emma.get(url("home")))
    assert "1 paire à décider" in page
    assert "Étoile-Dupont" in page
    assert "Grave" in page


@pytest.mark.parametrize("view", ["signatures", "collisions", "messages", "douteuses", "decisions", "inconnue"])
def test_each_kind_of_work_has_a_page_that_says_when_there_is_none(emma, view):
    assert "Aucun" in shown(emma.get(url("home"), {"vue": view}))


def test_the_list_is_filtered_by_hospital_and_gravity(emma, pair):
    assert "Étoile-Dupont" not in shown(emma.get(url("home"), {"etablissement": "salon"}))
    assert "Étoile-Dupont" not in shown(emma.get(url("home"), {"gravite": "1"}))
    assert "Étoile-Dupont" in shown(emma.get(url("home"), {"gravite": "3", "ordre": "anciennes"}))


def test_a_list_of_five_pairs_asks_as_many_questions_as_a_list_of_one(emma, pair, django_assert_max_num_queries):
    with django_assert_max_num_queries(40) as one:
        emma.get(url("home"))
    for rank in range(4):
        born = {"birth_name": f"Restanque{'abcd'[rank]}", "birth_date": date(1950 + rank, rank + 1, 1), "phone": ""}
        told = like(ZOE, status="PROV", email="", street="", **born)
        pair_of(arrives(replace(told, establishment="aphm"), f"a{rank}"), arrives(told, f"b{rank}"))
    with django_assert_max_num_queries(len(one)):
        emma.get(url("home"))


def test_both_files_are_side_by_side_with_what_differs_in_words(emma, pair):
    page = shown(emma.get(url("pair", pair.id)))
    assert "Hôpital" not in page.split("<h1>")[0]
    assert "aphm, IPP 1" in page
    assert "Proche" in page
    assert "Identique" in page
    assert "Pourquoi ce score" in page
    assert "Deux IPP en service dans le même établissement" in page


def test_what_will_move_is_shown_before_it_is_signed(emma, pair):
    page = shown(emma.get(url("pair", pair.id), {"verdict": "same"}))
    assert "Ce qui va bouger" in page
    assert "A40" in page
    assert "Dossier conservé" in page
    assert not Decision.objects.exists()


def test_a_union_is_signed_then_undone_from_the_history(emma, pair):
    told = {"verdict": "same", "evidence": "dossier", "reason": "même pièce", "survivor": str(pair.first_id)}
    answer = emma.post(url("decide", pair.id), told, follow=True)
    assert "une seule personne" in answer.content.decode()
    person = identity.person_of(pair.first_id)
    assert "En vigueur" in shown(emma.get(url("person", person)))
    merge_id = Decision.objects.get().merge_id
    undo = url("undo", "fusion", merge_id)
    assert "Rien n’a été déplacé" in shown(emma.get(undo))
    assert "Dites pourquoi" in shown(emma.post(undo, {"reason": ""}))
    assert "C’est défait" in emma.post(undo, {"reason": "deux sœurs"}, follow=True).content.decode()
    assert identity.person_of(pair.first_id) != identity.person_of(pair.second_id)
    assert "Déjà défait" in shown(emma.get(undo))


def test_a_refused_decision_says_why_and_changes_nothing(emma, pair):
    answer = emma.post(url("decide", pair.id), {"verdict": "same", "evidence": "traits"}, follow=True)
    assert "Donnez le motif" in answer.content.decode()
    assert not Decision.objects.exists()


def test_a_pair_that_another_has_taken_is_read_only(emma, pair):
    ada = client_of(Role.IDENTITY_OFFICER, "arles", "Ada")
    ada.post(url("take", pair.id))
    assert "Cette paire est prise" in shown(emma.get(url("pair", pair.id)))
    emma.post(url("decide", pair.id), {"verdict": "different"})
    assert not Decision.objects.exists()
    ada.post(url("decide", pair.id), {"verdict": "different"})
    assert Decision.objects.get().verdict == Verdict.DIFFERENT


def test_two_signatures_are_two_people(emma):
    pair = pair_of(
        arrives(like(ZOE, establishment="aphm"), "1"), arrives(like(ZOE, phone="", email="", street=""), "7")
    )
    emma.post(url("decide", pair.id), {"verdict": "same", "evidence": "dossier", "reason": "concordent"})
    mine = shown(emma.get(url("home"), {"vue": "signatures"}))
    assert "la seconde signature revient à une autre personne" in mine
    ada = client_of(Role.IDENTITY_OFFICER, "arles", "Ada")
    answer = ada.post(url("sign", Decision.objects.get().pk), {"agrees": "oui"}, follow=True)
    assert "Contresigné" in answer.content.decode()
    assert identity.person_of(pair.first_id) == identity.person_of(pair.second_id)


def test_a_collision_is_work(emma):
    arrives(like(ZOE, establishment="aphm"), "1", held=qualified(matricule(1)))
    arrives(like(ZOE, birth_name="Cigale", first_given="Léa", given_names=("Léa",)), "7", held=qualified(matricule(1)))
    page = shown(emma.get(url("home"), {"vue": "collisions"}))
    assert "nom de naissance, prénom" in page


@pytest.mark.parametrize("name", ["home", "quality", "quality_xlsx", "quality_csv"])
def test_the_desk_is_closed_to_others(bob, name):
    assert bob.get(url(name)).status_code == 404
    assert client_of(Role.PILOT, "aphm").get(url(name)).status_code == 404


def test_what_does_not_exist_is_a_missing_page(emma):
    for name, *arguments in (("pair", uuid4()), ("person", uuid4()), ("undo", "fusion", uuid4())):
        assert emma.get(url(name, *arguments)).status_code == 404


class TestAdmissionDesk:
    def find(self, client, text):
        return client.post(url("desk"), {"text": text}, follow=True).content.decode()

    @pytest.mark.parametrize("text", ["eto1203", "eto12038", "eto120384", "zoe1203", "7", "0007"])
    def test_somebody_is_found_in_eight_keys(self, bob, text):
        arrives(like(ZOE), "40007" if text.strip("0") == "7" else "1")
        if text == "7":
            assert "Encore une touche" in self.find(bob, text)
            return
        page = self.find(bob, text)
        assert len(text) <= 9
        assert "Zoé" in page
        assert "12/03/1984" in page

    def test_somebody_is_found_by_a_whole_ins(self, bob):
        arrives(like(ZOE), "7", held=qualified(matricule(1)))
        assert "Zoé" in self.find(bob, matricule(1))

    def test_those_whose_family_name_it_is_come_first(self, bob):
        arrives(like(ZOE, birth_name="Zoé", first_given="Étoile", given_names=("Étoile",)), "1")
        arrives(like(ZOE), "2")
        page = self.find(bob, "eto1203")
        assert page.index("ÉTOILE-DUPONT Zoé") < page.index("ZOÉ Étoile")

    def test_a_clerk_finds_only_those_known_where_they_work(self, bob):
        arrives(like(ZOE, establishment="aphm"), "1")
        assert "Personne ne correspond" in self.find(bob, "eto1203")

    NEW = {
        "birth_name": "Étoile-Dupont",
        "given_names": "Zoé Anne",
        "birth_date": "12/03/1984",
        "sex": "F",
        "birth_place": "13055",
        "establishment": "arles",
    }

    def test_look_alikes_are_shown_before_anything_is_created(self, bob):
        known = arrives(like(ZOE, establishment="aphm"), "1")
        from passerelle.care.matching import api as matching

        matching.match_one(known.id, at=at(1))
        page = shown(bob.post(url("newcomer"), self.NEW))
        assert "1 personne ressemble" in page
        refused = shown(bob.post(url("newcomer"), self.NEW | {"create": "oui"}))
        assert "dites pourquoi vous créez malgré tout" in refused
        assert not DeskFile.objects.exists()
        bob.post(url("newcomer"), self.NEW | {"create": "oui", "reason": "jumelle, pièce vue"})
        opened = DeskFile.objects.get()
        assert (opened.lookalikes, opened.reason) == (1, "jumelle, pièce vue")

    def test_a_newcomer_gets_a_provisional_file_with_a_number_of_ours(self, bob):
        answer = bob.post(url("newcomer"), self.NEW | {"create": "oui"}, follow=True)
        assert "Dossier provisoire P" in answer.content.decode()
        traits = identity.local_traits(DeskFile.objects.get().local_identity_id)
        assert (traits.establishment, traits.status, traits.ipp[0]) == ("arles", "PROV", "P")

    @pytest.mark.parametrize(
        ("changed", "why"),
        [
            ({"birth_date": "12/03/84"}, "quatre chiffres de l’année"),
            ({"birth_date": "12/03/2184"}, "Cette date est à venir."),
            ({"birth_place": "1305"}, "Cinq caractères"),
            ({"establishment": "aphm"}, "Sélectionnez un choix valide"),
        ],
    )
    def test_a_wrong_trait_is_told_where_it_is(self, bob, changed, why):
        page = shown(bob.post(url("newcomer"), self.NEW | changed))
        assert why in page
        assert not DeskFile.objects.exists()


class TestQuality:
    def test_figures_say_what_they_are_and_where_they_come_from(self, emma, pair):
        page = shown(emma.get(url("quality")))
        assert "aphm a le plus de doublons potentiels\u00a0: 500" in page
        assert "RNIV 1 v1.2" in page
        assert "mesuré" in page

    def test_an_empty_house_has_a_page_too(self, emma):
        assert "aucun rapprochement" in shown(emma.get(url("quality")))

    def test_the_workbook_says_its_definitions_and_its_date(self, emma, pair):
        answer = emma.get(url("quality_xlsx"))
        book = zipfile.ZipFile(io.BytesIO(answer.content))
        assert "Lisez-moi" in book.read("xl/workbook.xml").decode()
        assert "RNIV 1 v1.2" in book.read("xl/sharedStrings.xml").decode()

    def test_the_csv_opens_in_a_french_spreadsheet(self, emma, pair):
        text = emma.get(url("quality_csv")).content.decode()
        heads, row = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
        assert heads[0] == "Établissement"
        assert (row[0], row[1], row[3]) == ("aphm", "2", "500,0")

    @pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@somme", "\tx"])
    def test_no_cell_is_taken_for_a_formula(self, text):
        assert plain(text) == f"'{text}"
        assert plain(-2) == -2
