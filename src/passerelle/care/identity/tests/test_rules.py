from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.identity.rules import (
    PersonFacts,
    effective_status,
    ins_family,
    move_for_qualified_ins,
    newer_traits,
    read_query,
    search_form,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("oid", "family"),
    [
        ("1.2.250.1.213.1.4.8", "reelle"),
        ("1.2.250.1.213.1.4.9", "reelle"),
        ("1.2.250.1.213.1.4.10", "test"),
        ("1.2.250.1.213.1.4.11", "demo"),
        ("1.2.3", ""),
        ("", ""),
    ],
)
def test_a_test_number_is_never_of_the_family_of_a_real_one(oid, family):
    assert ins_family(oid) == family


def test_names_are_searched_without_accents_hyphens_or_case():
    assert search_form("Étoile-Dupont", "Zoé", "L’Œuvre") == " ETOILE DUPONT ZOE L OEUVRE "


def test_no_name_gives_an_empty_search_form():
    assert search_form("", "–") == ""


@given(st.lists(st.text(max_size=20), max_size=4))
def test_a_search_form_is_its_own_search_form(texts):
    once = search_form(*texts)
    assert search_form(once) == once


events = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.dictionaries(st.sampled_from(["birth_name", "phone", "sex"]), st.sampled_from(["a", "b", "c", ""])),
    ),
    max_size=4,
    unique_by=lambda event: event[0],
)


@given(events)
def test_traits_do_not_depend_on_the_order_of_arrival(told):
    outcomes = []
    for order in permutations(told):
        held, moments = {}, {}
        for hours, traits in order:
            written, moments = newer_traits(moments, traits, event_at=NOON + timedelta(hours=hours))
            held |= written
        outcomes.append((held, moments))
    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_an_older_event_still_fills_what_nobody_had_told():
    written, _ = newer_traits({"sex": NOON.isoformat()}, {"sex": "M", "phone": "1"}, event_at=NOON - timedelta(hours=1))
    assert written == {"phone": "1"}


@pytest.mark.parametrize(
    ("facts", "move"),
    [
        (PersonFacts(False, False, False, True, False), "claim"),
        (PersonFacts(False, False, False, True, True), "join"),
        (PersonFacts(True, True, False, False, True), "stay"),
        (PersonFacts(True, False, False, True, False), "rename"),
        (PersonFacts(True, False, False, False, False), "create"),
        (PersonFacts(True, False, False, True, True), "join"),
        (PersonFacts(True, False, True, False, True), "stay"),
    ],
)
def test_a_qualified_ins_decides_the_person_but_never_against_a_human_decision(facts, move):
    assert move_for_qualified_ins(facts) == move


@pytest.mark.parametrize(
    ("told", "has_ins", "key_ok", "held"),
    [
        ("QUAL", True, True, "QUAL"),
        ("QUAL", True, False, "VALI"),
        ("QUAL", False, False, "VALI"),
        ("PROV", True, True, "PROV"),
        ("VALI", False, False, "VALI"),
    ],
)
def test_a_wrong_key_blocks_qualification_and_nothing_else(told, has_ins, key_ok, held):
    assert effective_status(told, has_ins=has_ins, key_ok=key_ok) == held


@pytest.mark.parametrize(
    "text", ["12/03/1984", "12-03-1984", "12.03.1984", "12031984", "1984-03-12", "Dupont 12/03/1984 Zoé"]
)
def test_a_birth_date_is_read_in_each_usual_form(text):
    assert read_query(text).birth_date == date(1984, 3, 12)


def test_an_impossible_date_is_only_a_number():
    query = read_query("31/02/1984")
    assert query.birth_date is None
    assert query.numbers == ("31/02/1984",)


@pytest.mark.parametrize("text", ["279035121518989", "2 79 03 51 215 189 89", "2790351215189"])
def test_an_ins_is_read_grouped_or_not_with_or_without_its_key(text):
    assert read_query(text).ins.startswith("2790351215189")


def test_names_and_an_ipp_are_told_apart():
    query = read_query("étoile-du  A0012")
    assert (query.words, query.numbers) == (("ETOILE", "DU"), ("A0012",))


@given(st.text(max_size=60))
def test_any_text_can_be_typed(text):
    read_query(text)
