"""What the law asks of a letter, item by item. Source: CSP, art. R. 1112-1-2, II."""

from dataclasses import replace

import pytest

from passerelle.care.liaison.rules.content import (
    ITEMS,
    Answer,
    Change,
    Content,
    Treatment,
    from_json,
    missing,
    to_json,
)
from passerelle.care.liaison.tests.cast import WHOLE


def codes(content):
    return [one.code for one in missing(content)]


def test_a_whole_letter_lacks_nothing():
    assert missing(WHOLE) == ()


def test_an_empty_letter_lacks_every_item_in_the_order_of_the_article():
    lacks = missing(Content())

    assert {one.code for one in lacks} == {item.code for item in ITEMS} | {"treatments"}
    assert [one.paragraph for one in lacks] == sorted(one.paragraph for one in lacks)
    assert lacks[0].source == "CSP, art. R. 1112-1-2, II, 1°"


@pytest.mark.parametrize("item", [item for item in ITEMS if not item.is_question])
def test_a_text_made_of_spaces_is_not_written(item):
    assert codes(replace(WHOLE, texts={**WHOLE.texts, item.code: "  \n "})) == [item.code]


@pytest.mark.parametrize("item", [item for item in ITEMS if item.is_question])
def test_a_question_is_answered_and_a_yes_is_explained(item):
    without = {code: text for code, text in WHOLE.texts.items() if code != item.code}
    untold = {code: answer for code, answer in WHOLE.answers.items() if code != item.code}

    assert codes(replace(WHOLE, answers=untold)) == [item.code]
    assert codes(replace(WHOLE, texts=without, answers={**untold, item.code: Answer.YES})) == [item.code]
    assert codes(replace(WHOLE, texts=without, answers={**untold, item.code: Answer.NO})) == []


@pytest.mark.parametrize(
    ("treatment", "why"),
    [
        (Treatment("A", Change.STOPPED), "dire pourquoi il a été arrêté ou changé"),
        (Treatment("A", Change.CHANGED, "1", "1 mois"), "dire pourquoi il a été arrêté ou changé"),
        (Treatment("A", Change.STARTED, "", "1 mois"), "donner la posologie"),
        (Treatment("A", Change.CONTINUED, "1"), "donner la durée"),
        (Treatment("A", Change.STOPPED, reason="Allergie"), None),
        (Treatment("A", Change.CONTINUED, "1", "1 mois"), None),
    ],
)
def test_a_treatment_says_its_dose_its_length_and_why_it_changed(treatment, why):
    lacks = missing(replace(WHOLE, treatments=(treatment,)))

    assert [one.why for one in lacks] == ([why] if why else [])


def test_no_treatment_is_said_not_forgotten():
    assert codes(replace(WHOLE, treatments=())) == ["treatments"]
    assert codes(replace(WHOLE, treatments=(), no_treatment=True)) == []
    assert codes(replace(WHOLE, no_treatment=True)) == ["treatments"]


def test_what_is_kept_is_read_back():
    assert from_json(to_json(WHOLE)) == WHOLE
