"""The CapabilityStatement says what answers, and all that it says answers. https://hl7.org/fhir/R4/http.html#capabilities."""

from functools import cache
from uuid import uuid4

import pytest

from passerelle.care.record.fhir.capability import capability_statement
from passerelle.care.record.rules.parameters import SEARCHED
from passerelle.care.record.tests import pages
from passerelle.protocols.fhir import api as fhir

pytestmark = pytest.mark.django_db
SAMPLES = {"date": "2026", "quantity": "5", "number": "5", "reference": str(uuid4()), "uri": "urn:x", "token": "x"}


@cache
def resources():
    return {one["type"]: one for one in capability_statement()["rest"][0]["resource"]}


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


def sample(type_, told):
    if told["type"] == "composite":
        return "$".join(SAMPLES.get(part.kind.value, "x") for part in fhir.SEARCH[type_][told["name"]].parts)
    return SAMPLES.get(told["type"], "x")


def test_it_is_open_to_all_and_made_from_the_tables(client):
    found = client.get("/fhir/metadata").json()
    assert found == capability_statement()
    assert (found["resourceType"], found["fhirVersion"], found["kind"]) == ("CapabilityStatement", "4.0.1", "instance")
    assert set(resources()) == {*SEARCHED, "Binary"}


@pytest.mark.parametrize("type_", sorted(SEARCHED))
def test_every_parameter_told_is_answered(type_):
    client, who = pages.alice(), uuid4()
    for told in resources()[type_]["searchParam"]:
        asked = f"{told['name']}={sample(type_, told)}"
        narrowed = f"{asked}&_id={who}" if told["name"] != "_id" else asked
        answer = client.get(f"/fhir/{type_}?{narrowed}")
        assert answer.status_code == 200, (type_, told, answer.content)


@pytest.mark.parametrize("type_", ["Patient", "Observation", "Encounter", "Practitioner", "Questionnaire"])
def test_every_include_told_is_answered(type_):
    client = pages.alice()
    for name in resources()[type_].get("searchInclude", ()):
        assert client.get(f"/fhir/{type_}?_id={uuid4()}&_include={name}").status_code == 200, name
    for name in resources()[type_].get("searchRevInclude", ()):
        assert client.get(f"/fhir/{type_}?_id={uuid4()}&_revinclude={name}").status_code == 200, name


def test_every_interaction_of_the_whole_told_is_answered():
    client = pages.alice()
    told = {one["code"] for one in capability_statement()["rest"][0]["interaction"]}
    assert told == {"history-system", "search-system", "transaction", "batch"}
    assert client.get("/fhir/_history").status_code == 200
    assert client.get("/fhir/?_type=Patient").status_code == 200
    for kind in ("transaction", "batch"):
        body = {"resourceType": "Bundle", "type": kind}
        assert client.post("/fhir/", body, content_type="application/fhir+json").status_code != 404


@pytest.mark.parametrize("type_", sorted(SEARCHED))
def test_every_interaction_of_a_type_told_has_its_address(type_):
    client, id_ = pages.alice(), uuid4()
    told = {one["code"] for one in resources()[type_]["interaction"]}
    assert told == {
        "read", "vread", "history-instance", "history-type", "search-type", "create", "update", "patch", "delete",
    }  # fmt: skip
    assert client.get(f"/fhir/{type_}").status_code == 200
    assert client.get(f"/fhir/{type_}/_history").status_code == 200
    assert {client.get(f"/fhir/{type_}/{id_}{rest}").status_code for rest in ("", "/_history", "/_history/1")} == {404}
    for method in ("put", "patch", "delete"):
        answer = getattr(client, method)(f"/fhir/{type_}/{id_}", {}, content_type="application/fhir+json")
        assert answer.status_code != 405, (method, type_)
    assert client.post(f"/fhir/{type_}", {}, content_type="application/fhir+json").status_code != 405
