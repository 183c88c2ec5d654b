"""Applications that come alone: SMART Backend Services (private_key_jwt), and a shared secret."""

from dataclasses import replace
from datetime import date

import pytest
from jwcrypto import jwk
from oauth2_provider.models import get_access_token_model

from passerelle.core.access.api import Role
from passerelle.core.audit.models import AuditEvent
from passerelle.core.oauth.memory import forget_tokens
from passerelle.core.oauth.models import Declaration, ProofMeans, UsedAssertion
from passerelle.core.oauth.services.applications import revoke
from passerelle.core.oauth.tests import smart_cast as smart
from passerelle.core.oauth.tests.cast import browser
from passerelle.core.oauth.tests.smart_cast import ACTOR, AT, BACKEND

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def patients():
    with smart.known_patients():
        yield


@pytest.fixture
def app():
    return smart.application(BACKEND)[0]


def test_a_signed_proof_gets_a_token_of_the_establishment(app):
    answer = smart.by_key(app)

    given = answer.json()
    assert answer["Cache-Control"] == "no-store"
    assert "refresh_token" not in given
    viewer = smart.viewer_with(given["access_token"])
    assert viewer.assignments == {(Role.APPLICATION, "aphm")}
    assert viewer.account_id is None
    assert viewer.scopes == {"system/Observation.rs"}
    assert viewer.application == str(app.declaration.pk)
    assert not viewer.is_anonymous


def test_a_proof_serves_once(app):
    text = smart.assertion(app)
    smart.by_key(app, text=text)

    again = smart.by_key(app, text=text)

    assert again.status_code == 401
    assert again.json()["error"] == "invalid_client"
    assert UsedAssertion.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://ailleurs.invalid/"},
        {"exp": 1},
        {"iss": "autre"},
        {"sub": "autre"},
        {"kid": "autre"},
        {"key": jwk.JWK.generate(kty="EC", crv="P-384", kid="une")},
        {"key": jwk.JWK(kty="oct", k="c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"), "alg": "HS256"},
    ],
)
def test_a_proof_that_does_not_hold_gets_nothing(app, changes):
    answer = smart.by_key(app, **changes)

    assert answer.status_code == 401
    assert not get_access_token_model().objects.exists()
    assert AuditEvent.objects.get(action="token_refused").outcome == "denied"


@pytest.mark.parametrize("scope", ["system/*.rs", "system/Observation.cruds", "patient/Observation.rs", "openid", ""])
def test_more_than_was_declared_is_refused(app, scope):
    answer = smart.by_key(app, scope=scope)

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_scope"


def test_where_keys_were_declared_a_secret_opens_nothing(app):
    from django.contrib.auth.hashers import make_password

    type(app).objects.filter(pk=app.pk).update(client_secret=make_password("devine"))

    answer = _by_secret(app, "devine")

    assert answer.status_code == 401


def test_a_shared_secret_opens_what_was_declared_so():
    app, secret = smart.application(replace(BACKEND, proof_means=ProofMeans.SECRET, keys={}))

    assert secret
    assert _by_secret(app, secret).json()["scope"] == "system/Observation.rs"
    assert _by_secret(app, secret + "x").status_code == 401
    app.refresh_from_db()
    assert secret not in app.client_secret


def _by_secret(app, secret):
    told = {"grant_type": "client_credentials", "scope": "system/Observation.rs"}
    return browser().post("/oauth/jeton/", told | {"client_id": app.client_id, "client_secret": secret})


def test_an_application_nobody_approved_gets_nothing():
    app, _ = smart.application(BACKEND, is_approved=False)

    assert smart.by_key(app).status_code == 401


def test_an_application_past_its_review_gets_nothing(app):
    token = smart.by_key(app).json()["access_token"]
    Declaration.objects.update(expires_on=date(2026, 1, 1))
    forget_tokens()

    assert smart.by_key(app).status_code == 401
    assert smart.viewer_with(token).is_anonymous


def test_a_cut_application_is_out_at_once(app, django_capture_on_commit_callbacks):
    token = smart.by_key(app).json()["access_token"]
    assert not smart.viewer_with(token).is_anonymous

    with django_capture_on_commit_callbacks(execute=True):
        revoke(declaration_id=app.declaration.pk, by=ACTOR, at=AT)

    assert smart.viewer_with(token).is_anonymous
    assert smart.by_key(app).status_code == 401


def test_a_token_is_described_to_its_application_only(app):
    token = smart.by_key(app).json()["access_token"]
    other, _ = smart.application(replace(BACKEND, name="Autre"))

    def describe(who):
        return browser().post(
            "/oauth/examiner/",
            {
                "token": token,
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": smart.assertion(who),
            },
        )

    assert describe(app).json()["active"] is True
    assert describe(app).json()["scope"] == "system/Observation.rs"
    assert describe(other).json() == {"active": False}
    assert browser().post("/oauth/examiner/", {"token": token}).status_code == 401


def test_an_application_gives_its_token_back(app):
    token = smart.by_key(app).json()["access_token"]
    told = {
        "token": token,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": smart.assertion(app),
    }

    assert browser().post("/oauth/retirer/", told).status_code == 200
    assert smart.viewer_with(token).is_anonymous


def test_nobody_gives_back_the_token_of_another(app):
    token = smart.by_key(app).json()["access_token"]
    other, _ = smart.application(replace(BACKEND, name="Autre"))
    told = {
        "token": token,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": smart.assertion(other),
    }

    browser().post("/oauth/retirer/", told)

    assert not smart.viewer_with(token).is_anonymous
