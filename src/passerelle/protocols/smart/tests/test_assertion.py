"""How an application proves who it is: SMART App Launch 2.2.0, « Client authentication: asymmetric »."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from jwcrypto import jwk, jws

from passerelle.protocols.smart.api import AssertionRefused, claimed_client, read_assertion, read_key_set

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
TOKEN_ADDRESS = "https://passerelle.invalid/oauth/jeton/"
KEY = jwk.JWK.generate(kty="EC", crv="P-384", kid="une", alg="ES384", use="sig")
OTHER = jwk.JWK.generate(kty="EC", crv="P-384", kid="une", alg="ES384", use="sig")
KEYS = {"keys": [KEY.export_public(as_dict=True)]}


def signed(key=KEY, alg="ES384", kid="une", **changes):
    now = int(AT.timestamp())
    claims = {"iss": "appli", "sub": "appli", "aud": TOKEN_ADDRESS, "exp": now + 240, "jti": "une-fois"} | changes
    token = jws.JWS(json.dumps({name: value for name, value in claims.items() if value is not None}))
    token.allowed_algs = [alg]
    token.add_signature(key, alg, json.dumps({"alg": alg, "kid": kid}))
    return token.serialize(compact=True)


def read(text, at=AT):
    return read_assertion(text, keys=KEYS, client_id="appli", audiences=frozenset({TOKEN_ADDRESS}), at=at)


def test_a_proof_that_holds_is_read():
    proof = read(signed())

    assert (proof.client_id, proof.jti) == ("appli", "une-fois")
    assert proof.expires_at == AT + timedelta(seconds=240)
    assert claimed_client(signed()) == "appli"


@pytest.mark.parametrize(
    "text",
    [
        signed(key=OTHER),
        signed(kid="autre"),
        signed(iss="autre"),
        signed(sub="autre"),
        signed(aud="https://ailleurs.invalid/"),
        signed(aud=None),
        signed(exp=int(AT.timestamp()) - 60),
        signed(exp=int(AT.timestamp()) + 3600),
        signed(exp="demain"),
        signed(jti=None),
        signed(jti=""),
        "",
        "a.b.c",
        "." * 9_000,
        # alg none: {"alg":"none","kid":"une"}
        "eyJhbGciOiJub25lIiwia2lkIjoidW5lIn0." + signed().split(".")[1] + ".",
    ],
)
def test_a_proof_that_does_not_hold_is_refused(text):
    with pytest.raises(AssertionRefused):
        read(text)


def test_a_secret_never_passes_for_a_public_key():
    """The public key used as an HMAC secret: the classic confusion of algorithms."""
    secret = jwk.JWK(kty="oct", k=KEY.export_public(as_dict=True)["x"])

    with pytest.raises(AssertionRefused):
        read(signed(key=secret, alg="HS256"))


def test_public_keys_are_kept_and_private_parts_refused():
    assert read_key_set(KEYS)["keys"][0]["kid"] == "une"

    with pytest.raises(AssertionRefused, match="privée"):
        read_key_set({"keys": [KEY.export_private(as_dict=True)]})


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"keys": []},
        {"keys": ["texte"]},
        {"keys": [{"kty": "EC"}]},
        {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "un"}]},
        {"keys": [KEY.export_public(as_dict=True)] * 2},
        {"keys": [jwk.JWK.generate(kty="EC", crv="P-384").export_public(as_dict=True) | {"kid": ""}]},
        {"keys": [jwk.JWK.generate(kty="RSA", size=1024, kid="courte").export_public(as_dict=True)]},
    ],
)
def test_keys_that_are_of_no_use_are_refused(told):
    with pytest.raises(AssertionRefused):
        read_key_set(told)
