"""The INS datamatrix. Source: ANS, « INS, format datamatrix », 2.2 (2023-09-26)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.protocols.ins import DatamatrixError, InsDatamatrix, insi_form, read_datamatrix, write_datamatrix
from passerelle.protocols.ins.datamatrix import HEADER

GS = "\x1d"
ZOE = InsDatamatrix("279035121518989", "1.2.250.1.213.1.4.8", "ZOE ANNE", "ETOILE-DUPONT", "F", "28-03-1979", "51215")
ZOE_TEXT = f"{HEADER}S1279035121518989S21.2.250.1.213.1.4.8{GS}S3ZOE ANNE{GS}S4ETOILE-DUPONT{GS}S5FS628-03-1979S751215"
names = st.from_regex(r"[A-Z]{1,12}([ \-'][A-Z]{1,12}){0,4}", fullmatch=True)
contents = st.builds(
    InsDatamatrix,
    matricule=st.from_regex(r"[12][0-9]{4}([0-9]{2}|2A|2B)[0-9]{8}", fullmatch=True),
    oid=st.sampled_from([f"1.2.250.1.213.1.4.{last}" for last in (8, 9, 10, 11)]),
    given_names=names,
    birth_name=names | st.just("A" * 100),
    sex=st.sampled_from("FM"),
    birth_day=st.dates(date(1850, 1, 1), date(2030, 1, 1)).map(lambda day: f"{day:%d-%m}-{day.year:04d}"),
    birth_place=st.sampled_from(["", "13055", "2B033", "99351"]),
)


def test_the_text_has_the_header_blocks_and_separators_of_the_standard():
    assert write_datamatrix(ZOE) == ZOE_TEXT
    assert read_datamatrix(ZOE_TEXT) == ZOE


def test_a_value_of_its_greatest_length_and_the_last_one_have_no_separator():
    text = write_datamatrix(replace(ZOE, oid="1.2.250.1.213.1.4.10", birth_place=""))

    assert "1.2.250.1.213.1.4.10S3" in text
    assert text.endswith("S628-03-1979")


@given(contents)
def test_what_is_written_is_read_again(content):
    assert read_datamatrix(write_datamatrix(content)) == content


def test_names_are_written_in_capitals_without_accents():
    assert read_datamatrix(write_datamatrix(replace(ZOE, birth_name="Étoile-Dupont"))) == ZOE


def test_the_blocks_may_come_in_another_order():
    reordered = f"{HEADER}S1279035121518989S21.2.250.1.213.1.4.8{GS}S3ZOE ANNE{GS}S5FS628-03-1979S751215S4ETOILE-DUPONT"

    assert read_datamatrix(reordered) == ZOE


@pytest.mark.parametrize("typed", ["<GS>", "{GS}", "^]", "\\x1d", "\u241d"])
def test_a_scanner_that_types_may_write_the_separator_otherwise(typed):
    assert read_datamatrix(f" {ZOE_TEXT.replace(GS, typed)}\r\n") == ZOE


def test_a_date_of_no_calendar_is_read_as_written():
    lunar = read_datamatrix(ZOE_TEXT.replace("28-03-1979", "31-02-1950"))

    assert (lunar.birth_day, lunar.birth_date) == ("31-02-1950", None)
    assert read_datamatrix(ZOE_TEXT).birth_date == date(1979, 3, 28)


def test_a_wrong_key_is_read_and_seen():
    assert read_datamatrix(ZOE_TEXT).key_ok
    assert not read_datamatrix(ZOE_TEXT.replace("518989", "518988")).key_ok


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "en-tête"),
        ("DC04FR01", "en-tête"),
        ("IS02" + "0" * 22, "en-tête"),
        (HEADER, "matricule"),
        (ZOE_TEXT.replace("S5F", "S5X"), "sexe"),
        (ZOE_TEXT.replace("S5F", ""), "sexe"),
        (ZOE_TEXT.replace("28-03-1979", "1979-03-28"), "date de naissance"),
        (ZOE_TEXT.replace(".4.8", ".4.2"), "OID"),
        (ZOE_TEXT.replace("S1279035121518989", "S127903512151898"), "matricule"),
        (ZOE_TEXT.replace("ZOE ANNE", ""), "prénoms"),
        (ZOE_TEXT.replace("ZOE ANNE", "<b>"), "prénoms"),
        (ZOE_TEXT + "S5M", "sexe"),
        (ZOE_TEXT + "S9X", "code"),
        (ZOE_TEXT.replace(GS, ""), "OID"),
        (ZOE_TEXT + "S" * 500, "code"),
    ],
)
def test_a_text_that_is_not_such_a_code_is_refused_where_it_goes_wrong(text, where):
    with pytest.raises(DatamatrixError) as refusal:
        read_datamatrix(text)

    assert refusal.value.where == where


@given(st.text(max_size=450) | st.text(max_size=200).map(lambda tail: HEADER + tail))
def test_any_text_is_read_or_refused_and_nothing_else(text):
    try:
        read = read_datamatrix(text)
    except DatamatrixError:
        return
    assert read.matricule


@given(st.integers(0, len(ZOE_TEXT) - 1), st.characters(codec="utf-8"))
def test_a_damaged_code_is_read_or_refused_and_nothing_else(place, char):
    damaged = ZOE_TEXT[:place] + char + ZOE_TEXT[place + 1 :]
    try:
        read = read_datamatrix(damaged)
    except DatamatrixError:
        return
    assert read.sex in {"M", "F"}


@pytest.mark.parametrize(
    "content",
    [
        replace(ZOE, birth_name="DUP0NT"),
        replace(ZOE, sex="U"),
        replace(ZOE, oid="1.2"),
        replace(ZOE, given_names="A" * 101),
    ],
)
def test_what_a_code_cannot_hold_is_not_written(content):
    with pytest.raises(DatamatrixError):
        write_datamatrix(content)


def test_the_form_of_names_is_that_of_the_bases():
    assert insi_form("Étoile-Dupont") == ZOE.birth_name
