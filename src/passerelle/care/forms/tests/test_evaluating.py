"""What is asked, kept, missing, counted: by examples, then against a naive reading of the standard."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.care.forms.library import registered
from passerelle.care.forms.rules.evaluating import evaluate
from passerelle.care.forms.rules.loading import load
from passerelle.care.forms.rules.questionnaire import Amount, Attached, Choice, FreeText, ItemType, Operator
from passerelle.care.forms.rules.response import Whole, response
from passerelle.care.forms.rules.values import from_json, to_json

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
ORDERED = {">": lambda a, b: a > b, "<": lambda a, b: a < b, ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b}


def paper(*items, scores=()):
    return load(
        {
            "resourceType": "Questionnaire",
            "url": "urn:essai",
            "version": "1",
            "name": "Essai",
            "title": "Essai",
            "status": "active",
            "copyright": "Fictif",
            "item": list(items),
            "extension": list(scores),
        }
    )


def question(link_id, kind="boolean", **more):
    return {"linkId": link_id, "type": kind, "text": f"Question {link_id} ?", **more}


def when(question_id, operator, **answer):
    return {"question": question_id, "operator": operator, **answer}


def option(code, ordinal=None):
    coding = {"code": code, "display": code.upper()}
    if ordinal is not None:
        coding["extension"] = [{"url": ORDINAL, "valueDecimal": ordinal}]
    return {"valueCoding": coding}


@pytest.mark.parametrize(
    ("operator", "wanted", "given_answers", "is_asked"),
    [
        ("=", {"answerInteger": 3}, (3,), True),
        ("=", {"answerInteger": 3}, (4,), False),
        ("=", {"answerInteger": 3}, (), False),
        ("!=", {"answerInteger": 3}, (4,), True),
        ("!=", {"answerInteger": 3}, (), True),
        ("!=", {"answerInteger": 3}, (3,), False),
        (">", {"answerInteger": 3}, (3,), False),
        (">=", {"answerInteger": 3}, (3,), True),
        ("<", {"answerInteger": 3}, (2,), True),
        ("<=", {"answerInteger": 3}, (4,), False),
        ("<", {"answerInteger": 3}, (), False),
        ("exists", {"answerBoolean": True}, (0,), True),
        ("exists", {"answerBoolean": True}, (), False),
        ("exists", {"answerBoolean": False}, (), True),
    ],
)
def test_each_operator_compares_as_the_standard_says(operator, wanted, given_answers, is_asked):
    questions = paper(question("a", "integer"), question("b", enableWhen=[when("a", operator, **wanted)]))

    found = evaluate(questions, {"a": given_answers})

    assert ("b" in found.asked) is is_asked


@pytest.mark.parametrize(
    ("kind", "more", "wanted", "given_answer"),
    [
        ("date", {}, {"answerDate": "2026-03-01"}, date(2026, 3, 2)),
        ("decimal", {}, {"answerDecimal": 36.6}, Decimal("36.7")),
        (
            "quantity",
            {
                "extension": [
                    {
                        "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-unit",
                        "valueCoding": {"code": "kg"},
                    }
                ]
            },
            {"answerQuantity": {"value": 50, "code": "kg"}},
            Amount(Decimal(51), "kg"),
        ),
    ],
)
def test_dates_decimals_and_measures_are_ordered(kind, more, wanted, given_answer):
    questions = paper(question("a", kind, **more), question("b", enableWhen=[when("a", ">", **wanted)]))

    assert "b" in evaluate(questions, {"a": (given_answer,)}).asked


def test_one_of_several_answers_is_enough_but_none_may_equal_what_differs():
    many = question("a", "choice", repeats=True, answerOption=[option("x"), option("y"), option("z")])
    same = question("b", enableWhen=[when("a", "=", answerCoding={"code": "y"})])
    other = question("c", enableWhen=[when("a", "!=", answerCoding={"code": "y"})])

    found = evaluate(paper(many, same, other), {"a": (Choice("x"), Choice("y"))})

    assert found.asked == {"a", "b"}


def test_all_or_any_condition():
    first, second = question("a"), question("b")
    both = [when("a", "=", answerBoolean=True), when("b", "=", answerBoolean=True)]
    questions = paper(
        first,
        second,
        question("c", enableWhen=both, enableBehavior="all"),
        question("d", enableWhen=both, enableBehavior="any"),
    )

    assert evaluate(questions, {"a": (True,), "b": (False,)}).asked == {"a", "b", "d"}


def test_the_answer_of_a_question_that_is_no_longer_asked_is_dropped_with_what_hung_on_it():
    questions = paper(
        question("a"),
        question("b", enableWhen=[when("a", "=", answerBoolean=True)]),
        question("c", enableWhen=[when("b", "exists", answerBoolean=True)]),
    )

    found = evaluate(questions, {"a": (False,), "b": (True,), "c": (True,)})

    assert found.kept == {"a": (False,)}


def test_what_stands_in_a_group_or_under_a_question_follows_it():
    questions = paper(
        question("a"),
        {
            "linkId": "g",
            "type": "group",
            "text": "Groupe",
            "enableWhen": [when("a", "=", answerBoolean=True)],
            "item": [question("b", "string", required=True, item=[question("c", required=True)])],
        },
    )

    assert evaluate(questions, {"a": (False,)}).missing == ()
    assert evaluate(questions, {"a": (True,)}).missing == ("b",)
    assert evaluate(questions, {"a": (True,), "b": ("oui",)}).missing == ("c",)


@pytest.mark.parametrize(
    ("kind", "more", "wrong", "why"),
    [
        ("integer", {}, ("3",), "type"),
        ("integer", {}, (True,), "type"),
        ("integer", {}, (3, 4), "une seule"),
        ("string", {"maxLength": 3}, ("quatre",), "3 caractères"),
        ("choice", {"answerOption": [option("x")]}, (Choice("z"),), "de la liste"),
        ("choice", {"answerOption": [option("x")]}, (FreeText("z"),), "type"),
        (
            "integer",
            {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/minValue", "valueInteger": 2}]},
            (1,),
            "au moins 2",
        ),
        (
            "date",
            {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueDate": "2026-03-01"}]},
            (date(2026, 3, 2),),
            "au plus 1er\u00a0mars 2026",
        ),
    ],
)
def test_a_wrong_answer_is_a_fault_said_at_its_question(kind, more, wrong, why):
    (fault,) = evaluate(paper(question("a", kind, **more)), {"a": wrong}).faults

    assert fault.link_id == "a"
    assert why in fault.why


def test_a_hidden_question_takes_its_initial_value():
    hidden = [{"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden", "valueBoolean": True}]
    questions = paper(question("a", "integer", initial=[{"valueInteger": 7}], extension=hidden))

    assert evaluate(questions, {}).kept == {"a": (7,)}


def bands(*triples):
    return [
        {
            "url": "band",
            "extension": [
                {"url": "range", "valueRange": {"low": {"value": low}, "high": {"value": high}}},
                {"url": "text", "valueString": text},
            ],
        }
        for low, high, text in triples
    ]


def score(*items):
    return {
        "url": "urn:passerelle:questionnaire-score-rule",
        "extension": [
            {"url": "code", "valueCode": "s"},
            {"url": "title", "valueString": "Score"},
            {"url": "source", "valueString": "Fictive"},
            *({"url": "item", "valueString": one} for one in items),
            *bands((0, 2, "Bas"), (3, 9, "Haut")),
        ],
    }


def scored():
    return paper(
        question("a", "choice", required=True, answerOption=[option("x", 0), option("y", 2)]),
        question("b", "boolean", enableWhen=[when("a", "=", answerCoding={"code": "y"})]),
        scores=[score("a", "b")],
    )


@pytest.mark.parametrize(
    ("answers", "value", "says"),
    [
        ({"a": (Choice("y"),), "b": (True,)}, Decimal(3), "Haut"),
        ({"a": (Choice("y"),), "b": (False,)}, Decimal(2), "Bas"),
        ({"a": (Choice("x"),), "b": (True,)}, Decimal(0), "Bas"),
        ({"a": (Choice("y"),)}, None, None),
        ({}, None, None),
    ],
)
def test_a_score_counts_what_was_asked_and_waits_for_what_lacks(answers, value, says):
    (found,) = evaluate(scored(), answers).scores

    assert found.value == value
    assert (found.band.text if found.band else None) == says
    assert (found.rule.source, found.most) == ("Fictive", Decimal(3))


def test_answers_come_back_exact_from_the_column_of_a_draft():
    unit = {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-unit", "valueCoding": {"code": "kg"}}
    questions = paper(
        question("a", "decimal"),
        question("b", "quantity", extension=[unit]),
        question("c", "date"),
        question("d", "open-choice", repeats=True, answerOption=[option("x")]),
        question("e", "attachment"),
    )
    answers = {
        "a": (Decimal("0.10"),),
        "b": (Amount(Decimal("70.5"), "kg"),),
        "c": (date(2026, 3, 1),),
        "d": (Choice("x"), FreeText("autre")),
        "e": (Attached(UUID(int=1), "Carte"),),
    }

    assert from_json(questions, to_json(answers)) == answers


@pytest.mark.parametrize("wrong", [[None], [{"code": 1}], [{}], ["x" * 5], [float("nan")], [[1]]])
def test_a_draft_that_no_longer_fits_its_questions_is_left_out(wrong):
    questions = paper(question("a", "integer"), question("b", "date"), question("c", "decimal"))

    assert from_json(questions, {"a": wrong, "b": wrong, "c": wrong, "z": [1]}) == {}


# --------------------------------------------------------------- random questionnaires against a naive reading

ANSWERS = {
    "boolean": st.booleans(),
    "integer": st.integers(-2, 3),
    "choice": st.sampled_from(["x", "y"]).map(Choice),
}
WANTED = {
    "boolean": st.booleans().map(lambda v: {"answerBoolean": v}),
    "integer": st.integers(-2, 3).map(lambda v: {"answerInteger": v}),
    "choice": st.sampled_from(["x", "y"]).map(lambda v: {"answerCoding": {"code": v}}),
}


@st.composite
def questionnaires(draw):
    """Draw items in their order, groups holding some, each looking at questions drawn before."""
    before = []

    def drawn(depth, count):
        items = []
        for _ in range(count):
            link_id = f"i{draw(st.integers(0, 10**9))}-{len(before)}-{len(items)}-{depth}"
            kind = draw(st.sampled_from(["boolean", "integer", "choice"] + ["group"] * (depth < 2)))
            item = question(link_id, kind)
            conditions = [draw(condition()) for _ in range(draw(st.integers(0, 2)))] if before else []
            if conditions:
                item |= {"enableWhen": conditions, "enableBehavior": draw(st.sampled_from(["all", "any"]))}
            if kind == "choice":
                item |= {"answerOption": [option("x", 1), option("y", 3)], "repeats": draw(st.booleans())}
            if kind != "group":
                item["required"] = draw(st.booleans())
                before.append((link_id, kind))
            beneath = draw(st.integers(0, 3)) if kind == "group" or draw(st.integers(0, 4)) == 0 else 0
            if beneath and depth < 2:
                item["item"] = drawn(depth + 1, beneath)
            items.append(item)
        return items

    @st.composite
    def condition(draw_one):
        link_id, kind = draw_one(st.sampled_from(before))
        operators = ["exists", "=", "!="] + (list(ORDERED) if kind == "integer" else [])
        operator = draw_one(st.sampled_from(operators))
        wanted = {"answerBoolean": draw_one(st.booleans())} if operator == "exists" else draw_one(WANTED[kind])
        return when(link_id, operator, **wanted)

    items = drawn(0, draw(st.integers(1, 6)))
    questions = [link_id for link_id, _ in before]
    scores = [score(*questions)] if questions else []
    answers = {
        link_id: tuple(draw(st.lists(ANSWERS[kind], min_size=1, max_size=1)))
        for link_id, kind in before
        if draw(st.integers(0, 3))
    }
    return paper(*items, scores=scores), answers


def naive(questionnaire, answers):
    """Read the standard word for word, question by question, from nothing."""
    parents = {child.link_id: one for one in questionnaire.walk() for child in one.items}

    def value(link_id):
        return answers.get(link_id, ()) if asked(questionnaire.item(link_id)) else ()

    def holds(condition):
        found = value(condition.question)
        match condition.operator:
            case Operator.EXISTS:
                return (len(found) > 0) == condition.answer
            case Operator.EQUALS:
                return any(one == condition.answer for one in found)
            case Operator.DIFFERS:
                return not any(one == condition.answer for one in found)
            case order:
                return any(ORDERED[order.value](one, condition.answer) for one in found)

    def asked(item):
        parent = parents.get(item.link_id)
        if parent is not None and not asked(parent):
            return False
        if parent is not None and parent.type is not ItemType.GROUP and not value(parent.link_id):
            return False
        held = [holds(one) for one in item.conditions]
        return not held or (all(held) if item.needs_all else any(held))

    return {one.link_id for one in questionnaire.walk() if asked(one)}


@settings(max_examples=300, deadline=None)
@given(questionnaires())
def test_random_questionnaires_are_evaluated_as_a_naive_reading_does(drawn):
    questionnaire, answers = drawn

    found = evaluate(questionnaire, answers)

    expected = naive(questionnaire, answers)
    questions = {one.link_id: one for one in questionnaire.walk() if one.is_question}
    assert found.asked == expected
    assert found.kept == {key: given_one for key, given_one in answers.items() if key in expected}
    assert set(found.missing) == {
        key for key, one in questions.items() if one.required and key in expected and key not in answers
    }
    for one in found.scores:
        counted = [key for key in one.rule.items if key in expected]
        if one.value is not None:
            assert all(key in answers for key in counted)
            assert one.value == sum(_naive_weight(answers[key][0]) for key in counted)


def _naive_weight(value):
    return {"x": 1, "y": 3}[value.code] if isinstance(value, Choice) else int(value)


@settings(max_examples=150, deadline=None)
@given(questionnaires())
def test_a_response_holds_what_was_kept_and_nothing_hidden(drawn):
    questionnaire, answers = drawn
    found = evaluate(questionnaire, answers)
    whole = Whole("r", "completed", "Patient/p", date(2026, 3, 1), {"display": "A"}, {"display": "A"})

    told = response(questionnaire, found, whole)

    def walk(items):
        for one in items:
            if one.get("answer"):
                yield one["linkId"]
            yield from walk(one.get("item", []))
            for answer in one.get("answer", []):
                yield from walk(answer.get("item", []))

    assert list(walk(told.get("item", []))) == [key for key in found.kept if found.kept[key]]


@settings(max_examples=100, deadline=None)
@given(questionnaires())
def test_keeping_what_is_kept_changes_nothing(drawn):
    questionnaire, answers = drawn
    once = evaluate(questionnaire, answers)

    again = evaluate(questionnaire, from_json(questionnaire, to_json(once.kept)))

    assert again.kept == once.kept
    assert again.asked == once.asked


def test_the_questionnaires_of_the_house_say_their_source_and_hold_together():
    assert {one.name for one in registered()} >= {"Anesthesie", "Autonomie", "AvantSejour", "Douleur"}
    for one in registered():
        assert "EUPL" in one.source
        assert one.description
        for rule in one.scores:
            edges = sorted((band.low, band.high) for band in rule.bands)
            assert edges[0][0] == 0
            assert edges[-1][1] == sum(
                max((o.ordinal for o in one.item(i).options), default=one.item(i).maximum) for i in rule.items
            )
