"""The `history` interactions. https://hl7.org/fhir/R4/http.html#history."""

from datetime import timedelta
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import pytest
from django.utils import timezone

from passerelle.care.record import api as record
from passerelle.care.record.tests import pages
from passerelle.care.record.tests.chartful import a_result
from passerelle.protocols.fhir import api as fhir

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def here():
    _, one = pages.a_person("aphm")
    pages.a_stay(one, days=10, documents=0, results=0)
    return one


def versions_of(who, *statuses, days=6, id_=None):
    """Store one version for each status, a day apart; return the id."""
    resource = a_result(who)
    for rank, status in enumerate(statuses):
        at = timezone.now() - timedelta(days=days - rank)
        if status == "deleted":
            record.delete("Observation", UUID(resource["id"]), at=at, source="essai")
        else:
            record.put(
                resource | {"status": status}, local_identity_id=who, at=at, source="essai", establishment="aphm"
            )
    return resource["id"]


def bundle(client, path, **params):
    response = client.get(f"/fhir/{path}?{urlencode(params)}")
    assert response.status_code == 200, response.content
    return response.json()


def told(found):
    return [(entry["request"]["method"], entry["response"]["etag"]) for entry in found.get("entry", [])]


def test_the_history_of_a_resource_pages_from_its_newest_version(here):
    id_ = versions_of(here, "registered", "preliminary", "final")
    client = pages.alice()
    first = bundle(client, f"Observation/{id_}/_history", _count=2)
    assert (told(first), first["total"]) == ([("PUT", 'W/"3"'), ("PUT", 'W/"2"')], 3)
    url = urlsplit(next(one["url"] for one in first["link"] if one["relation"] == "next"))
    rest = client.get(f"{url.path}?{url.query}").json()
    assert told(rest) == [("POST", 'W/"1"')]
    assert rest["entry"][0]["resource"]["status"] == "registered"


def test_since_keeps_what_was_written_from_then_on(here):
    id_ = versions_of(here, "registered", "preliminary", "final")
    since = fhir.moment(timezone.now() - timedelta(days=4, hours=12))
    assert told(bundle(pages.alice(), f"Observation/{id_}/_history", _since=since)) == [("PUT", 'W/"3"')]


def test_at_keeps_what_stood_then(here):
    id_ = versions_of(here, "registered", "preliminary", "final")
    at = fhir.moment(timezone.now() - timedelta(days=4, hours=12))
    assert told(bundle(pages.alice(), f"Observation/{id_}/_history", _at=at)) == [("PUT", 'W/"2"')]


def test_the_history_of_a_type_tells_deletions_and_stays_inside_what_may_be_seen(here):
    id_ = versions_of(here, "final", "deleted")
    _, stranger = pages.a_person("salon")
    versions_of(stranger, "final")
    found = bundle(pages.alice(), "Observation/_history")
    assert told(found) == [("DELETE", 'W/"2"'), ("POST", 'W/"1"')]
    assert "resource" not in found["entry"][0]
    assert found["entry"][1]["resource"]["id"] == id_


def test_the_history_of_everything_holds_each_type(here):
    versions_of(here, "final")
    found = bundle(pages.alice(), "_history", _count=200)
    assert {entry["fullUrl"].split("/")[-2] for entry in found["entry"]} >= {"Observation", "Encounter"}


@pytest.mark.parametrize(
    "asked", [{"_since": "hier"}, {"_at": "x"}, {"_count": "x"}, {"colour": "x"}, {"_cursor": "x"}]
)
def test_a_history_asked_wrongly_names_the_parameter(here, asked):
    response = pages.alice().get(f"/fhir/Observation/_history?{urlencode(asked)}")
    assert response.status_code == 400
    assert response.json()["issue"][0]["expression"] == list(asked)
