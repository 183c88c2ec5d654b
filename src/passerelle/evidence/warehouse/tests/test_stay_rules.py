from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.evidence.warehouse.rules.dictionary import COLUMN_NAMES, STAY_COLUMNS
from passerelle.evidence.warehouse.rules.stays import Place, Source, age_band, describe, main_unit, pseudonym

KEY = b"k" * 32
PERSON = UUID("018f0000-0000-7000-8000-000000000001")
PLACES = {("aphm", "1210"): Place("aphm-timone", "chirurgie", "Chirurgie")}


def encounter(**changes: object) -> dict[str, object]:
    return {
        "status": "finished",
        "class": {"code": "IMP"},
        "period": {"start": "2025-03-01T08:00:00+01:00", "end": "2025-03-04T20:00:00+01:00"},
        "location": [{"location": {"identifier": {"value": "1210"}}}],
    } | changes


def row(**changes: object) -> dict[str, str] | None:
    source = Source(PERSON, "aphm", date(1950, 3, 2), "female", encounter(**changes))
    found = describe(source, PLACES, KEY)
    return dict(zip(COLUMN_NAMES, found, strict=True)) if found else None


def test_a_stay_becomes_a_row_without_day_name_or_number() -> None:
    assert row() == {
        "person": pseudonym(PERSON, KEY),
        "establishment": "aphm",
        "site": "aphm-timone",
        "unit_kind": "chirurgie",
        "specialty": "Chirurgie",
        "class": "IMP",
        "age_band": "70-74",
        "sex": "F",
        "entry_month": "2025-03",
        "exit_month": "2025-03",
        "length_days": "3.5",
    }


def test_a_stay_that_lasts_has_neither_month_of_exit_nor_length() -> None:
    found = row(period={"start": "2025-03-01T08:00:00+01:00"})

    assert (found["exit_month"], found["length_days"]) == ("", "")


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "cancelled"},
        {"status": "entered-in-error"},
        {"status": "planned"},
        {"period": {}},
        {"period": {"start": "2025-03-01"}},
        {"period": {"start": "2025-03-01T08:00:00"}},
        {"period": {"start": "2025-03-04T08:00:00+01:00", "end": "2025-03-01T08:00:00+01:00"}},
    ],
)
def test_what_did_not_take_place_or_tells_no_length_is_left_out(changes: dict[str, object]) -> None:
    assert row(**changes) is None


def test_a_month_is_told_in_paris_time() -> None:
    found = row(period={"start": "2025-03-31T22:30:00+00:00", "end": "2025-04-02T08:00:00+02:00"})

    assert found["entry_month"] == "2025-04"


def test_an_unknown_unit_leaves_the_place_empty() -> None:
    assert row(location=[])["site"] == ""


def test_the_main_unit_is_where_the_stay_lasted_longest() -> None:
    moves = [
        ("4100", "2025-03-01T08:00:00+01:00", "2025-03-02T08:00:00+01:00"),
        ("1210", "2025-03-02T08:00:00+01:00", None),
    ]
    location = [
        {"location": {"identifier": {"value": code}}, "period": {"start": start} | ({"end": end} if end else {})}
        for code, start, end in moves
    ]

    assert main_unit({"location": location}, datetime(2025, 3, 4, 20, tzinfo=UTC)) == "1210"
    assert main_unit({"location": location[:1]}, None) == "4100"


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(2025, 3, 1), "0-4"),
        (date(1985, 3, 2), "35-39"),
        (date(1985, 3, 1), "40-44"),
        (date(1935, 3, 1), "90+"),
        (date(1910, 1, 1), "90+"),
        (date(2030, 1, 1), ""),
        (None, ""),
    ],
)
def test_ages_are_told_in_bands_of_five_years_up_to_ninety(born: date | None, band: str) -> None:
    assert age_band(born, date(2025, 3, 1)) == band


@given(st.uuids(), st.uuids())
def test_a_pseudonym_follows_the_person_and_the_key_only(one: UUID, other: UUID) -> None:
    assert (pseudonym(one, KEY) == pseudonym(other, KEY)) == (one == other)
    assert pseudonym(one, KEY) != pseudonym(one, b"another key" * 3)


def test_no_column_identifies_anybody() -> None:
    assert {column.classification for column in STAY_COLUMNS} <= {"neutral", "health"}
    assert not {"name", "birth_date", "ipp", "ins", "nda", "start", "end", "id"} & set(COLUMN_NAMES)
