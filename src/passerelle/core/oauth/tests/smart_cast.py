"""An application, its declaration, and the steps it takes."""

import base64
import hashlib
import json
import secrets
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from django.utils import timezone
from jwcrypto import jwk, jws

from passerelle.core.access.api import Role
from passerelle.core.access.models import Account
from passerelle.core.access.tests.cast import account
from passerelle.core.audit import api as audit
from passerelle.core.oauth import patients
from passerelle.core.oauth.memory import forget_tokens
from passerelle.core.oauth.models import ProofMeans, Purpose
from passerelle.core.oauth.patients import PatientChoice
from passerelle.core.oauth.services.applications import Wanted, approve, declare
from passerelle.core.oauth.tests.cast import browser, load_directory

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
BACK = "https://appli.invalid/retour"
FHIR = "http://localhost/fhir"
SCOPES = "openid fhirUser launch/patient patient/Observation.rs patient/Patient.r offline_access"
PERSON, PATIENT = UUID(int=71), UUID(int=72)
KEY = jwk.JWK.generate(kty="EC", crv="P-384", kid="une", alg="ES384", use="sig")
ACTOR = audit.Actor(account_id=None, name="Essai")

USUAL = Wanted(
    name="Carnet de tension",
    establishment="aphm",
    purpose=Purpose.FOR_USERS,
    proof_means=ProofMeans.NONE,
    description="Elle dessine vos mesures de tension.",
    contact="appli@exemple.invalid",
    scopes=tuple(SCOPES.split()),
    expires_on=date(2099, 1, 1),
    return_addresses=(BACK,),
)
BACKEND = replace(
    USUAL,
    name="Entrepôt de résultats",
    purpose=Purpose.ALONE,
    proof_means=ProofMeans.KEYS,
    scopes=("system/Observation.rs",),
    return_addresses=(),
    keys={"keys": [KEY.export_public(as_dict=True)]},
)


class KnownPatients:
    """One patient, whom everybody may open but a researcher."""

    choice = PatientChoice(PATIENT, PERSON, "Nadine Fontvieille, 12/05/1961")

    def own(self, person_id):
        return self.choice if person_id == PERSON else None

    def chosen(self, viewer, patient_id, *, at):
        return self.choice if patient_id == PATIENT and not viewer.has(Role.RESEARCHER) else None

    def found(self, viewer, text, *, at):
        return [self.choice] if text.lower() in "nadine fontvieille" else []

    def user_address(self, *, person_id, rpps):
        return f"Patient/{PATIENT}" if person_id == PERSON else ""


@contextmanager
def known_patients():
    before = patients.directory_of_patients()
    patients.register_patients(KnownPatients())
    forget_tokens()
    yield
    patients.register_patients(before)


def application(wanted=USUAL, *, is_approved=True):
    """Declare an application by one person and have it approved by another; return it with its secret."""
    load_directory()
    one, other = (people(name, Role.OPERATOR) for name in ("olga", "noe"))
    made, secret = declare(wanted=wanted, account_id=one.pk, by=ACTOR, at=AT)
    if is_approved:
        approve(declaration_id=made.pk, account_id=other.pk, by=ACTOR, at=AT)
    made.refresh_from_db()
    return made.application, secret


def people(name, *roles, establishment=None):
    found = Account.objects.filter(email=f"{name}@exemple.invalid").first()
    return found or account(name, *roles, establishment=establishment)


def signed_in(name="nadine", role=Role.PATIENT, person_id=PERSON, establishment=None):
    """Return a browser in which somebody has given two factors."""
    holder = people(name, role, establishment=establishment)
    Account.objects.filter(pk=holder.pk).update(person_id=person_id)
    client = browser()
    client.force_login(holder)
    session = client.session
    session["passerelle_second_factor"] = str(holder.pk)
    session["passerelle_proved_at"] = time.time()
    session.save()
    return client


def challenge(verifier):
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


VERIFIER = secrets.token_urlsafe(48)


def asking(app, **changes):
    """Return the query of an authorization request; a change to None leaves the parameter out."""
    told = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": BACK,
        "scope": SCOPES,
        "state": "etat",
        "aud": FHIR,
        "code_challenge": challenge(VERIFIER),
        "code_challenge_method": "S256",
    } | changes
    return {name: value for name, value in told.items() if value is not None}


def consent(client, app, *, allowed=None, decision="allow", patient=None, **changes):
    """Say yes (or no) on the page; return the answer."""
    from urllib.parse import urlencode

    query = asking(app, **changes)
    body = {"decision": decision, "allowed": query.get("scope", "").split() if allowed is None else allowed}
    if patient:
        body["patient"] = str(patient)
    return client.post("/oauth/autoriser/?" + urlencode(query), body)


def returned(answer):
    """Return what the application reads in the address it is called back at."""
    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert answer["Location"].startswith(BACK), answer["Location"]
    return dict(parse_qsl(urlsplit(answer["Location"]).query))


def exchange(app, code, /, **changes):
    told = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "client_id": app.client_id,
        "code_verifier": VERIFIER,
    } | changes
    return browser().post("/oauth/jeton/", {name: value for name, value in told.items() if value is not None})


def tokens(client, app, **changes):
    """Take every step; return what the token endpoint gives."""
    code = returned(consent(client, app, **changes))["code"]
    answer = exchange(app, code)
    assert answer.status_code == 200, answer.content
    return answer.json()


def refresh(app, token, **changes):
    told = {"grant_type": "refresh_token", "refresh_token": token, "client_id": app.client_id} | changes
    return browser().post("/oauth/jeton/", told)


def assertion(app, key=KEY, alg="ES384", kid="une", **changes):
    now = int(timezone.now().timestamp())
    claims = {
        "iss": app.client_id,
        "sub": app.client_id,
        "aud": "http://localhost/oauth/jeton/",
        "exp": now + 120,
        "jti": secrets.token_hex(12),
    } | changes
    token = jws.JWS(json.dumps(claims))
    token.allowed_algs = [alg]
    token.add_signature(key, alg, json.dumps({"alg": alg, "kid": kid}))
    return token.serialize(compact=True)


def by_key(app, scope="system/Observation.rs", text=None, **changes):
    return browser().post(
        "/oauth/jeton/",
        {
            "grant_type": "client_credentials",
            "scope": scope,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": text or assertion(app, **changes),
        },
    )


def viewer_with(token, address="/fhir/metadata"):
    """Return whom a request bearing this token comes from."""
    answer = browser().get(address, headers={"authorization": f"Bearer {token}"})
    return answer.wsgi_request.viewer


def an_hour_later(monkeypatch):
    later = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
