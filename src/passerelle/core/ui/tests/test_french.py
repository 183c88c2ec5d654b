from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.ui import french


def test_a_moment_may_be_told_to_the_second():
    assert french.exact_moment(datetime(2026, 3, 1, 13, 30, 5, tzinfo=UTC)) == "01/03/2026\u00a014:30:05"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ""),
        (["Lire"], "Lire"),
        (["Lire", "Rechercher", "Exporter"], "Lire, rechercher, exporter"),
        (["Patient", "À annoncer", "INS"], "Patient, à annoncer, INS"),
    ],
)
def test_an_enumeration_is_one_sentence(words, expected):
    assert french.enumeration(words) == expected


N = "\u00a0"
NN = "\u202f"


def plain(text: str) -> str:
    return text.replace(N, " ").replace(NN, " ")


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 3, 1), f"1er{N}mars 2026"),
        (date(2026, 8, 31), f"31{N}août 2026"),
        (datetime(2026, 2, 28, 23, 30, tzinfo=UTC), f"1er{N}mars 2026"),
    ],
)
def test_the_first_of_a_month_is_1er_and_a_moment_is_read_in_paris(on, expected):
    assert french.day(on) == expected


def test_a_moment_is_written_with_h_in_a_sentence_and_with_a_colon_in_a_table():
    at = datetime(2026, 3, 1, 13, 30, tzinfo=UTC)

    assert french.moment(at) == f"1er{N}mars 2026 à 14{N}h{N}30"
    assert french.short_moment(at) == f"01/03/2026{N}14:30"


def test_a_date_without_time_stays_a_date():
    assert french.moment(date(2026, 3, 1)) == french.day(date(2026, 3, 1))
    assert french.short_moment(date(2026, 3, 1)) == "01/03/2026"


@pytest.mark.parametrize(("at", "expected"), [(time(9), "9 h"), (time(9, 5), "9 h 05"), (time(0, 30), "0 h 30")])
def test_an_hour_keeps_its_two_digits_of_minutes(at, expected):
    assert plain(french.hour(at)) == expected


def test_months_have_their_french_names():
    assert french.month(date(2026, 8, 1)) == "août 2026"
    assert plain(french.short_month(date(2026, 2, 1))) == "févr. 26"


@pytest.mark.parametrize(
    ("lasted", "expected"),
    [
        (timedelta(minutes=12), "12 min"),
        (timedelta(hours=5, minutes=20), "5 h 20"),
        (timedelta(hours=5), "5 h"),
        (timedelta(days=3), "3 j"),
        (timedelta(days=3, hours=4, minutes=50), "3 j 4 h"),
        (timedelta(seconds=-5), "0 min"),
    ],
)
def test_a_duration_shows_its_two_largest_units(lasted, expected):
    assert plain(french.duration(lasted)) == expected


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2026, 3, 1), "0 jour"),
        (date(2026, 2, 28), "1 jour"),
        (date(2026, 2, 10), "19 jours"),
        (date(2025, 8, 2), "6 mois"),
        (date(2024, 3, 2), "23 mois"),
        (date(2024, 3, 1), "2 ans"),
        (date(1943, 12, 24), "82 ans"),
    ],
)
def test_an_age_is_in_days_then_months_then_years(born, expected):
    assert plain(french.age(born, date(2026, 3, 1))) == expected


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (1234567, None, f"1{N}234{N}567"),
        (1234.5, None, f"1{N}234,5"),
        (4.0, 1, "4,0"),
        (0.005, 2, "0,01"),
        (-3.2, 1, "−3,2"),
        (-0.001, 1, "0,0"),
        (100, None, "100"),
        (Decimal("12.345"), 2, "12,35"),
    ],
)
def test_a_number_has_a_comma_and_groups_of_three(value, decimals, expected):
    assert french.number(value, decimals) == expected


@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_euros_keep_every_cent(cents):
    text = french.euros(cents)

    assert text.endswith(f"{N}€")
    assert int(text.removesuffix(f"{N}€").replace(N, "").replace(",", "").replace("−", "-")) == cents


def test_thirty_four_thousand_euros():
    assert french.euros(3_400_000) == f"34{N}000,00{N}€"


def test_a_share_is_a_percentage():
    assert french.percent(0.125) == f"12,5{N}%"


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("0123456789", "01 23 45 67 89"),
        ("+33 1 23 45 67 89", "01 23 45 67 89"),
        ("01.23.45.67.89", "01 23 45 67 89"),
        ("112", "112"),
        ("+32 2 555 12 12", "+32 2 555 12 12"),
    ],
)
def test_a_french_phone_number_goes_by_pairs(digits, expected):
    assert plain(french.phone(digits)) == expected


@pytest.mark.parametrize(
    ("matricule", "expected"),
    [("185057800608436", "1 85 05 78 006 084 36"), ("2790351215189", "2 79 03 51 215 189"), ("", "")],
)
def test_an_ins_number_is_grouped(matricule, expected):
    assert plain(french.ins(matricule)) == expected


def test_typography_puts_the_spaces_a_keyboard_leaves_out():
    assert french.typography("Attention : l'avis « oui » est-il sûr ?") == (
        f"Attention{N}: l’avis «{N}oui{N}» est-il sûr{NN}?"
    )


def test_spacing_leaves_the_apostrophes():
    assert french.spacing("O'NEIL : « oui » ?") == f"O'NEIL{N}: «{N}oui{N}»{NN}?"


@given(st.text(alphabet="ab '«»:;!?\u00a0\u202f"))
def test_typography_is_stable(text):
    once = french.typography(text)

    assert french.typography(once) == once
