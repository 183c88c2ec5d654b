"""Plain words: what is counted, what is explained, and every page of a patient held to it."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.patientspace.models import PlainSummary
from passerelle.care.patientspace.rules.plain import MEAN_WORDS, plainness, sentences, split_terms
from passerelle.care.patientspace.templatetags.plain import explained, glossary, hard_terms
from passerelle.care.record.tests import pages

PAGES = (
    "home",
    "stays",
    "documents",
    "essential",
    "treatments",
    "course",
    "choices",
    "choice_history",
    "relatives",
    "accesses",
    "questions",
    "invite_relative",
    "join_relative",
    "trusted",
    "find_member",
)
OPEN_PAGES = ("patientspace:invited", "account_login")


def counted(text, explained_words=()):
    return plainness(text, hard=frozenset({"dyspnée", "biopsie"}), explained=dict.fromkeys(explained_words, "x"))


def test_sentences_end_with_their_stop_or_their_line():
    assert sentences("Venez à jeun. Apportez vos papiers !\nÀ demain") == [
        "Venez à jeun.",
        "Apportez vos papiers !",
        "À demain",
    ]


def test_a_hard_word_is_named_unless_it_is_explained():
    assert counted("Vous avez une dyspnée et une biopsie.").terms == ("biopsie", "dyspnée")
    assert counted("Vous avez une biopsie.", ["biopsie"]).terms == ()
    assert counted("Deux biopsies.").terms == ("biopsie",)
    assert counted("Une autobiopsie.").terms == ()


def test_initials_are_asked_in_full():
    assert counted("Prenez vos AINS.").initials == ("AINS",)
    assert counted("Un SMS part.").initials == ()


def test_long_sentences_are_told():
    long = " ".join(["mot"] * 30) + "."

    assert "trop" in counted(long).remarks[1].lower()
    assert counted("Court.").remarks == ()


@given(st.text(max_size=200))
def test_explaining_a_text_changes_none_of_its_letters(text):
    assert "".join(piece for piece, _ in split_terms(text, glossary())) == text


def test_a_word_is_explained_once_by_hover_and_by_tap():
    told = explained("Une biopsie, puis une biopsie <b>.")

    assert told.count("<details") == 1
    assert 'title="on prélève' in told
    assert "&lt;b&gt;" in told


def test_the_explanations_are_plain_themselves():
    for term, explanation in glossary().items():
        found = plainness(explanation, hard=hard_terms(), explained=dict.fromkeys([term], ""))
        assert found.terms == (), (term, found.terms)


def text_of(page):
    """Return the sentences that the house itself says: paragraphs, items, hints; not letters, nor names."""
    main = page.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    blocks = re.findall(r"<(p|li|dd|h1|h2|h3|legend)\b[^>]*>(.*?)(?=<(?:/\1|p|ul|ol|li|div|form)\b)", main, re.DOTALL)
    plain = [" ".join(unescape(re.sub(r"<[^>]+>", " ", inner)).split()) for _, inner in blocks]
    return "\n".join(line for line in plain if line)


@pytest.fixture
def zoe(db):
    pages.lay_the_ground()
    person_id, local = pages.a_person("aphm")
    pages.a_stay(local, documents=2)
    return pages.the_patient(person_id)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_a_patient_is_plain(zoe, name):
    answer = zoe.get(reverse(f"patientspace:{name}"))

    assert answer.status_code == 200
    held_to(text_of(answer))


@pytest.mark.parametrize("name", OPEN_PAGES)
@pytest.mark.django_db
def test_the_doors_are_plain(name):
    held_to(text_of(Client().get(reverse(name))))


def held_to(text):
    found = plainness(text, hard=hard_terms() - glossary().keys(), explained=glossary())
    assert found.sentences > 0
    assert found.mean_words <= MEAN_WORDS, found
    assert found.terms == ()


def test_a_team_writes_three_lines_and_the_patient_reads_them(db):
    pages.lay_the_ground()
    person_id, local = pages.a_person("aphm")
    stay = pages.a_stay(local, documents=0)
    document = pages.a_document(local, stay=str(stay))
    alice, patient = pages.alice(), pages.the_patient(person_id)
    page = reverse("patientspace:summarise", args=[document])

    alice.post(page, {"text": "Tout va bien.\nUne biopsie est prévue."})
    assert "Tout va bien" not in patient.get(reverse("patientspace:home")).content.decode()
    alice.post(page, {"text": "Tout va bien.\nUne biopsie est prévue.", "validate": "1"})

    home = patient.get(reverse("patientspace:home")).content.decode()
    assert "Tout va bien." in home
    assert "on prélève un tout petit morceau" in home
    assert "Résumé validé par Alice" in home
    assert "En bref" in patient.get(reverse("patientspace:document", args=[document])).content.decode()


def test_four_lines_are_too_many_and_another_team_writes_nothing(db):
    pages.lay_the_ground()
    _, local = pages.a_person("aphm", "salon")
    document = pages.a_document(local, stay=str(pages.a_stay(local, documents=0)))
    page = reverse("patientspace:summarise", args=[document])

    assert "Trois lignes au plus" in pages.alice().post(page, {"text": "a\nb\nc\nd"}).content.decode()
    assert pages.bob().post(page, {"text": "a", "validate": "1"}).status_code in {200, 404}
    assert pages.charlie().get(page).status_code == 404
    assert not PlainSummary.objects.exists()


def test_the_writer_sees_what_is_hard_to_read(db):
    pages.lay_the_ground()
    _, local = pages.a_person("aphm")
    document = pages.a_document(local, stay=str(pages.a_stay(local, documents=0)))
    page = reverse("patientspace:summarise", args=[document])
    alice = pages.alice()
    alice.post(page, {"text": "Vous avez une dyspnée."})

    assert "dites-le autrement" in alice.get(page).content.decode()
