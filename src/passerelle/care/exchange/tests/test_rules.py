from datetime import timedelta

import pytest

from passerelle.care.exchange.rules.explaining import advice
from passerelle.care.exchange.rules.keys import keys_of, stored_text, value_of
from passerelle.care.exchange.rules.reading import place_of, readable, segments_of
from passerelle.care.exchange.rules.retries import Fault, what_next
from passerelle.care.exchange.tests.samples import admission, merge
from passerelle.protocols import hl7v2


def keys(raw):
    return keys_of(hl7v2.parse(raw), establishment="aphm")


def test_every_identifier_makes_a_key_under_each_name_of_its_authority():
    assert keys(admission(ipp="42")) == ["42|PI|000897406", "42|PI|CHU-X", "N42|AN|000897406", "N42|AN|CHU-X"]


def test_a_merge_carries_the_keys_of_both_patients():
    assert {"1|PI|CHU-X", "2|PI|CHU-X"} <= set(keys(merge("M", survivor="1", victim="2")))


def test_an_identifier_without_authority_belongs_to_its_sender():
    assert keys(admission(pid="PID|1||42")) == ["42|PI|@aphm"]


def test_an_ipp_and_a_stay_of_the_same_number_are_two_keys():
    assert keys(admission(pid="PID|1||42|||||||||||||||42")) == ["42|AN|@aphm", "42|PI|@aphm"]


@pytest.mark.parametrize("nothing", ['""', "", " ", "^^^CHU-X"])
def test_an_erased_or_empty_identifier_makes_no_key(nothing):
    assert keys(admission(pid=f"PID|1||{nothing}")) == []


def test_an_endless_identifier_stays_indexable_and_distinct():
    one, other = keys(admission(pid=f"PID|1||{'A' * 5000}1~{'A' * 5000}2"))

    assert one != other
    assert len(one) < 300


def test_text_kept_by_the_database_has_no_nul_nor_half_character():
    assert stored_text("a\x00b\ud800", 10) == "a\ufffdb?"


def test_the_value_of_a_key_is_what_people_search():
    assert value_of("42|PI|CHU-X") == "42"


@pytest.mark.parametrize(("attempts", "is_parked"), [(1, False), (4, False), (5, True)])
def test_an_unexpected_fault_is_tried_five_times(attempts, is_parked):
    assert what_next(Fault.UNEXPECTED, attempts=attempts).is_parked is is_parked


def test_a_busy_database_is_tried_longer_each_time_later():
    delays = [what_next(Fault.TRANSIENT, attempts=attempts).delay for attempts in range(1, 50)]

    assert delays == sorted(delays)
    assert delays[-1] == timedelta(minutes=5)
    assert what_next(Fault.TRANSIENT, attempts=50).is_parked


@pytest.mark.parametrize(
    ("where", "said"),
    [("PID^1^3", "PID-3"), ("PID^1", "PID"), ("OBX^2^5", "OBX-5 n° 2"), ("", ""), ("ailleurs", "")],
)
def test_a_place_is_said_as_people_say_it(where, said):
    assert place_of(where).startswith(said)
    assert bool(place_of(where)) is bool(said)


def test_the_error_is_shown_on_its_field_even_when_it_is_empty():
    pid = next(view for view in segments_of(admission(pid="PID|1"), error_where="PID^1^3") if view.name == "PID")

    assert pid.is_wrong
    assert [field.place for field in segments_of(admission(), error_where="PID^1^3")[2].fields if field.is_wrong] == [
        "PID-3"
    ]


def test_segments_bear_french_names():
    pid = segments_of(admission(), error_where="")[2]

    assert "–" in pid.caption
    assert all(field.name for field in pid.fields)


def test_unreadable_bytes_are_shown_as_text_and_cut_for_the_screen():
    assert readable(b"\xff\x00 bonjour")[0].endswith("bonjour")
    assert readable(b"x" * 50_000) == ("x" * 20_000, True)
    assert segments_of(b"bonjour", error_where="") == []


@pytest.mark.parametrize(
    ("state", "code"), [("refused", "AR"), ("refused", "AE"), ("parked", "AA"), ("conflict", "AE")]
)
def test_whatever_stops_a_message_comes_with_what_to_do(state, code):
    assert advice(state, code)


@pytest.mark.parametrize("state", ["received", "applied"])
def test_the_ordinary_life_needs_no_advice(state):
    assert advice(state, "AA") == ""


def test_repeated_segments_are_told_apart():
    raw = admission() + b"OBX|1||A\rOBX|2||B\r"
    captions = [view.caption for view in segments_of(raw, error_where="")]

    assert len(captions) == len(set(captions))


def test_the_structure_of_an_establishment_has_a_lane_of_its_own():
    raw = b"MSH|^~\\&|STR|APHM|DPI|APHM|20240306111154||MFN^M05^MFN_M05|1|P|2.5\rMFI|LOC||REP\r"

    assert keys_of(hl7v2.parse(raw), establishment="aphm") == ["structure|LOC|@aphm"]
