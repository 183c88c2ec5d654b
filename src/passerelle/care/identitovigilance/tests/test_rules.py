"""What is typed, what is grave, who signs: decisions without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.identitovigilance.rules.dates import dates_of
from passerelle.care.identitovigilance.rules.fairness import Gravity, in_turn, pair_gravity, urgency
from passerelle.care.identitovigilance.rules.signing import Stakes, needs_reason, reasons_for_two
from passerelle.care.identitovigilance.rules.typing import read_typed

TODAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, tzinfo=UTC)


def test_eight_keys_give_a_name_and_a_decade():
    typed = read_typed("dur12035", today=TODAY)
    assert typed.names == ("dur",)
    assert typed.birth_dates == tuple(date(year, 3, 12) for year in range(1959, 1949, -1))


@pytest.mark.parametrize(
    ("text", "names", "dates"),
    [
        ("dur120357", ("dur",), (date(1957, 3, 12),)),
        ("dur12031957", ("dur",), (date(1957, 3, 12),)),
        ("dur 12/03/1957", ("dur",), (date(1957, 3, 12),)),
        ("dur cam 12.03.57", ("dur", "cam"), (date(1957, 3, 12),)),
        ("mar010126", ("mar",), (date(2026, 1, 1), date(1926, 1, 1))),
        ("né311299", ("né",), (date(1999, 12, 31),)),
        ("le goff", ("le", "goff"), ()),
    ],
)
def test_names_and_dates_are_read_however_they_are_written(text, names, dates):
    typed = read_typed(text, today=TODAY)
    assert (typed.names, typed.birth_dates) == (names, dates)
    assert typed.is_enough


@pytest.mark.parametrize("text", ["du", "x", "", "  ", "12"])
def test_too_little_finds_nobody(text):
    assert not read_typed(text, today=TODAY).is_enough


def test_a_number_is_the_end_of_an_ipp_and_fifteen_figures_an_ins():
    assert read_typed("4517", today=TODAY).number_end == "4517"
    assert read_typed("2 57 03 13 055 012 34", today=TODAY).ins == "257031305501234"


@given(st.text(max_size=40))
def test_nothing_that_is_typed_makes_it_fail(text):
    read_typed(text, today=TODAY)


@given(st.dates(min_value=date(1902, 1, 1), max_value=TODAY), st.integers(4, 8))
def test_the_figures_of_a_birth_date_always_lead_to_it(born, length):
    typed = f"{born:%d%m%y}"[:length] if length <= 6 else f"{born:%d%m%Y}"[:length]
    assert born in dates_of(typed, today=TODAY)


@pytest.mark.parametrize("figures", ["3002", "0013", "1", "310457"])
def test_an_impossible_day_gives_no_date(figures):
    assert dates_of(figures, today=TODAY) == ()


def test_two_files_of_one_hospital_are_grave_and_two_unsure_ones_are_light():
    assert pair_gravity(is_same_establishment=True, statuses=("PROV", "PROV"), has_guards=False) == Gravity.GRAVE
    assert pair_gravity(is_same_establishment=False, statuses=("QUAL", "VALI"), has_guards=False) == Gravity.GRAVE
    assert pair_gravity(is_same_establishment=False, statuses=("PROV", "PROV"), has_guards=False) == Gravity.LIGHT


def test_what_waits_long_enough_passes_before_what_is_graver():
    old = urgency(Gravity.LIGHT, AT - timedelta(days=21), at=AT)
    assert old > urgency(Gravity.GRAVE, AT, at=AT)
    assert urgency(Gravity.LIGHT, AT - timedelta(days=3), at=AT) < urgency(Gravity.GRAVE, AT, at=AT)


def test_no_hospital_hides_another():
    many = [("aphm", rank) for rank in range(5)] + [("arles", 0)]
    ordered = in_turn(many, group=lambda one: one[0], rank=lambda one: one[1])
    assert ordered.index(("arles", 0)) == 1


def test_two_officers_sign_when_both_are_trusted_or_when_much_would_be_seen_together():
    def stakes(*statuses, documents=0, guards=()):
        return Stakes(statuses, documents, guards)

    assert reasons_for_two(stakes("QUAL", "VALI"), most_documents=50)
    assert reasons_for_two(stakes("PROV", "PROV", documents=51), most_documents=50)
    assert not reasons_for_two(stakes("QUAL", "PROV", documents=50), most_documents=50)
    assert needs_reason(stakes("QUAL", "VALI"), "titre")
    assert needs_reason(stakes("QUAL", "PROV", guards=("prudence",)), "traits")
    assert not needs_reason(stakes("QUAL", "PROV", guards=("prudence",)), "titre")
