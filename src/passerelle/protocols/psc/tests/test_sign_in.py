"""A whole sign-in over real HTTP, against the simulated provider; then whatever can be wrong in it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from passerelle.protocols.oidc import api as oidc
from passerelle.protocols.psc import api as psc

BACK = "http://127.0.0.1:8160/connexion/psc/retour/"
COLETTE = "899900000001"


def now():
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def simulator():
    with psc.Simulator() as running:
        yield running


@pytest.fixture
def house(simulator):
    return oidc.RelyingParty(_access(simulator))


def _access(simulator):
    return oidc.Access(simulator.issuer, "passerelle", simulator.realm.client_secret, psc.SCOPE, psc.ACR, psc.ACR[0])


def choose(started, subject=COLETTE, **changes):
    """Choose a holder on the page of the provider; return the query of the return."""
    parts = urlsplit(started.address)
    query = urlencode(dict(parse_qsl(parts.query)) | changes)
    answer = httpx.post(f"{started.address.partition('?')[0]}?{query}", data={"holder": subject})
    assert answer.status_code == 303, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def test_a_professional_signs_in(house):
    started = house.start(return_address=BACK, at=now())

    proof = house.finish(choose(started), started=started, return_address=BACK, at=now())

    assert proof.acr == "eidas1"
    assert now() - proof.authenticated_at < timedelta(minutes=1)
    assert psc.read_professional(proof.claims).rpps == COLETTE[1:]


def test_the_request_asks_for_what_the_service_demands(house):
    asked = dict(parse_qsl(urlsplit(house.start(return_address=BACK, at=now()).address).query))

    assert asked["scope"] == "openid scope_all"
    assert asked["acr_values"] == "eidas1"
    assert asked["code_challenge_method"] == "S256"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3


def test_a_fresh_proof_is_asked_and_checked(house):
    started = house.start(return_address=BACK, at=now(), fresh=True)
    assert "prompt=login" in started.address

    with pytest.raises(oidc.TooWeak):
        house.finish(
            choose(started),
            started=started,
            return_address=BACK,
            at=now() + timedelta(seconds=100),
            max_age=timedelta(seconds=10),
        )


@pytest.mark.parametrize(
    ("subject", "refusal"),
    [
        ("899900000010", oidc.SignInRefused),
        ("899900000011", oidc.ProofRefused),
        ("899900000012", oidc.ProofRefused),
        ("899900000013", oidc.ProofRefused),
        ("899900000014", oidc.ProofRefused),
        ("899900000015", oidc.ProofRefused),
        ("899900000016", oidc.TooWeak),
        ("899900000017", oidc.ProofRefused),
        ("899900000018", oidc.ProviderUnavailable),
    ],
)
def test_what_the_provider_does_wrong_is_refused(house, subject, refusal):
    started = house.start(return_address=BACK, at=now())

    with pytest.raises(refusal):
        house.finish(choose(started, subject), started=started, return_address=BACK, at=now())


def test_a_code_serves_once(house):
    started = house.start(return_address=BACK, at=now())
    answer = choose(started)
    house.finish(answer, started=started, return_address=BACK, at=now())

    with pytest.raises(oidc.SignInRefused, match="invalid_grant"):
        house.finish(answer, started=started, return_address=BACK, at=now())


def test_a_code_stolen_from_another_browser_is_worth_nothing(house):
    victim, thief = (house.start(return_address=BACK, at=now()) for _ in range(2))
    stolen = choose(victim) | {"state": thief.state}

    with pytest.raises(oidc.SignInRefused, match="invalid_grant"):
        house.finish(stolen, started=thief, return_address=BACK, at=now())


def test_a_return_of_another_state_is_refused_before_any_call(house):
    started = house.start(return_address=BACK, at=now())

    with pytest.raises(oidc.ProofRefused, match="autre connexion"):
        house.finish(choose(started) | {"state": "x"}, started=started, return_address=BACK, at=now())


def test_a_return_that_names_another_provider_is_refused(house):
    started = house.start(return_address=BACK, at=now())

    with pytest.raises(oidc.ProofRefused, match="autre fournisseur"):
        house.finish(
            choose(started) | {"iss": "https://ailleurs.invalid"}, started=started, return_address=BACK, at=now()
        )


def test_a_return_with_neither_code_nor_error_is_refused(house):
    started = house.start(return_address=BACK, at=now())

    with pytest.raises(oidc.ProofRefused, match="sans code"):
        house.finish({"state": started.state}, started=started, return_address=BACK, at=now())


def test_the_nonce_of_another_sign_in_is_refused(house):
    started = house.start(return_address=BACK, at=now())

    with pytest.raises(oidc.ProofRefused, match="nonce"):
        house.finish(choose(started, nonce="change"), started=started, return_address=BACK, at=now())


def test_a_wrong_secret_signs_nobody_in(simulator):
    house = oidc.RelyingParty(replace(_access(simulator), client_secret="faux"))
    started = house.start(return_address=BACK, at=now())

    with pytest.raises(oidc.SignInRefused, match="invalid_client"):
        house.finish(choose(started), started=started, return_address=BACK, at=now())


def test_keys_may_change_between_two_sign_ins(simulator, house):
    started = house.start(return_address=BACK, at=now())
    house.finish(choose(started), started=started, return_address=BACK, at=now())

    simulator.realm.rotate(keeps_former=False)
    later = now() + timedelta(seconds=40)
    again = house.start(return_address=BACK, at=later)

    assert house.finish(choose(again), started=again, return_address=BACK, at=later).subject


def test_unknown_keys_are_not_asked_for_again_at_once(simulator, house):
    started = house.start(return_address=BACK, at=now())
    house.finish(choose(started), started=started, return_address=BACK, at=now())
    simulator.realm.rotate(keeps_former=False)
    again = house.start(return_address=BACK, at=now())

    with pytest.raises(oidc.ProofRefused, match="clé inconnue"):
        house.finish(choose(again), started=again, return_address=BACK, at=now())


def test_a_provider_that_says_it_is_another_is_refused(simulator):
    house = oidc.RelyingParty(replace(_access(simulator), issuer=simulator.issuer.replace("127.0.0.1", "localhost")))

    with pytest.raises(oidc.ProviderUnavailable, match="un autre"):
        house.start(return_address=BACK, at=now())


def test_a_provider_that_is_down_is_said_to_be(simulator):
    simulator.is_down = True
    try:
        with pytest.raises(oidc.ProviderUnavailable):
            oidc.RelyingParty(_access(simulator)).start(return_address=BACK, at=now())
    finally:
        simulator.is_down = False


@pytest.mark.parametrize("issuer", ["http://auth.exemple.invalid/", "ftp://127.0.0.1/", "file:///etc", ""])
def test_plain_http_is_for_this_machine_only(issuer):
    with pytest.raises(oidc.InsecureAddress):
        oidc.RelyingParty(oidc.Access(issuer, "a", "b"))


def test_closing_the_session_there_comes_back_here(house):
    started = house.start(return_address=BACK, at=now())
    proof = house.finish(choose(started), started=started, return_address=BACK, at=now())

    answer = httpx.get(house.logout_address(id_token=proof.id_token, return_address=BACK, at=now()))

    assert answer.headers["location"].partition("?state=")[0] == BACK


def test_the_page_of_choice_says_it_is_a_simulator(house):
    page = httpx.get(house.start(return_address=BACK, at=now()).address)

    assert "Ce n’est pas Pro Santé Connect" in page.text
    assert page.headers["x-simulation"]
    assert "Colette Mistral" in page.text


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "autre"},
        {"redirect_uri": "https://ailleurs.invalid/"},
        {"response_type": "token"},
        {"scope": "openid"},
        {"code_challenge_method": "plain"},
        {"nonce": ""},
        {"state": ""},
    ],
)
def test_the_simulator_refuses_a_request_that_the_service_would(house, changes):
    started = house.start(return_address=BACK, at=now())
    query = dict(parse_qsl(urlsplit(started.address).query)) | changes

    page = httpx.get(f"{started.address.partition('?')[0]}?{urlencode(query)}")

    assert page.status_code == 400
    assert "Demande refusée" in page.text


def test_what_is_asked_is_shown_escaped(simulator, house):
    started = house.start(return_address=BACK, at=now())

    page = httpx.get(started.address + "&x=%22%3E%3Cscript%3E")

    assert not re.search(r"<script", page.text)
