from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.carepaths.library import as_told, declared
from passerelle.care.carepaths.rules.course import (
    Outcome,
    Said,
    Standing,
    Tally,
    ends_on,
    is_followed_well,
    occurrences,
    placed,
    standing,
    tally,
)
from passerelle.care.carepaths.rules.fhir_plans import plan_definition
from passerelle.care.carepaths.rules.protocol import ProtocolError, differences, protocol_of, read_protocol
from passerelle.care.forms import api as questionnaires
from passerelle.protocols.fhir import api as fhir

ANCHOR = date(2026, 11, 10)
HEAD = {"code": "x", "version": "1", "title": "X", "summary": "X", "network": "X", "anchor": "X", "source": "X"}


def task(**told):
    return {"code": "marche", "title": "Marcher", "who": "patient", "day": 0} | told


def protocol(*tasks, **told):
    return protocol_of(HEAD | {"tasks": list(tasks)} | told, where="essai")


def days(one):
    return ((one.opens - ANCHOR).days, (one.closes - ANCHOR).days)


def test_a_task_is_open_from_its_first_day_to_its_last_both_included():
    (one,) = occurrences(protocol(task(day=-3, until=2)), ANCHOR)

    assert days(one) == (-3, 3)
    assert one.last_day == ANCHOR + timedelta(days=2)


def test_a_task_that_repeats_has_one_occurrence_for_each_time_the_last_one_cut_at_the_end():
    found = occurrences(protocol(task(day=1, until=7, every=3)), ANCHOR)

    assert [days(one) for one in found] == [(1, 4), (4, 7), (7, 8)]
    assert [one.number for one in found] == [1, 2, 3]


@given(st.integers(-60, 60), st.integers(0, 60), st.integers(1, 30))
def test_the_times_of_a_task_cover_its_days_once_each(day, length, every):
    if length < every:
        every = 0
    found = occurrences(protocol(task(day=day, until=day + length, every=every)), ANCHOR)

    covered = [day for one in found for day in range((one.opens - ANCHOR).days, (one.closes - ANCHOR).days)]
    assert covered == list(range(day, day + length + 1))


@pytest.mark.parametrize(
    ("said", "today", "expected"),
    [
        (None, 0, Standing.COMING),
        (None, 1, Standing.OPEN),
        (None, 2, Standing.OPEN),
        (None, 3, Standing.MISSED),
        (Said(Outcome.DONE, ANCHOR + timedelta(days=2)), 9, Standing.DONE),
        (Said(Outcome.DONE, ANCHOR + timedelta(days=3)), 9, Standing.LATE),
        (Said(Outcome.ASIDE, ANCHOR), 9, Standing.ASIDE),
    ],
)
def test_where_a_task_stands_on_a_day(said, today, expected):
    (one,) = occurrences(protocol(task(day=1, until=2)), ANCHOR)

    assert standing(one, said, ANCHOR + timedelta(days=today)) is expected


def test_only_what_counts_and_is_settled_is_due():
    found = protocol(
        task(code="a", counts=True),
        task(code="b", counts=True),
        task(code="c", counts=True),
        task(code="d", counts=True, day=30),
        task(code="e"),
        task(code="f", counts=True),
    )
    said = {
        ("a", 1): Said(Outcome.DONE, ANCHOR),
        ("b", 1): Said(Outcome.DONE, ANCHOR + timedelta(days=4)),
        ("f", 1): Said(Outcome.ASIDE, ANCHOR),
    }

    counted = tally(placed(occurrences(found, ANCHOR), said, ANCHOR + timedelta(days=5)))

    assert counted == Tally(in_time=1, late=1, missed=1, aside=1)
    assert (counted.due, counted.share) == (3, 1 / 3)


def test_seven_in_ten_is_followed_well_and_nothing_due_is_not():
    assert is_followed_well(Tally(in_time=7, missed=3))
    assert not is_followed_well(Tally(in_time=69, missed=31))
    assert not is_followed_well(Tally(aside=4))


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (task(who="voisin"), "patient ou team"),
        (task(day="demain"), "nombre entier"),
        (task(day=True), "nombre entier"),
        (task(day=3, until=1), "avant de commencer"),
        (task(every=5, until=3), "ne se répète pas"),
        (task(day=900), "plus de 730 jours"),
        (task(questionnaire="urn:x", measure="8310-5"), "pas les deux"),
        (task(jour=3), "clé inconnue « jour »"),
        ({"code": "x", "who": "team", "day": 1}, "il manque « title »"),
    ],
)
def test_a_wrong_task_is_refused_where_it_is(told, why):
    with pytest.raises(ProtocolError) as refusal:
        protocol(task(code="bonne"), told)

    assert "tâche 2" in refusal.value.where
    assert why in refusal.value.why


@pytest.mark.parametrize("text", ["- a\n- b", "code: [", "code: x", "a: 1"])
def test_a_file_that_is_no_protocol_is_refused(text):
    with pytest.raises(ProtocolError):
        read_protocol(text, file="x.yaml")


def test_a_task_told_twice_is_refused():
    with pytest.raises(ProtocolError, match="dite deux fois"):
        protocol(task(), task())


@pytest.mark.parametrize("one", declared(), ids=lambda one: one.code)
def test_a_protocol_of_the_house_is_whole(one):
    assert protocol_of(as_told(one), where="relu") == one
    assert any(told.counts for told in one.tasks)
    for told in one.tasks:
        if told.questionnaire:
            assert questionnaires.current(told.questionnaire)


@pytest.mark.parametrize("one", declared(), ids=lambda one: one.code)
def test_a_draft_says_it_is_one_to_applications_too(one):
    plan = plan_definition(one)

    assert plan["status"] == ("draft" if one.is_draft else "active")
    assert len(plan["action"]) == len(one.tasks)
    assert fhir.dumps(plan)


def test_what_a_version_changes_is_told():
    before = protocol(task(code="a", title="A"), task(code="b", title="B"))
    after = protocol(task(code="b", title="B", day=4), task(code="c", title="C"))

    assert list(differences(before, after)) == ["Ajoutée\u00a0: C", "Retirée\u00a0: A", "Modifiée\u00a0: B"]


def test_it_ends_the_day_after_the_last_task():
    assert ends_on(occurrences(protocol(task(day=1), task(code="z", day=40, until=41)), ANCHOR)) == ANCHOR + timedelta(
        days=42
    )
