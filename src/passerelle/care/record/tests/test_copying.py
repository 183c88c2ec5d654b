"""Rows made member by member are those of the resource read whole; what is wrong is left to the whole reading."""

import json
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.record.rules.importing import Place, Refused, read_line
from passerelle.care.record.services.copying import Copying, Given, Unusual
from passerelle.care.record.tests.cast import NOON, a_patient, a_report, a_result, a_stay

WHO = uuid4()
GIVEN = Given("essai", NOON.replace(microsecond=123_456), "aphm")
LINK = {"reference": f"Patient/{WHO}"}
CODED = {"coding": [{"system": "s", "code": "c", "display": "Un « code »"}], "text": 'avec \\ et "'}


def lines(*resources):
    return [one if isinstance(one, bytes) else orjson.dumps(one) for one in resources]


def whole(copying, line, *, is_checked=True):
    read = read_line(line, Place("essai", 1), is_checked=is_checked)
    return read if isinstance(read, Refused) else copying.whole_row_of(read)


def agrees(copying, line, *, is_checked=True):
    """Tell whether a line is read by its members; make sure that they give then what the whole gives."""
    try:
        row = copying.row_of(line)
    except Unusual:
        return False
    assert row[:4] == whole(copying, line, is_checked=is_checked)[:4]
    return True


USUAL = lines(
    a_patient(WHO),
    a_stay(WHO),
    a_report(WHO, stay=str(uuid4())),
    a_report(WHO, securityLabel=[CODED], meta={"security": [{"system": "s", "code": "R"}], "versionId": "7"}),
    a_result(WHO),
    a_result(WHO) | {"id": str(uuid4()).upper()},
    a_result(WHO, meta={"lastUpdated": "2026-03-02T12:00:00Z", "tag": [{"code": "x"}]}),
    orjson.dumps(a_result(WHO), option=orjson.OPT_INDENT_2),
    {"resourceType": "Procedure", "id": str(uuid4()), "status": "completed", "subject": LINK, "code": CODED,
     "performedPeriod": {"start": "2026-03"}},
    {"resourceType": "AllergyIntolerance", "id": str(uuid4()), "patient": LINK, "clinicalStatus": {"coding": [
        {"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"}]}},
    {"resourceType": "Organization", "id": str(uuid4()), "name": "Étoile", "alias": ["étoile", "Star"]},
    {"resourceType": "Coverage", "id": str(uuid4()), "status": "active", "payor": [{"display": "Caisse"}],
     "subscriber": {"reference": f"Patient/{uuid4()}"}, "beneficiary": LINK},
)  # fmt: skip


@pytest.mark.parametrize("line", USUAL, ids=range(len(USUAL)))
def test_a_usual_resource_is_read_by_its_members_the_first_time_and_the_next(line):
    copying = Copying(GIVEN, is_checked=True)
    assert agrees(copying, line)
    assert agrees(copying, line)


UNUSUAL = lines(
    b"{not json",
    b'"Observation"',
    b'{"resourceType":"Observation"}',
    {"resourceType": "Basic", "id": str(uuid4())},
    a_result(WHO) | {"id": "not-a-uuid"},
    a_result(WHO) | {"status": 3},
    a_result(WHO) | {"unheard": 3},
    a_result(WHO) | {"subject": {"reference": "Patient/one"}},
    a_result(WHO) | {"subject": {"display": "Quelqu’un"}},
    a_result(WHO) | {"dataAbsentReason": CODED},
    a_result(WHO) | {"valueString": "deux valeurs"},
    a_result(WHO) | {"contained": [{"resourceType": "Patient", "id": "p"}]},
    a_result(WHO) | {"performer": [{"reference": "#p"}]},
    {"resourceType": "Observation", "id": str(uuid4()), "subject": LINK, "code": CODED},
)


@pytest.mark.parametrize("line", UNUSUAL, ids=range(len(UNUSUAL)))
def test_what_is_out_of_the_ordinary_is_left_to_the_whole_reading(line):
    with pytest.raises(Unusual):
        Copying(GIVEN, is_checked=True).row_of(line)


def test_a_member_kept_of_one_type_is_not_taken_for_that_of_another():
    copying = Copying(GIVEN, is_checked=True)
    assert agrees(copying, orjson.dumps(a_result(WHO)))
    with pytest.raises(Unusual):
        copying.row_of(orjson.dumps(a_stay(WHO) | {"status": "final"}))


def test_a_member_that_was_wrong_is_wrong_again():
    copying = Copying(GIVEN, is_checked=True)
    for _ in range(2):
        with pytest.raises(Unusual):
            copying.row_of(orjson.dumps(a_result(WHO) | {"status": "finale"}))


def test_more_members_than_are_kept_read_the_same():
    copying = Copying(GIVEN, is_checked=True)
    for rank in range(2_100):
        line = orjson.dumps(a_result(WHO, value=rank))
        if rank in {0, 2_047, 2_048, 2_049, 2_099}:
            assert agrees(copying, line)
        else:
            copying.row_of(line)


ELEMENTS = ["coding", "code", "system", "value", "start", "reference", "family", "status"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.just(f"Patient/{WHO}"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(ELEMENTS), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = ["id", "subject", "meta", "status", "code", "identifier", "effectivePeriod", "valueQuantity", "name", "é\"'"]


@given(st.sampled_from(USUAL), st.sampled_from(MEMBERS), anything, st.booleans())
def test_whatever_a_member_holds_both_readings_agree(line, name, value, is_checked):
    changed = json.dumps(orjson.loads(line) | {name: value}).encode()
    agrees(Copying(GIVEN, is_checked=is_checked), changed, is_checked=is_checked)


def test_the_row_is_under_the_patient_it_names():
    row = Copying(GIVEN, is_checked=True).row_of(USUAL[4])
    assert (UUID(row.whose), row.type) == (WHO, "Observation")
