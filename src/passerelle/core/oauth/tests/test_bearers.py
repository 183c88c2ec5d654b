"""Who bears a token: on the FHIR interface and there only, in one lookup, remembered for less than a second."""

import pytest

from passerelle.core.access.api import Role
from passerelle.core.oauth.memory import ShortMemory
from passerelle.core.oauth.tests import smart_cast as smart
from passerelle.core.oauth.tests.cast import browser
from passerelle.core.oauth.tests.smart_cast import BACKEND

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def patients():
    with smart.known_patients():
        yield


@pytest.fixture
def token():
    return smart.by_key(smart.application(BACKEND)[0]).json()["access_token"]


def test_a_token_counts_on_the_fhir_interface_only(token):
    assert not smart.viewer_with(token).is_anonymous
    assert not smart.viewer_with(token, "/fhir").is_anonymous
    assert smart.viewer_with(token, "/annuaire/").is_anonymous
    assert smart.viewer_with(token, "/fhirs").is_anonymous


def test_a_token_counts_on_the_base_itself_too(token):
    assert not smart.viewer_with(token, "/fhir").is_anonymous
    assert smart.viewer_with(token, "/fhirs").is_anonymous


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_read_in_any_case(token, scheme):
    answer = browser().get("/fhir/metadata", headers={"authorization": f"{scheme} {token}"})

    assert not answer.wsgi_request.viewer.is_anonymous


@pytest.mark.parametrize("wrong", ["", "x", "é" * 40, "a.b.c", "null"])
def test_a_token_worth_nothing_is_nobody_even_beside_a_good_cookie(wrong):
    client = smart.signed_in("alice", Role.CLINICIAN, None, None)

    answer = client.get("/fhir/Patient", headers={"authorization": f"Bearer {wrong}"})

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.wsgi_request.viewer.is_anonymous


def test_a_token_in_the_address_is_nobody(token):
    answer = browser().get("/fhir/Patient", {"access_token": token})

    assert answer.status_code == 401


def test_the_second_request_asks_nothing(token, django_assert_num_queries):
    smart.forget_tokens()
    with django_assert_num_queries(1):  # an application alone; for somebody, their roles too
        assert smart.viewer_with(token).roles
    with django_assert_num_queries(0):
        assert smart.viewer_with(token).roles


def test_what_is_remembered_is_forgotten_in_less_than_a_second():
    now = [0.0]
    memory = ShortMemory(clock=lambda: now[0])
    asked = []

    def find():
        asked.append(now[0])
        return len(asked)

    assert [memory.get("a", find), memory.get("a", find), memory.get("b", find)] == [1, 1, 2]
    now[0] = 0.95
    assert memory.get("a", find) == 3
    memory.forget()
    assert memory.get("a", find) == 4


def test_a_memory_never_grows_without_end():
    memory = ShortMemory(clock=lambda: 0.0)

    for number in range(2_500):
        memory.get(str(number), lambda: 1)

    assert len(memory._held) <= 1_000
