"""What a search answers: order, pages, totals, shapes, what comes with it. https://hl7.org/fhir/R4/search.html."""

from datetime import timedelta
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.care.record.rules.patients import patient_of
from passerelle.care.record.tests import pages
from passerelle.care.record.tests.cast import NOON, a_stay
from passerelle.care.record.tests.chartful import a_condition, a_practitioner, a_result, stored
from passerelle.protocols import fhir

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def here():
    """Return a local identity treated at Alice's hospital, its Patient stored."""
    _, one = pages.a_person("aphm")
    pages.a_stay(one, days=10, documents=0, results=0)
    resource = patient_of(identity.local_traits(one), place={"display": "AP-HM"})
    record.put(resource, local_identity_id=one, at=timezone.now(), source="essai")
    return one


def get(client, path, **params):
    told = {name.replace("__", ":"): value for name, value in params.items()}
    return client.get(f"/fhir/{path}?{urlencode(told, doseq=True)}")


def bundle(client, path, **params):
    response = get(client, path, **params)
    assert response.status_code == 200, response.content
    return response.json()


def ids(found, mode="match"):
    return [entry["resource"]["id"] for entry in found.get("entry", []) if entry["search"]["mode"] == mode]


def next_of(found):
    url = next((one["url"] for one in found["link"] if one["relation"] == "next"), None)
    return url and f"{urlsplit(url).path}?{urlsplit(url).query}"


def test_several_sort_keys_order_one_after_the_other(here):
    told = [("final", "2026-03-01"), ("amended", "2026-03-02"), ("final", "2026-03-03")]
    stored_ids = [stored(a_result(here, status=status, effectiveDateTime=day), here) for status, day in told]
    found = bundle(pages.alice(), "Observation", patient=str(here), _sort="status,-date")
    assert ids(found) == [stored_ids[1], stored_ids[2], stored_ids[0]]


@pytest.mark.parametrize("sort", ["-date", "date", "status,-date", "-_lastUpdated", "_id"])
def test_pages_give_each_match_once_though_others_are_written_between(here, sort):
    before = {stored(a_result(here, effectiveDateTime=f"2026-03-{day:02d}"), here) for day in (1, 5, 5, 9, 20)}
    before.add(stored(a_result(here, effectiveDateTime=None), here))
    client, seen = pages.alice(), []
    url = f"/fhir/Observation?patient={here}&_count=2&_sort={sort}"
    for day in range(2, 30):
        found = client.get(url).json()
        seen += ids(found)
        url = next_of(found)
        if url is None:
            break
        stored(a_result(here, effectiveDateTime=f"2026-03-{day:02d}"), here, days=4)
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


def test_a_cursor_of_another_search_or_damaged_is_refused(here):
    for _ in range(3):
        stored(a_result(here), here)
    client = pages.alice()
    url = next_of(bundle(client, "Observation", patient=str(here), _count=1))
    assert client.get(url).status_code == 200
    assert client.get(url.replace("Observation", "Condition")).status_code == 400
    assert client.get(f"{url[:-1]}{'A' if url[-1] != 'A' else 'B'}").status_code == 400


def test_a_total_is_told_when_it_is_asked_and_only_then(here):
    for _ in range(3):
        stored(a_result(here), here)
    client, asked = pages.alice(), {"patient": str(here), "_count": 1}
    assert "total" not in bundle(client, "Observation", **asked)
    assert bundle(client, "Observation", **asked, _total="accurate")["total"] == 3
    assert bundle(client, "Observation", **asked, _total="estimate")["total"] == 3
    counted = bundle(client, "Observation", patient=str(here), _summary="count")
    assert (counted["total"], "entry" in counted) == (3, False)


def test_a_page_holds_two_hundred_at_most(here):
    assert get(pages.alice(), "Observation", patient=str(here), _count=100_000).status_code == 200


@pytest.mark.parametrize(
    ("asked", "kept", "left"),
    [
        ({"_summary": "true"}, "valueQuantity", "category"),
        ({"_summary": "text"}, "status", "valueQuantity"),
        ({"_summary": "data"}, "valueQuantity", "text"),
        ({"_elements": "valueQuantity"}, "valueQuantity", "category"),
        ({"_elements": "Observation.value"}, "valueQuantity", "category"),
    ],
)
def test_a_part_of_a_resource_keeps_what_is_mandatory_and_says_it_is_a_part(here, asked, kept, left):
    more = {"category": [{"text": "laboratoire"}], "text": {"status": "generated", "div": "<div>Glucose</div>"}}
    stored(a_result(here, **more), here)
    found = bundle(pages.alice(), "Observation", patient=str(here), **asked)
    resource = found["entry"][0]["resource"]
    assert kept in resource
    assert left not in resource
    assert {"status", "code", "resourceType", "id"} <= resource.keys()
    assert resource["meta"]["tag"][-1]["code"] == "SUBSETTED"


def test_what_matches_link_to_comes_with_them_once(here):
    eve = stored(a_practitioner())
    for _ in range(2):
        stored(a_result(here, performer=[{"reference": f"Practitioner/{eve}"}]), here)
    found = bundle(
        pages.alice(),
        "Observation",
        patient=str(here),
        _include=["Observation:performer", "Observation:patient"],
    )
    assert len(ids(found)) == 2
    assert sorted(ids(found, "include")) == sorted([eve, str(here)])


def test_what_links_to_a_match_comes_back_and_goes_on_when_it_iterates(here):
    eve = stored(a_practitioner())
    result = stored(a_result(here, performer=[{"reference": f"Practitioner/{eve}"}]), here)
    client, asked = pages.alice(), {"_id": str(here), "_revinclude": "Observation:patient"}
    assert ids(bundle(client, "Patient", **asked), "include") == [result]
    going_on = bundle(client, "Patient", **asked, _include__iterate="Observation:performer")
    assert sorted(ids(going_on, "include")) == sorted([result, eve])


def test_what_may_not_be_seen_does_not_come_with_a_match(here):
    _, stranger = pages.a_person("salon")
    foreign = stored(a_result(stranger), stranger, place="salon")
    stored(a_result(here, hasMember=[{"reference": f"Observation/{foreign}"}]), here)
    found = bundle(pages.alice(), "Observation", patient=str(here), _include="Observation:has-member")
    assert ids(found, "include") == []


@pytest.mark.parametrize(
    "asked",
    [
        {"_include": "Observation"},
        {"_include": "Observation:code"},
        {"_include": "Observation:patient:Location"},
        {"_include": "Basic:patient"},
        {"_summary": "some"},
        {"_contained": "true"},
        {"_total": "x"},
        {"_sort": "patient.name"},
        {"_sort": "status,date,_id,code,category"},
    ],
)
def test_a_result_parameter_that_cannot_be_read_is_refused_by_its_name(here, asked):
    response = get(pages.alice(), "Observation", patient=str(here), **asked)
    assert response.status_code == 400
    assert response.json()["issue"][0]["expression"][0] in {*asked, "_sort"}


def test_an_unknown_parameter_is_refused_unless_the_search_is_lenient(here):
    client, path = pages.alice(), f"/fhir/Observation?patient={here}&colour=blue"
    assert client.get(path).status_code == 400
    assert client.get(path, headers={"prefer": "handling=strict"}).status_code == 400
    found = client.get(path, headers={"prefer": "handling=lenient"}).json()
    assert "colour" not in found["link"][0]["url"]
    assert [one["resource"]["resourceType"] for one in found["entry"]] == ["OperationOutcome"]


def test_a_compartment_holds_what_is_of_the_patient_and_nothing_else(here):
    mine = stored(a_result(here), here)
    _, other = pages.a_person("aphm")
    pages.a_stay(other, documents=0, results=0)
    stored(a_result(other), other)
    client = pages.alice()
    assert ids(bundle(client, f"Patient/{here}/Observation")) == [mine]
    assert ids(bundle(client, f"Patient/{here}/Observation", code="autre")) == []
    posted = client.post(f"/fhir/Patient/{here}/Observation/_search", {"code": "2345-7"})
    assert ids(posted.json()) == [mine]
    assert get(client, f"Patient/{here}/Practitioner").status_code == 404
    assert get(client, f"Colour/{here}/Observation").status_code == 404


def test_a_compartment_of_a_practitioner_holds_what_they_made(here):
    eve = stored(a_practitioner())
    mine = stored(a_result(here, performer=[{"reference": f"Practitioner/{eve}"}]), here)
    stored(a_result(here), here)
    assert ids(bundle(pages.alice(), f"Practitioner/{eve}/Observation")) == [mine]


def test_a_search_of_several_types_gives_them_together_in_order(here):
    first, second = stored(a_condition(here), here, days=3), stored(a_result(here), here, days=2)
    found = bundle(pages.alice(), "", _type="Observation,Condition")
    assert ids(found) == [second, first]
    assert get(pages.alice(), "").status_code == 400
    assert get(pages.alice(), "", _type="Observation,Condition", code="x").status_code == 200
    assert get(pages.alice(), "", _type="Observation,Patient", code="x").status_code == 400


def test_a_search_that_would_cost_too_much_says_so_before_it_is_run():
    asked = {f"_has:Observation:patient:_has:Observation:has-member:{name}": "x" for name in ("code", "status", "date")}
    response = get(pages.alice(), "Patient", **asked)
    assert response.status_code == 400
    assert response.json()["issue"][0]["code"] == "too-costly"


def test_chains_of_a_clinician_stay_inside_what_they_may_see(here):
    mine = stored(a_result(here), here)
    _, stranger = pages.a_person("salon")
    stored(a_result(stranger), stranger, place="salon")
    stored(patient_of(identity.local_traits(stranger), place={"display": "Salon"}), stranger, place="salon")
    assert ids(bundle(pages.alice(), "Observation", **{"patient.family": "d'allegre"})) == [mine]
    assert ids(bundle(pages.bob(), "Observation", **{"patient.family": "d'allegre"})) == []


WHO = UUID(int=77, version=4)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.lists(st.integers(1, 5) | st.none(), min_size=1, max_size=8),
    size=st.integers(1, 3),
    keys=st.lists(st.sampled_from(["date", "-date", "status", "-status", "_lastUpdated"]), min_size=1, max_size=2),
)
def test_any_order_in_any_pages_gives_each_match_once(days, size, keys):
    who = UUID(int=fhir.MOST_BYTES + hash((tuple(days), size, tuple(keys))) % 2**60, version=4)
    made = {
        record.put(
            a_stay(
                who, period={"start": f"2026-03-0{day}"} if day else None, status="finished" if rank % 2 else "arrived"
            ),
            local_identity_id=who,
            at=NOON + timedelta(minutes=rank // 2),
            source="essai",
            establishment="aphm",
        ).id
        for rank, day in enumerate(days)
    }
    seen, cursor = [], None
    while True:
        page = record.search("Encounter", {}, local_identity_ids=[who], count=size, cursor=cursor, sort=",".join(keys))
        seen += [row.id for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) >= len(made)
    assert made <= set(seen)
