"""Search on the typed columns. Source: http://hl7.org/fhir/R4/search.html."""

from uuid import UUID

import pytest

from passerelle.care.record.api import SearchError, delete, put, search
from passerelle.care.record.selectors.store import count_matching
from passerelle.care.record.tests.cast import LOINC, NOON, a_patient, a_report, a_result, a_stay, at
from passerelle.protocols.fhir import api as fhir

pytestmark = pytest.mark.django_db
WHO, OTHER, STAY = (UUID(int=number, version=4) for number in (1, 2, 3))


def store(resource, *, hours=0.0, who=WHO):
    return put(resource, local_identity_id=who, at=at(hours), source="essai", establishment="aphm").id


def found(type_, **params):
    asked = {name.replace("__", ":").replace("_of_", "-"): [value] for name, value in params.items()}
    return {row.id for row in search(type_, asked).rows}


@pytest.mark.parametrize(
    "asked",
    [
        {"name": "etoile"},
        {"family": "étoile"},
        {"family": "ETOILE-DUP"},
        {"family:contains": "dupont"},
        {"given": "zoe"},
        {"given": "Anne"},
        {"identifier": "0001"},
        {"identifier": "urn:oid:1.2.0|0001"},
        {"identifier": "urn:oid:1.2.0|"},
        {"birthdate": "1984-03-12"},
        {"birthdate": "1984"},
        {"birthdate": "ge1984-03-12"},
        {"birthdate": "lt1985"},
        {"gender": "female"},
        {"gender:not": "male"},
        {"gender": "male,female"},
        {"_id": str(WHO)},
        {"_lastUpdated": "2026-03-02"},
    ],
)
def test_a_patient_is_found(asked):
    store(a_patient(WHO))
    assert [row.id for row in search("Patient", {name: [value] for name, value in asked.items()}).rows] == [WHO]


@pytest.mark.parametrize(
    "asked",
    [
        {"name": "martin"},
        {"family": "zoé"},
        {"given": "étoile"},
        {"family": "%"},
        {"family": "dup_"},
        {"identifier": "urn:oid:9|0001"},
        {"identifier": "|0001"},
        {"birthdate": "1984-03-13"},
        {"birthdate": "gt1984-03-12"},
        {"gender:not": "female"},
        {"_id": str(OTHER)},
        {"_id": "inconnu"},
        {"_lastUpdated": "gt2026-03-02"},
    ],
)
def test_a_patient_is_not_found(asked):
    store(a_patient(WHO))
    assert search("Patient", {name: [value] for name, value in asked.items()}).rows == ()


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ("2026-03", True),
        ("2026-03-02", False),
        ("ne2026-03-02", True),
        ("gt2026-03-04", True),
        ("gt2026-03-05T10:00:00Z", False),
        ("lt2026-03-03", True),
        ("lt2026-03-02T12:00:00Z", False),
        ("ge2026-03-05", True),
        ("le2026-03-02", True),
        ("sa2026-03-01", True),
        ("sa2026-03-02", False),
        ("eb2026-03-06", True),
        ("eb2026-03-05", False),
        ("ap2026-03-03", True),
    ],
)
def test_a_period_is_compared_with_each_prefix(asked, is_found):
    id_ = store(a_stay(WHO))
    assert (id_ in found("Encounter", date=asked)) is is_found


def test_an_open_stay_lasts_for_ever():
    id_ = store(a_stay(WHO, period={"start": "2026-03-02T12:00:00Z"}))
    assert found("Encounter", date="gt2050") == {id_}
    assert found("Encounter", date="eb2050") == set()


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ("5.4", True),
        ("5.40", True),
        ("5.3", False),
        ("gt5", True),
        ("lt5", False),
        ("ge5.4", True),
        ("le5.4", True),
        ("ne5.4", False),
        ("ap5.6", True),
        ("5.4|http://unitsofmeasure.org|mmol/L", True),
        ("5.4||mmol/L", True),
        ("5.4||g/L", False),
    ],
)
def test_a_quantity_is_compared_with_its_precision_and_unit(asked, is_found):
    id_ = store(a_result(WHO))
    assert (id_ in found("Observation", value_of_quantity=asked)) is is_found


def test_codes_classes_and_links_are_found():
    stay = store(a_stay(WHO))
    report = store(a_report(WHO, stay=str(stay), securityLabel=[fhir.codeable_concept(fhir.coding("s", "MASQUE_PS"))]))
    result = store(a_result(WHO))
    assert found("Encounter", **{"class": "IMP"}) == {stay}
    assert found("Encounter", status="finished") == {stay}
    assert found("DocumentReference", type=f"{LOINC}|11502-2") == {report}
    assert found("DocumentReference", encounter=f"Encounter/{stay}") == {report}
    assert found("DocumentReference", security_of_label="MASQUE_PS") == {report}
    assert found("DocumentReference", category__missing="true") == {report}
    assert found("Observation", code="2345-7", patient=f"Patient/{WHO}") == {result}
    assert found("Observation", subject__Patient=str(WHO)) == {result}
    assert found("Observation", subject=f"Group/{WHO}") == set()
    assert found("Observation", code="2345-7", patient=str(OTHER)) == set()


def test_a_search_stays_inside_the_identities_given():
    mine = store(a_stay(WHO))
    store(a_stay(OTHER), who=OTHER)
    assert [row.id for row in search("Encounter", {}, local_identity_ids=[WHO]).rows] == [mine]
    assert count_matching("Encounter", {}, local_identity_ids=[WHO]) == 1
    assert search("Encounter", {}, local_identity_ids=[]).rows == ()


def test_a_deleted_resource_is_not_found():
    id_ = store(a_stay(WHO))
    delete("Encounter", id_, at=at(1), source="essai")
    assert search("Encounter", {}).rows == ()


@pytest.mark.parametrize("sort", [None, "date", "-date", "_lastUpdated", "-_lastUpdated"])
def test_pages_give_each_resource_once_in_order(sort):
    stored = [
        store(a_stay(WHO, start=f"2026-03-0{day}T12:00:00Z"), hours=hours)
        for hours, day in enumerate([3, 1, 2, 2, 1, 3, 2])
    ]
    stored.append(store(a_stay(WHO, period=None)))
    seen, cursor = [], None
    while True:
        page = search("Encounter", {}, count=3, cursor=cursor, sort=sort)
        seen += page.rows
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(row.id for row in seen) == sorted(stored)
    if sort in {"date", "-date"}:
        dates = [fhir.loads(row.body).get("period", {}).get("start", "") for row in seen]
        assert dates == sorted(dates, reverse=sort.startswith("-"))
    else:
        moments = [row.last_updated for row in seen]
        assert moments == sorted(moments, reverse=sort != "_lastUpdated")


@pytest.mark.parametrize(
    ("params", "parameter"),
    [
        ({"colour": ["blue"]}, "colour"),
        ({"date": ["hier"]}, "date"),
        ({"date": ["2026-13-01"]}, "date"),
        ({"status:exact": ["finished"]}, "status:exact"),
        ({"class": [""]}, "class"),
        ({"patient": ["Patient/a b"]}, "patient"),
        ({"identifier": ["|"]}, "identifier"),
        ({"class:missing": ["peut-être"]}, "class:missing"),
    ],
)
def test_a_search_that_cannot_be_answered_names_its_parameter(params, parameter):
    with pytest.raises(SearchError) as refusal:
        search("Encounter", params)
    assert refusal.value.parameter == parameter


@pytest.mark.parametrize("cursor", ["", "x", f"hier~{WHO}", "2026-03-02~x"])
def test_a_damaged_cursor_is_refused(cursor):
    with pytest.raises(SearchError):
        search("Encounter", {}, cursor=cursor)


def test_an_unknown_sort_is_refused():
    with pytest.raises(SearchError):
        search("Patient", {}, sort="date")


def test_an_unknown_type_is_a_fault_of_the_caller():
    with pytest.raises(KeyError):
        search("Basic", {})


def test_several_values_of_one_parameter_must_all_match():
    inside = store(a_stay(WHO))
    store(a_stay(WHO, start="2026-01-01T12:00:00Z", period=fhir.period("2026-01-01", "2026-01-02")))
    page = search("Encounter", {"date": ["ge2026-03-01", "lt2026-04-01"]})
    assert [row.id for row in page.rows] == [inside]
    assert page.rows[0].last_updated == NOON
