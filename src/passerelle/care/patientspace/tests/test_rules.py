"""The journal in plain words."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.patientspace.rules import journal as rules
from passerelle.core.audit.api import Action

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LETTER = "0a0b0c0d-0000-4000-8000-000000000001"


def fact(**more):
    parts = {
        "at": NOON,
        "day": date(2026, 3, 1),
        "who": "Dr Alice Martin",
        "profession": "Clinicien hospitalier",
        "where": "AP-HM",
        "action": "document_opened",
        "document": "Lettre de sortie",
        "why": "",
    }
    return rules.Fact(**(parts | more))


@pytest.mark.parametrize("action", Action, ids=lambda action: action.value)
def test_every_act_has_a_sentence_that_starts_small(action):
    told = rules.sentence(action.value, action.label, document="", is_mine=False)

    assert told
    assert told[0].islower()


def test_an_opened_document_is_named():
    told = rules.sentence("document_opened", "Document ouvert", document="Lettre de sortie", is_mine=False)

    assert told == "a ouvert le document «\u00a0Lettre de sortie\u00a0»"


def test_my_own_act_speaks_to_me():
    assert rules.sentence("record_read", "x", document="", is_mine=True) == "vous avez consulté votre dossier"


def test_an_act_without_a_phrase_keeps_its_label():
    assert rules.sentence("inconnu", "Dossier compté", document="", is_mine=False) == "dossier compté"


def test_the_document_of_an_event_is_found_by_its_id():
    assert rules.document_of(f"document:{LETTER}", {LETTER: "Lettre"}) == "Lettre"
    assert rules.document_of(f"DocumentReference/{LETTER}", {LETTER: "Lettre"}) == "Lettre"
    assert rules.document_of("patients", {LETTER: "Lettre"}) == ""


def test_the_same_act_of_a_day_is_one_line_with_its_count():
    other_day = replace(fact(), day=date(2026, 2, 28))
    told = rules.lines([(fact(), ""), (fact(at=NOON.replace(hour=9)), ""), (other_day, "")])

    assert [(line.times, line.fact.at.hour) for line in told] == [(2, 12), (1, 12)]


@pytest.mark.parametrize("part", [{"who": "Dr Bob"}, {"where": "Arles"}, {"document": "Autre"}, {"why": "Urgence"}])
def test_what_differs_is_another_line(part):
    assert len(rules.lines([(fact(), ""), (fact(**part), "")])) == 2


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=30))
def test_no_act_is_lost_nor_invented(names):
    told = rules.lines([(fact(who=name), "") for name in names])

    assert sum(line.times for line in told) == len(names)
    assert [line.fact.who for line in told] == list(dict.fromkeys(names))


def test_the_tie_gives_its_reason():
    assert "vous soigne" in rules.why("treating")
    assert rules.why("none") == ""
