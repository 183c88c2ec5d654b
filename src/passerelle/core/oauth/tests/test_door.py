"""The short way of whoever bears a token: the same answers as the whole way, and nothing more."""

import json

import pytest
from django.test import RequestFactory, override_settings
from oauth2_provider.models import get_access_token_model
from tests.runtime_role import RuntimeRole

from passerelle.core.oauth.door import Door
from passerelle.core.oauth.tests import smart_cast as smart
from passerelle.core.oauth.tests.cast import browser
from passerelle.core.oauth.tests.smart_cast import BACKEND

pytestmark = pytest.mark.django_db
NOBODYS_ID = "0198e9a0-0000-7000-8000-000000000000"


@pytest.fixture(autouse=True)
def patients():
    with smart.known_patients():
        yield


@pytest.fixture
def token():
    return smart.by_key(smart.application(BACKEND)[0]).json()["access_token"]


def _whole_way(environ, start_response):
    start_response("299 The whole way", [])
    return [environ["PATH_INFO"].encode()]


def _by_the_door(path, token=None, *, method="GET", **told):
    """Return status, headers and body; a status of 299 when the request went the whole way."""
    headers = {"authorization": f"Bearer {token}"} if token is not None else {}
    environ = RequestFactory().generic(method, path, headers=headers, **told).environ
    given = []
    body = b"".join(
        RuntimeRole(lambda _: Door(_whole_way)(environ, lambda *words: given.extend(words)))(None)  # type: ignore[arg-type]
    )
    return int(given[0].split()[0]), dict(given[1]), body


def _compared(headers):
    """Return headers to compare: the parts of a policy come in any order; the door never lets an answer be kept."""
    assert headers.get("Cache-Control") in {None, "private, no-store"}
    return headers | {"Cache-Control": "", "Content-Security-Policy": {*headers["Content-Security-Policy"].split("; ")}}


@pytest.mark.parametrize("is_secure", [False, True])
@pytest.mark.parametrize(
    "path",
    [
        "/fhir/metadata",
        "/fhir/Patient",
        "/fhir/Patient?unknown=1",
        "/fhir/Patient?_count=many",
        f"/fhir/Patient/{NOBODYS_ID}",
        f"/fhir/Observation/{NOBODYS_ID}",
        f"/fhir/Binary/{NOBODYS_ID}",
        f"/fhir/Observation/{NOBODYS_ID}/_history/1",
        "/fhir/Patient/not-an-id",
        "/fhir/Nothing",
        f"/fhir/Nothing/{NOBODYS_ID}",
        f"/fhir/Observation/{NOBODYS_ID.upper()}",
        f"/fhir/Observation/{NOBODYS_ID}?_format=xml",
    ],
)
def test_answers_are_the_same_by_both_ways(token, path, is_secure):
    with override_settings(SECURE_HSTS_SECONDS=60):
        client = browser()
        asked = client.get(path, headers={"authorization": f"Bearer {token}"}, secure=is_secure)
        status, headers, body = _by_the_door(path, token, secure=is_secure)

    assert (status, body) == (asked.status_code, asked.content)
    assert _compared(headers) == _compared(dict(asked.items()))


def test_a_fault_of_ours_is_told_in_fhir_by_both_ways(token, monkeypatch):
    monkeypatch.setattr("passerelle.care.record.fhir.gate._check_type", lambda kwargs: 1 / 0)
    client = browser()
    client.raise_request_exception = False

    asked = client.get("/fhir/Patient", headers={"authorization": f"Bearer {token}"})
    status, headers, body = _by_the_door("/fhir/Patient", token)

    assert (status, body) == (asked.status_code, asked.content)
    assert (status, headers["Content-Type"]) == (500, asked["Content-Type"])
    assert json.loads(body)["issue"][0]["code"] == "exception"


def test_a_post_is_the_same_by_both_ways(token):
    form = {"data": "_count=1", "content_type": "application/x-www-form-urlencoded"}

    asked = browser().post("/fhir/Patient/_search", headers={"authorization": f"Bearer {token}"}, **form)
    status, _, body = _by_the_door("/fhir/Patient/_search", token, method="POST", **form)

    assert (status, body) == (asked.status_code, asked.content)


@pytest.mark.parametrize("wrong", ["", "x", "a.b.c", "null"])
def test_a_token_worth_nothing_is_nobody(wrong):
    status, headers, _ = _by_the_door(f"/fhir/Observation/{NOBODYS_ID}", wrong)

    assert status == 401
    assert headers["WWW-Authenticate"].startswith("Bearer")
    assert "Cache-Control" not in headers


def test_a_revoked_token_is_refused_at_once(token):
    status, headers, _ = _by_the_door("/fhir/Patient", token)
    assert (status, headers["Cache-Control"]) == (403, "private, no-store")

    get_access_token_model().objects.all().delete()
    smart.forget_tokens()

    assert _by_the_door("/fhir/Patient", token)[0] == 401


@pytest.mark.parametrize("path", ["/annuaire/", "/fhirs", "/fhirs/Patient", "/", "/oauth/jeton/"])
def test_a_token_opens_the_short_way_on_the_fhir_interface_only(token, path):
    assert _by_the_door(path, token)[0] == 299


def test_an_id_in_the_place_of_a_type_goes_the_whole_way(token):
    assert _by_the_door(f"/fhir/00000000-0000-0000-0000-000000000000/{NOBODYS_ID}", token)[0] == 299


@pytest.mark.parametrize("path", ["/fhir/Patient", "/fhir", f"/fhir/Observation/{NOBODYS_ID}"])
def test_a_session_goes_the_whole_way(path):
    assert _by_the_door(path)[0] == 299


def test_a_host_that_is_not_ours_is_refused(token):
    with override_settings(ALLOWED_HOSTS=["elsewhere.invalid"]):
        assert _by_the_door("/fhir/Patient", token)[0] == 400
