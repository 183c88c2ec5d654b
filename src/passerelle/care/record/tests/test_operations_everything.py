"""`Patient/[id]/$everything`. https://hl7.org/fhir/R4/patient-operation-everything.html."""

from collections import Counter
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.care.record.rules.documents import RESTRICTIONS
from passerelle.care.record.rules.patients import patient_of
from passerelle.care.record.tests import pages
from passerelle.core.audit.models import AuditEvent
from passerelle.protocols import fhir

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def known():
    """Return a person known at two hospitals, and their file at the first: a stay at each, and what they hold."""
    person_id, here = pages.a_person("aphm", "arles")
    pages.a_stay(here, days=10, documents=1, results=2)
    pages.a_stay(pages.local_of(person_id, "arles"), days=200, documents=0, results=1)
    for one in identity.local_identities(person_id):
        resource = patient_of(identity.local_traits(one.id), place={"display": one.establishment})
        record.put(resource, local_identity_id=one.id, at=timezone.now(), source="essai")
    return person_id, here


def get(client, local_identity_id, **params):
    return client.get(f"/fhir/Patient/{local_identity_id}/$everything", params)


def resources(response):
    assert response.status_code == 200, response.content
    return [entry["resource"] for entry in response.json().get("entry", [])]


def types(response):
    return Counter(one["resourceType"] for one in resources(response))


def following(client, response):
    url = next((one["url"] for one in response.json()["link"] if one["relation"] == "next"), None)
    return client.get(f"{urlsplit(url).path}?{urlsplit(url).query}") if url else None


def test_everything_gives_the_files_of_every_establishment_from_any_of_them(known):
    person_id, here = known
    found = get(pages.alice(), here)
    assert types(found) == {"Patient": 2, "Encounter": 2, "DocumentReference": 1, "Observation": 3}
    assert types(get(pages.alice(), pages.local_of(person_id, "arles"))) == types(found)
    assert found.json()["type"] == "searchset"


def test_patients_come_first_and_are_linked_to_each_other(known):
    person_id, here = known
    first, second = resources(get(pages.alice(), here))[:2]
    assert {first["id"], second["id"]} == {str(here), str(pages.local_of(person_id, "arles"))}
    assert first["link"] == [{"other": {"reference": f"Patient/{second['id']}"}, "type": "seealso"}]


def test_pages_give_each_resource_once_even_while_others_are_added(known):
    _, here = known
    client, seen = pages.alice(), []
    page = get(client, here, _count=3)
    while page is not None:
        seen += [(one["resourceType"], one["id"]) for one in resources(page)]
        pages.a_result(here)
        page = following(client, page)
    before = {(one["resourceType"], one["id"]) for one in resources(get(client, here))}
    assert len(seen) == len(set(seen))
    assert set(seen) <= before


def test_type_since_and_dates_keep_a_part_of_it(known):
    _, here = known
    client = pages.alice()
    assert types(get(client, here, _type="Observation,Encounter")) == {"Encounter": 2, "Observation": 3}
    long_ago, soon = timezone.now() - timedelta(days=100), timezone.now() + timedelta(days=1)
    assert types(get(client, here, _since=long_ago.isoformat()))["Encounter"] == 1
    assert resources(get(client, here, _since=soon.isoformat())) == []
    assert types(get(client, here, start=f"{long_ago:%Y-%m-%d}", _type="Encounter")) == {"Encounter": 1}
    assert types(get(client, here, end=f"{long_ago:%Y-%m-%d}", _type="Encounter")) == {"Encounter": 1}


@pytest.mark.parametrize(
    ("params", "where"),
    [
        ({"_type": "Encounter,Nothing"}, "_type"),
        ({"_type": "Practitioner"}, "_type"),
        ({"_count": "0"}, "_count"),
        ({"_since": "hier"}, "_since"),
        ({"_cursor": "Encounter~x"}, "_cursor"),
        ({"_sort": "date"}, "_sort"),
    ],
)
def test_a_wrong_parameter_is_refused_where_it_is_wrong(known, params, where):
    response = get(pages.alice(), known[1], **params)
    assert (response.status_code, response.json()["issue"][0]["expression"]) == (400, [where])


def test_a_post_of_parameters_gives_what_the_query_gives(known):
    body = {"resourceType": "Parameters", "parameter": [{"name": "_type", "valueCode": "Encounter"}]}
    client = pages.alice()
    posted = client.post(f"/fhir/Patient/{known[1]}/$everything", body, content_type="application/fhir+json")
    assert posted.json()["entry"] == get(client, known[1], _type="Encounter").json()["entry"]


def test_what_is_not_there_and_what_may_not_be_seen_answer_alike(known):
    _, here = known
    absent = get(pages.alice(), uuid4())
    for client in (pages.bob(), pages.charlie()):
        refused = get(client, here)
        assert (refused.status_code, refused.content) == (404, absent.content)
    assert pages.Client().get(f"/fhir/Patient/{here}/$everything").status_code == 401


def test_the_patient_reads_their_own_and_a_masked_document_is_not_even_a_count_for_others(known):
    person_id, here = known
    before = get(pages.alice(), pages.local_of(person_id, "arles")).json()["entry"]
    arles = pages.local_of(person_id, "arles")
    document = pages.a_document(arles, title="Masqué")
    resource = fhir.loads(record.read("DocumentReference", document).body)
    label = {"coding": [{"system": RESTRICTIONS, "code": "MASQUE_PS"}]}
    record.put(resource | {"securityLabel": [label]}, local_identity_id=arles, at=timezone.now(), source="essai")
    assert get(pages.alice(), here).json()["entry"] == before
    own = [one["id"] for one in resources(get(pages.the_patient(person_id), here, _type="DocumentReference"))]
    assert str(document) in own


def test_one_event_is_left_and_one_query_makes_a_page(known):
    _, here = known
    client = pages.alice()
    get(client, here)
    with CaptureQueriesContext(
        connection,
    ) as few:
        get(client, here)
    for _ in range(30):
        pages.a_result(here)
    with CaptureQueriesContext(connection) as many:
        get(client, here)
    assert len(many) == len(few)
    page_queries = [one for one in many if "FROM record_resource held WHERE held.local_identity_id = ANY" in one["sql"]]
    assert len(page_queries) == 1
    assert AuditEvent.objects.filter(target=f"fhir:Patient/{here}/$everything").count() == 3


def test_a_deleted_resource_is_left_out(known):
    _, here = known
    result = pages.a_result(here)
    record.delete("Observation", result, at=timezone.now(), source="essai")
    assert str(result) not in {one["id"] for one in resources(get(pages.alice(), here))}
