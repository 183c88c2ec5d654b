"""A whole sign-in over real HTTP, against the simulated FranceConnect; what its version 2 asks, and what can be wrong.

https://docs.partenaires.franceconnect.gouv.fr/fs/fs-technique/fs-technique-endpoints/
"""

from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from jwcrypto import jwk

from passerelle.protocols.franceconnect import api as franceconnect
from passerelle.protocols.oidc import api as oidc

BACK = "http://127.0.0.1:8370/connexion/franceconnect/retour/"
KEY = jwk.JWK.generate(kty="RSA", size=2048, use="enc")


def now():
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def simulator():
    with franceconnect.Simulator() as running:
        yield running


@pytest.fixture(scope="module")
def sealing():
    with franceconnect.Simulator(client_key=jwk.JWK(**KEY.export_public(as_dict=True))) as running:
        yield running


def party(simulator, **changes):
    told = {"acr_values": franceconnect.ACR, "asked_acr": "eidas1", "scope": franceconnect.SCOPE} | changes
    return oidc.RelyingParty(oidc.Access(simulator.issuer, "passerelle", simulator.realm.client_secret, **told))


def choose(started, subject="mireille"):
    answer = httpx.post(started.address, data={"holder": subject})
    assert answer.status_code == 303, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def sign_in(house, subject="mireille"):
    started = house.start(return_address=BACK, at=now())
    return house.finish(choose(started, subject), started=started, return_address=BACK, at=now())


def test_a_citizen_signs_in_and_the_pivot_identity_is_whole(simulator):
    proof = sign_in(party(simulator))

    assert franceconnect.read_pivot(proof.claims) == franceconnect.Pivot(
        birth_name="TRAMONTANE",
        given_names=("Mireille", "Rose"),
        birth_date=date(1958, 4, 12),
        sex="F",
        birth_place="13055",
        used_name="GARLABAN",
        email="mireille@exemple.invalid",
    )
    assert proof.acr == "eidas1"
    assert len(proof.subject) == 66


def test_who_was_born_abroad_has_the_country_for_place(simulator):
    assert franceconnect.read_pivot(sign_in(party(simulator), "ailleurs").claims).birth_place == "99351"


def test_a_higher_level_is_asked_and_given(simulator):
    assert sign_in(party(simulator, asked_acr="eidas2", acr_values=("eidas2", "eidas3"))).acr == "eidas2"


def test_the_user_information_is_signed_and_only_what_was_asked(simulator):
    house = party(simulator, scope="openid family_name")
    proof = sign_in(house)

    assert proof.claims["family_name"] == "TRAMONTANE"
    assert "birthdate" not in proof.claims
    with pytest.raises(franceconnect.ClaimsUnreadable):
        franceconnect.read_pivot(proof.claims)


def test_an_encrypted_user_information_is_opened_with_our_key(sealing):
    proof = sign_in(party(sealing, decryption_key=KEY.export()))

    assert franceconnect.read_pivot(proof.claims).birth_name == "TRAMONTANE"


@pytest.mark.parametrize("key", ["", jwk.JWK.generate(kty="RSA", size=2048).export()])
def test_what_was_encrypted_for_another_is_refused(sealing, key):
    with pytest.raises(oidc.ProofRefused, match="pour un autre"):
        sign_in(party(sealing, decryption_key=key))


@pytest.mark.parametrize(
    ("subject", "refusal"),
    [
        ("refus", oidc.SignInRefused),
        ("expire", oidc.ProofRefused),
        ("nonce", oidc.ProofRefused),
        ("signature", oidc.ProofRefused),
        ("algorithme", oidc.ProofRefused),
        ("audience", oidc.ProofRefused),
        ("niveau", oidc.TooWeak),
        ("echange", oidc.ProofRefused),
        ("panne", oidc.ProviderUnavailable),
    ],
)
def test_what_the_provider_does_wrong_is_refused(simulator, subject, refusal):
    with pytest.raises(refusal):
        sign_in(party(simulator), subject)


@pytest.mark.parametrize(
    ("scope", "acr"),
    [("openid", "eidas1"), (franceconnect.SCOPE + " address", "eidas1"), (franceconnect.SCOPE, "eidas9")],
)
def test_the_simulator_refuses_what_the_service_would(simulator, scope, acr):
    started = party(simulator, scope=scope, asked_acr=acr).start(return_address=BACK, at=now())

    assert httpx.get(started.address).status_code == 400


def test_the_logout_leads_back_with_its_state(simulator):
    house = party(simulator)
    address = house.logout_address(id_token=sign_in(house).id_token, return_address=BACK, at=now())

    answer = httpx.get(address)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{BACK}?state=")


def test_each_page_says_that_it_is_a_simulator(simulator):
    page = httpx.get(party(simulator).start(return_address=BACK, at=now()).address)

    assert "Ce n’est pas FranceConnect" in page.text
    assert page.headers["X-Simulation"] == "FranceConnect simule"


WHOLE = {
    "family_name": "LAUZE",
    "given_name": "Marius",
    "birthdate": "1990-11-30",
    "gender": "male",
    "birthplace": "13001",
    "birthcountry": "99100",
}


@pytest.mark.parametrize(
    "change",
    [
        {"family_name": ""},
        {"given_name": None},
        {"birthdate": "1990-13-30"},
        {"birthdate": "1990"},
        {"gender": "autre"},
        {"birthplace": "", "birthcountry": "99100"},
        {"birthplace": "Aix"},
        {"family_name": ["LAUZE"]},
    ],
)
def test_a_partial_identity_is_nobody(change):
    assert franceconnect.read_pivot(WHOLE).sex == "M"
    with pytest.raises(franceconnect.ClaimsUnreadable):
        franceconnect.read_pivot(WHOLE | change)
