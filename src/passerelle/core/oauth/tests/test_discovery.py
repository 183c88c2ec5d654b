"""What the authorization server says of itself: SMART App Launch 2.2.0, « Conformance »."""

import pytest
from django.urls import resolve

from passerelle.core.oauth.tests.cast import browser

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/.well-known/smart-configuration", "/fhir/.well-known/smart-configuration"])
def test_applications_find_where_to_ask(address):
    answer = browser().get(address)

    said = answer.json()
    assert answer["Content-Type"] == "application/json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert said["issuer"] == "http://localhost/oauth"
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert {"launch-standalone", "launch-ehr", "client-confidential-asymmetric", "permission-v2"} <= set(
        said["capabilities"]
    )
    for name in ("authorization_endpoint", "token_endpoint", "introspection_endpoint", "revocation_endpoint"):
        assert resolve(said[name].removeprefix("http://localhost"))


def test_the_keys_of_identity_tokens_are_public():
    said = browser().get("/oauth/cles/").json()

    assert [(key["kty"], key["alg"], "d" in key) for key in said["keys"]] == [("RSA", "RS256", False)]


def test_the_name_of_the_server_is_the_same_everywhere():
    said = browser().get("/oauth/.well-known/openid-configuration").json()

    assert said["issuer"] == browser().get("/.well-known/oauth-authorization-server/oauth").json()["issuer"]
    assert said["userinfo_endpoint"] == "http://localhost/oauth/moi/"
