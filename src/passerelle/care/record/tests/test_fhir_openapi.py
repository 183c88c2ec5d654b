"""Every operation that the description tells, under requests made from it, right and wrong: never a fault of ours.

The storm is schemathesis's (https://schemathesis.readthedocs.io): it draws from the schema, then breaks it.
"""

from functools import cache
from http import HTTPStatus

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from requests import Request
from schemathesis import Case, GenerationMode

from passerelle.care.record.fhir.capability import capability_statement
from passerelle.care.record.fhir.openapi import description
from passerelle.care.record.tests import pages

pytestmark = pytest.mark.django_db
_METHODS = {"read": ("/{id}", "get"), "update": ("/{id}", "put"), "delete": ("/{id}", "delete"), "create": ("", "post")}


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


def test_it_is_open_to_all_and_says_where_it_answers(client):
    told = client.get("/fhir/openapi.json").json()

    assert told["openapi"] == "3.1.0"
    assert told["servers"] == [{"url": "http://testserver/fhir"}]


def test_it_tells_what_the_capability_statement_tells():
    paths = description()["paths"]

    for resource in capability_statement()["rest"][0]["resource"]:
        if resource["type"] == "Binary":
            continue
        for code in {one["code"] for one in resource["interaction"]} & set(_METHODS):
            path, method = _METHODS[code]
            assert method in paths[f"/{resource['type']}{path}"]
        searched = {one["name"] for one in paths[f"/{resource['type']}"]["get"]["parameters"]}
        assert {one["name"] for one in resource["searchParam"]} <= searched


def test_each_operation_has_a_name_of_its_own():
    codes = [doing["operationId"] for methods in description()["paths"].values() for doing in methods.values()]

    assert len(codes) == len(set(codes))


@cache
def operations():
    schema = schemathesis.openapi.from_dict(description() | {"servers": [{"url": "http://testserver/fhir"}]})
    return [found.ok() for found in schema.get_all_operations()]


def answered(client, case: Case):
    told = case.as_transport_kwargs(base_url="http://testserver/fhir")
    asked = Request(
        told["method"],
        told["url"],
        headers=told["headers"],
        params=told.get("params"),
        data=told.get("data"),
        json=told.get("json"),
    ).prepare()
    return client.generic(
        str(asked.method),
        str(asked.url).removeprefix("http://testserver"),
        data=asked.body or b"",
        content_type=asked.headers.get("Content-Type", "application/fhir+json"),
    )


def storm(client, examples: int, mode: GenerationMode) -> None:
    """Send requests drawn from every operation; stop at the first fault of ours, shrunk."""

    @settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(data=st.data())
    def one(data):
        operation = data.draw(st.sampled_from(operations()), label="operation")
        case = data.draw(operation.as_strategy(generation_mode=mode), label="request")
        response = answered(client, case)
        assert response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, response.content
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            assert response.json()["resourceType"] == "OperationOutcome"

    one()


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_no_request_drawn_from_the_description_is_a_fault_of_ours(mode):
    storm(pages.alice(), 60, mode)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_no_request_of_a_long_storm_is_a_fault_of_ours(mode):
    storm(pages.alice(), 5_000, mode)
