"""Search: values found in resources, and values asked for."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.protocols import fhir

PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "meta": {"lastUpdated": "2026-03-01T10:00:00Z"},
    "identifier": [{"system": "urn:oid:1.2", "value": "42"}, {"value": "sans système"}],
    "name": [{"family": "LE GOËFF", "given": ["Maël", "Yann"], "text": "Maël Le Goëff"}],
    "telecom": [{"system": "phone", "value": "0491000000"}, {"system": "email", "value": "m@example.org"}],
    "birthDate": "1980-02",
    "deceasedDateTime": "2026-01-01",
}


def test_each_kind_of_value_is_found_in_its_shape():
    found = fhir.extract(PATIENT)

    assert found["identifier"] == [fhir.Token("urn:oid:1.2", "42"), fhir.Token(None, "sans système")]
    assert found["family"] == ["LE GOËFF"]
    assert found["name"] == ["LE GOËFF", "Maël", "Yann", "Maël Le Goëff"]
    assert found["email"] == [fhir.Token(None, "m@example.org")]
    assert found["deceased"] == [fhir.Token(None, "true")]
    assert "organization" not in found


def test_a_birth_month_covers_the_whole_month():
    (span,) = fhir.extract(PATIENT)["birthdate"]

    assert (span.start.date().isoformat(), span.end.date().isoformat()) == ("1980-02-01", "1980-03-01")


def test_an_open_period_has_no_end():
    stay = {"resourceType": "Encounter", "class": {"code": "IMP"}, "period": {"start": "2026-03-01T10:00:00Z"}}
    (span,) = fhir.extract(stay)["date"]

    assert span.start == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert span.end is None


def test_patient_finds_only_references_to_patients():
    group = {"resourceType": "Encounter", "subject": {"reference": "Group/g1"}}
    person = {"resourceType": "Encounter", "subject": {"reference": "http://x/fhir/Patient/p1/_history/2"}}

    assert "patient" not in fhir.extract(group)
    assert fhir.extract(person)["patient"] == ["http://x/fhir/Patient/p1"]


def test_a_concept_gives_all_its_codings_and_a_quantity_its_number():
    result = {
        "resourceType": "Observation",
        "code": {"coding": [{"system": "a", "code": "1"}, {"system": "b", "code": "2"}]},
        "component": [{"code": {"coding": [{"code": "3"}]}, "valueQuantity": {"value": 5.4, "unit": "g/L"}}],
    }
    found = fhir.extract(result)

    assert [token.code for token in found["combo-code"]] == ["1", "2", "3"]
    assert found["combo-value-quantity"] == [fhir.Amount(Decimal("5.4"), Decimal("5.4"), None, None, "g/L")]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("2026", timedelta(days=365)),
        ("2026-12", timedelta(days=31)),
        ("2026-03-10", timedelta(days=1)),
        ("2026-03-10T10:05Z", timedelta(minutes=1)),
        ("2026-03-10T10:05:09+02:00", timedelta(seconds=1)),
        ("2026-03-10T10:05:09.12Z", timedelta(milliseconds=10)),
    ],
)
def test_a_date_covers_what_its_precision_says(text, length):
    span = fhir.date_range(text)

    assert span.end - span.start == length


@pytest.mark.parametrize(
    "text", ["", "20260301", "2026-13", "2026-02-30", "26-01-01", "0000", "9999-12-31Tnoon", "hier"]
)
def test_what_is_not_a_date_is_refused(text):
    with pytest.raises(fhir.FhirError):
        fhir.date_range(text)


def test_a_date_criterion_has_its_prefix_and_its_range():
    criterion = fhir.parse_date("ge2026-03-01")

    assert criterion.prefix == "ge"
    assert criterion.asked.start.isoformat() == "2026-03-01T00:00:00+01:00"


@pytest.mark.parametrize(
    ("text", "system", "code"),
    [("m", None, "m"), ("s|c", "s", "c"), ("|c", "", "c"), ("s|", "s", None), (r"s|a\|b", "s", "a|b")],
)
def test_a_token_has_five_forms(text, system, code):
    assert fhir.parse_token(text) == fhir.TokenCriterion(system, code)


def test_an_empty_token_is_refused():
    with pytest.raises(fhir.FhirError):
        fhir.parse_token("|")


def test_names_compare_without_accents_case_or_hyphens():
    assert fhir.fold("Jean-François  D’ALLÈGRE") == "jean francois d allegre"
    assert fhir.fold("SŒUR") == "soeur"


@pytest.mark.parametrize(
    ("modifier", "expected"),
    [
        ("", fhir.StringCriterion("starts", "zoe")),
        ("contains", fhir.StringCriterion("contains", "zoe")),
        ("exact", fhir.StringCriterion("exact", "Zoé")),
    ],
)
def test_a_string_starts_contains_or_is_exact(modifier, expected):
    assert fhir.parse(fhir.SearchKind.STRING, "Zoé", modifier) == [expected]


def test_a_comma_means_or_unless_a_backslash_escapes_it():
    assert fhir.split_alternatives(r"a,b\,c,,d") == ["a", r"b\,c", "d"]
    assert [one.text for one in fhir.parse(fhir.SearchKind.STRING, r"a,b\,c", "exact")] == ["a", "b,c"]


@pytest.mark.parametrize(
    ("text", "modifier", "expected"),
    [
        ("p1", "", fhir.ReferenceCriterion(None, "p1")),
        ("p1", "Patient", fhir.ReferenceCriterion("Patient", "p1")),
        ("Patient/p1", "", fhir.ReferenceCriterion("Patient", "p1")),
        ("https://x/fhir/Patient/p1", "", fhir.ReferenceCriterion("Patient", "p1", "https://x/fhir/Patient/p1")),
        ("urn:uuid:1", "", fhir.ReferenceCriterion(None, "", "urn:uuid:1")),
    ],
)
def test_a_reference_has_its_forms(text, modifier, expected):
    assert fhir.parse(fhir.SearchKind.REFERENCE, text, modifier) == [expected]


def test_a_quantity_covers_half_of_its_last_digit():
    criterion = fhir.parse_quantity("lt5.40|http://unitsofmeasure.org|mmol/L")

    assert (criterion.prefix, criterion.value, criterion.half_width) == ("lt", Decimal("5.40"), Decimal("0.005"))
    assert (criterion.system, criterion.code) == ("http://unitsofmeasure.org", "mmol/L")


@pytest.mark.parametrize(
    ("kind", "text", "modifier"),
    [
        (fhir.SearchKind.DATE, "2026", "exact"),
        (fhir.SearchKind.STRING, "", ""),
        (fhir.SearchKind.QUANTITY, "beaucoup", ""),
        (fhir.SearchKind.REFERENCE, "a b", ""),
        (fhir.SearchKind.TOKEN, "x", "missing"),
        (fhir.SearchKind.TOKEN, "x", "Patient"),
    ],
)
def test_a_value_or_modifier_that_means_nothing_is_refused(kind, text, modifier):
    with pytest.raises(fhir.FhirError):
        fhir.parse(kind, text, modifier)


def test_missing_is_for_every_kind():
    assert fhir.parse(fhir.SearchKind.DATE, "true", "missing") == [fhir.MissingCriterion(missing=True)]


@given(
    st.sampled_from(fhir.SearchKind), st.text(max_size=40), st.sampled_from(["", "exact", "not", "missing", "Patient"])
)
def test_any_query_gives_criteria_or_the_typed_refusal(kind, text, modifier):
    with suppress(fhir.FhirError):
        assert fhir.parse(kind, text, modifier)


INNER = ["name", "given", "family", "period", "start", "subject", "reference", "code", "coding", "value"]
OUTER = ["name", "period", "subject", "code", "identifier"]
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INNER), inner),
    max_leaves=12,
)


@given(st.sampled_from(sorted(fhir.SEARCH)), st.dictionaries(st.sampled_from(OUTER), JSON))
def test_extraction_and_validation_never_break_on_a_senseless_resource(kind, body):
    resource = body | {"resourceType": kind}

    assert isinstance(fhir.extract(resource), dict)
    assert isinstance(fhir.validate(resource), list)
