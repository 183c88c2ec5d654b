"""Builders give resources that our own validator finds without fault, and leave out what is absent."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.protocols import fhir

AT = datetime(2026, 3, 1, 14, 30, tzinfo=UTC)
SUBJECT = fhir.reference("Patient/p1")


def a_patient():
    return fhir.patient(
        "p1",
        identifiers=[fhir.identifier("123", system="urn:oid:1.2.3", type_code="PI", use="usual")],
        names=[fhir.human_name("DURAND", ["Dominique", "Marie"])],
        gender="female",
        birth_date=date(1979, 3, 28),
        active=True,
    )


def resources():
    concept = fhir.codeable_concept(fhir.coding(fhir.LOINC, "2345-7", "Glucose"), text="Glycémie")
    return [
        a_patient(),
        fhir.encounter(
            "e1",
            status="finished",
            encounter_class=fhir.coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "IMP"),
            subject=SUBJECT,
            period=fhir.period(AT, AT + timedelta(days=2)),
            serviceProvider=fhir.reference("Organization/aphm", display="AP-HM"),
        ),
        fhir.document_reference(
            "d1",
            subject=SUBJECT,
            content=[fhir.attachment("application/pdf", url="/fhir/Binary/1", title="Lettre")],
            document_type=concept,
            date=fhir.moment(AT),
        ),
        fhir.observation(
            "o1",
            code=concept,
            subject=SUBJECT,
            value={"valueQuantity": fhir.quantity(Decimal("5.4"), "mmol/L", code="mmol/L")},
            effectiveDateTime=fhir.moment(AT),
        ),
    ]


@pytest.mark.parametrize("resource", resources(), ids=lambda resource: resource["resourceType"])
def test_what_the_builders_make_is_valid_and_survives_the_round_trip(resource):
    assert fhir.validate(resource) == []
    assert fhir.loads(fhir.dumps(resource)) == resource


def test_absent_parts_are_left_out_but_false_and_zero_stay():
    resource = fhir.patient("p1", active=False, multipleBirthInteger=0, telecom=[], language=None)

    assert resource == {"resourceType": "Patient", "id": "p1", "active": False, "multipleBirthInteger": 0}


def test_a_moment_is_written_in_utc_and_a_date_stays_a_date():
    paris_summer = timezone(timedelta(hours=2))

    assert fhir.moment(datetime(2026, 7, 1, 1, 0, tzinfo=paris_summer)) == "2026-06-30T23:00:00Z"
    assert fhir.moment(date(2026, 7, 1)) == "2026-07-01"


def test_text_that_is_not_a_json_object_is_refused_with_its_reason():
    for text in (b"", b"[1]", b"{", b"\xff\xfe", b'{"a":NaN}', "null"):
        with pytest.raises(fhir.FhirError):
            fhir.loads(text)


@given(st.binary(max_size=200))
def test_any_bytes_give_an_object_or_the_typed_refusal(content):
    with suppress(fhir.FhirError):
        assert isinstance(fhir.loads(content), dict)


def test_an_outcome_tells_where_and_why():
    outcome = fhir.operation_outcome("error", "required", "élément obligatoire absent", ["Encounter.status"])

    assert outcome["issue"] == [
        {
            "severity": "error",
            "code": "required",
            "details": {"text": "élément obligatoire absent"},
            "diagnostics": "élément obligatoire absent",
            "expression": ["Encounter.status"],
        }
    ]


def test_a_searchset_has_its_links_and_says_which_entries_matched():
    patient = a_patient()
    bundle = fhir.bundle_searchset(
        [("http://x/fhir/Patient/p1", patient)], self_url="http://x/s", next_url="http://x/n"
    )

    assert [link["relation"] for link in bundle["link"]] == ["self", "next"]
    assert bundle["entry"][0]["search"] == {"mode": "match"}
    assert "total" not in bundle


def test_an_empty_searchset_tells_a_total_of_zero():
    assert fhir.bundle_searchset([], self_url="http://x/s", total=0)["total"] == 0


def test_a_history_entry_carries_its_version_as_an_etag():
    patient = a_patient() | {"meta": {"versionId": "3"}}
    bundle = fhir.bundle_history([("http://x/fhir/Patient/p1", patient, AT)], self_url="http://x/h", total=1)

    assert bundle["entry"][0]["response"]["etag"] == 'W/"3"'
    assert bundle["entry"][0]["request"] == {"method": "PUT", "url": "Patient/p1"}
