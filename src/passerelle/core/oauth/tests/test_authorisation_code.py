"""Applications for people: RFC 6749, section 4.1, with PKCE (RFC 7636), as SMART App Launch 2.2.0 asks."""

import base64
import json
from urllib.parse import unquote

import pytest
from oauth2_provider.models import get_access_token_model, get_refresh_token_model

from passerelle.core.access.api import Role
from passerelle.core.access.models import Account
from passerelle.core.audit.models import AuditEvent
from passerelle.core.oauth.memory import forget_tokens
from passerelle.core.oauth.models import Authorisation
from passerelle.core.oauth.tests import smart_cast as smart
from passerelle.core.oauth.tests.cast import browser, told
from passerelle.core.oauth.tests.smart_cast import BACK, PATIENT, PERSON, SCOPES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def patients():
    with smart.known_patients():
        yield


@pytest.fixture
def app():
    return smart.application()[0]


@pytest.fixture
def nadine():
    return smart.signed_in()


def claims_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_the_page_says_in_plain_french_what_will_be_seen(app, nadine):
    page = nadine.get("/oauth/autoriser/", smart.asking(app))

    text = told(page)
    assert "Autoriser « Carnet de tension » ?" in text
    assert "Lire les résultats et les mesures de votre dossier." in text
    assert "Assistance publique" in text or "AP-HM" in text or "Marseille" in text
    assert "appli.invalid" in text
    assert "form-action 'self' https://appli.invalid" in page["Content-Security-Policy"]


def test_a_patient_allows_and_the_application_reads_their_record_only(app, nadine):
    given = smart.tokens(nadine, app)

    assert given["token_type"] == "Bearer"
    assert given["patient"] == str(PATIENT)
    assert given["need_patient_banner"] is True
    assert set(given["scope"].split()) == set(SCOPES.split())
    assert given["expires_in"] <= 300
    viewer = smart.viewer_with(given["access_token"])
    assert viewer.roles == {Role.PATIENT}
    assert viewer.scopes == frozenset(SCOPES.split())
    assert viewer.launched_for == PERSON
    assert viewer.second_factor


def test_the_identity_token_says_who_and_for_whom(app, nadine):
    given = smart.tokens(nadine, app, nonce="une-fois")

    claims = claims_of(given["id_token"])
    assert claims["iss"] == "http://localhost/oauth"
    assert claims["aud"] == app.client_id
    assert claims["nonce"] == "une-fois"
    assert claims["fhirUser"] == f"http://localhost/fhir/Patient/{PATIENT}"


def test_the_event_of_consent_names_the_person(app, nadine):
    smart.tokens(nadine, app)

    event = AuditEvent.objects.get(action="application_allowed")
    assert event.person_id == PERSON
    assert event.target == f"application:{app.declaration.pk}"


def test_the_answer_carries_state_and_issuer(app, nadine):
    given = smart.returned(smart.consent(nadine, app))

    assert given["state"] == "etat"
    assert given["iss"] == "http://localhost/oauth"


def test_what_is_unticked_is_not_given(app, nadine):
    given = smart.tokens(nadine, app, allowed=["patient/Patient.r"])

    assert set(given["scope"].split()) == {"openid", "fhirUser", "launch/patient", "patient/Patient.r"}
    assert "refresh_token" not in given


def test_a_refusal_gives_nothing(app, nadine):
    given = smart.returned(smart.consent(nadine, app, decision="deny"))

    assert given == {
        "error": "access_denied",
        "error_description": "the user refused",
        "state": "etat",
        "iss": given["iss"],
    }
    assert not Authorisation.objects.exists()


def test_a_clinician_chooses_a_patient_they_may_open(app):
    alice = smart.signed_in("alice", Role.CLINICIAN, None, "aphm")

    page = alice.get("/oauth/autoriser/", smart.asking(app) | {"q": "Nadine"})
    assert "Nadine Fontvieille" in told(page)
    assert "Choisissez le patient" in told(smart.consent(alice, app))
    given = smart.tokens(alice, app, patient=PATIENT)

    assert given["patient"] == str(PATIENT)
    assert smart.viewer_with(given["access_token"]).launched_for == PERSON


def test_nobody_opens_an_application_on_a_patient_they_may_not_open(app):
    rex = smart.signed_in("rex", Role.RESEARCHER, None)

    page = smart.consent(rex, app, patient=PATIENT)

    assert page.status_code == 200
    assert not Authorisation.objects.exists()


def test_without_session_the_page_leads_to_sign_in_and_back(app):
    answer = browser().get("/oauth/autoriser/", smart.asking(app))

    assert answer.status_code == 302
    assert unquote(answer.url).startswith("/connexion/?next=/oauth/autoriser/?response_type=code")


def test_with_one_factor_nobody_allows_anything(app):
    holder = smart.people("nadine", Role.PATIENT)
    client = browser()
    client.force_login(holder)

    assert smart.consent(client, app).url == "/compte/second-facteur/"


def test_a_yes_is_protected_from_other_sites(app):
    client = browser(enforce_csrf_checks=True)
    client.cookies = smart.signed_in().cookies

    assert smart.consent(client, app).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "https://ailleurs.invalid/retour",
        BACK + "/",
        BACK + "?x=1",
        BACK + "#x",
        BACK.upper(),
        BACK.replace("https", "http"),
        "https://appli.invalid@ailleurs.invalid/retour",
        "https://appli.invalid:8443/retour",
        "",
        "javascript:alert(1)",
    ],
)
def test_nobody_is_sent_to_an_address_that_was_not_declared(app, nadine, address):
    for answer in (
        nadine.get("/oauth/autoriser/", smart.asking(app, redirect_uri=address)),
        smart.consent(nadine, app, redirect_uri=address),
    ):
        assert answer.status_code == 400
        assert "n’est pas acceptée" in told(answer)


def test_the_port_of_a_local_address_counts_too(nadine):
    from dataclasses import replace

    app, _ = smart.application(replace(smart.USUAL, return_addresses=("http://127.0.0.1:4000/retour",)))

    answer = nadine.get("/oauth/autoriser/", smart.asking(app, redirect_uri="http://127.0.0.1:4001/retour"))

    assert answer.status_code == 400


@pytest.mark.parametrize("client_id", ["inconnue", "", "a\x00b"])
def test_an_unknown_application_is_told_to_the_person_only(app, nadine, client_id):
    assert nadine.get("/oauth/autoriser/", smart.asking(app, client_id=client_id)).status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"scope": SCOPES + " patient/Condition.rs"}, "invalid_scope"),
        ({"scope": "patient/*.rs"}, "invalid_scope"),
        ({"scope": "patient/Observation.cruds"}, "invalid_scope"),
        ({"scope": "user/Observation.rs"}, "invalid_scope"),
        ({"scope": "system/Observation.rs"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"response_type": "token"}, "unauthorized_client"),
        ({"aud": "https://ailleurs.invalid/fhir"}, "invalid_request"),
        ({"aud": None}, "invalid_request"),
        ({"scope": "launch patient/Observation.rs"}, "invalid_scope"),
    ],
)
def test_a_request_that_asks_too_much_goes_back_with_an_error(app, nadine, changes, error):
    given = smart.returned(smart.consent(nadine, app, **changes))

    assert given["error"] == error
    assert not get_access_token_model().objects.exists()


def test_a_narrower_scope_in_either_version_is_inside_what_was_declared(app, nadine):
    given = smart.tokens(nadine, app, scope="patient/Observation.read")

    assert given["scope"] == "patient/Observation.read"


def test_a_code_serves_once_and_its_replay_takes_everything_back(app, nadine):
    code = smart.returned(smart.consent(nadine, app))["code"]
    given = smart.exchange(app, code).json()

    again = smart.exchange(app, code)

    assert again.status_code == 400
    assert again.json()["error"] == "invalid_grant"
    assert smart.viewer_with(given["access_token"]).is_anonymous
    assert smart.refresh(app, given["refresh_token"]).status_code == 400
    assert AuditEvent.objects.filter(action="token_refused", detail__why="code_replayed").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "x" * 60},
        {"code_verifier": None},
        {"redirect_uri": "https://ailleurs.invalid/"},
        {"code": "inconnu"},
        {"client_id": "inconnue"},
        {"grant_type": "password"},
        {"grant_type": "client_credentials"},
    ],
)
def test_a_code_is_worth_nothing_without_the_rest(app, nadine, changes):
    code = smart.returned(smart.consent(nadine, app))["code"]

    answer = smart.exchange(app, code, **changes)

    assert answer.status_code in {400, 401}
    assert not get_access_token_model().objects.exists()


def test_a_code_of_one_application_is_worth_nothing_to_another(app, nadine):
    from dataclasses import replace

    other, _ = smart.application(replace(smart.USUAL, name="Autre"))
    code = smart.returned(smart.consent(nadine, app))["code"]

    assert smart.exchange(other, code).status_code in {400, 401}


def test_a_code_expires(app, nadine, monkeypatch):
    code = smart.returned(smart.consent(nadine, app))["code"]
    smart.an_hour_later(monkeypatch)

    assert smart.exchange(app, code).status_code == 400


def test_a_refresh_token_turns_and_its_replay_takes_the_family_back(app, nadine):
    first = smart.tokens(nadine, app)

    second = smart.refresh(app, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["patient"] == str(PATIENT)
    assert not smart.viewer_with(second["access_token"]).is_anonymous

    assert smart.refresh(app, first["refresh_token"]).status_code == 400
    forget_tokens()
    assert smart.viewer_with(second["access_token"]).is_anonymous
    assert smart.refresh(app, second["refresh_token"]).status_code == 400


def test_refreshing_narrows_and_never_widens(app, nadine):
    given = smart.tokens(nadine, app, allowed=["patient/Patient.r", "offline_access"])

    wider = smart.refresh(app, given["refresh_token"], scope="patient/Observation.rs offline_access")

    assert wider.status_code == 400
    assert wider.json()["error"] == "invalid_scope"


def test_nothing_usable_is_kept_in_the_database(app, nadine):
    given = smart.tokens(nadine, app)

    kept = str(list(get_access_token_model().objects.values())) + str(list(get_refresh_token_model().objects.values()))
    assert given["access_token"] not in kept
    assert given["refresh_token"] not in kept


def test_a_token_expires(app, nadine, monkeypatch):
    given = smart.tokens(nadine, app)
    assert not smart.viewer_with(given["access_token"]).is_anonymous

    smart.an_hour_later(monkeypatch)

    assert smart.viewer_with(given["access_token"]).is_anonymous


def test_a_closed_account_closes_its_tokens(app, nadine):
    given = smart.tokens(nadine, app)
    Account.objects.filter(person_id=PERSON).update(is_active=False)
    forget_tokens()

    assert smart.viewer_with(given["access_token"]).is_anonymous
    assert smart.refresh(app, given["refresh_token"]).status_code == 400


def test_the_session_of_one_practice_lends_that_practice_only(app):
    alice = smart.signed_in("alice", Role.CLINICIAN, None, "aphm")
    from datetime import date

    from passerelle.core.access import api as access

    access.grant_role(
        account=Account.objects.get(email="alice@exemple.invalid"),
        role=Role.TOWN_DOCTOR,
        establishment=None,
        starts_on=date(2020, 1, 1),
        by=None,
        at=smart.AT,
    )
    session = alice.session
    session["passerelle_capacity"] = ["town_doctor", None]
    session.save()

    given = smart.tokens(alice, app, patient=PATIENT)

    assert smart.viewer_with(given["access_token"]).roles == {Role.TOWN_DOCTOR}


def test_userinfo_says_who_to_the_bearer_only(app, nadine):
    given = smart.tokens(nadine, app)

    answer = browser().get("/oauth/moi/", headers={"authorization": f"Bearer {given['access_token']}"})

    assert answer.json()["fhirUser"].endswith(f"Patient/{PATIENT}")
    assert browser().get("/oauth/moi/").status_code == 401
