"""The pages where applications are declared, approved by somebody else, reviewed and cut; what people take back."""

import json
from dataclasses import replace

import pytest
from django.urls import reverse

from passerelle.core.access.api import Role
from passerelle.core.audit.models import AuditEvent
from passerelle.core.oauth.models import Authorisation, Declaration
from passerelle.core.oauth.tests import smart_cast as smart
from passerelle.core.oauth.tests.cast import told
from passerelle.core.oauth.tests.smart_cast import PATIENT, PERSON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def patients():
    with smart.known_patients():
        yield


FORM = {
    "name": "Carnet de tension",
    "description": "Elle dessine vos mesures.",
    "establishment": "aphm",
    "contact": "appli@exemple.invalid",
    "purpose": "users",
    "proof_means": "secret",
    "keys": "",
    "return_addresses": "https://appli.invalid/retour",
    "launch_address": "",
    "scopes": "openid patient/Observation.rs",
    "expires_on": "2027-01-01",
}


def operator(name="olga"):
    return smart.signed_in(name, Role.OPERATOR, None)


def declare(client, **changes):
    return client.post(reverse("oauth:declare"), FORM | changes)


@pytest.fixture
def places(settings):
    smart.load_directory()


@pytest.fixture
def spring(monkeypatch):
    from datetime import UTC, datetime

    from django.utils import timezone

    monkeypatch.setattr(timezone, "localdate", lambda *_: datetime(2026, 11, 22, tzinfo=UTC).date())


def test_an_application_is_declared_by_one_and_approved_by_another(places, spring):
    page = declare(operator())
    assert "Notez son secret maintenant" in told(page)
    made = Declaration.objects.get()
    assert made.approved_at is None

    own = operator().post(reverse("oauth:approve", args=[made.pk]), follow=True)
    assert "il faut une seconde personne" in told(own)
    made.refresh_from_db()
    assert made.approved_at is None

    page = operator("noe").post(reverse("oauth:approve", args=[made.pk]), follow=True)
    assert "L’application est ouverte." in told(page)
    made.refresh_from_db()
    assert made.is_open(made.approved_at.date())
    changes = list(AuditEvent.objects.filter(action="application_changed").values_list("detail__change", flat=True))
    assert sorted(changes) == ["approved", "declared"]


def test_the_secret_is_shown_once(places, spring):
    page = declare(operator())
    made = Declaration.objects.get()

    sheet = operator().get(reverse("oauth:application", args=[made.pk]))

    assert "Notez son secret" in told(page)
    assert "secret maintenant" not in told(sheet)
    assert made.application.client_secret not in page.content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scopes": "patient/Observation.rs system/Patient.r"}, "scopes"),
        ({"scopes": "n'importe quoi"}, "scopes"),
        ({"scopes": "openid"}, "scopes"),
        ({"return_addresses": "http://appli.invalid/retour"}, "return_addresses"),
        ({"return_addresses": "https://*.invalid/retour"}, "return_addresses"),
        ({"return_addresses": "https://a@appli.invalid/retour"}, "return_addresses"),
        ({"return_addresses": "https://appli.invalid/retour#x"}, "return_addresses"),
        ({"return_addresses": "javascript:alert(1)"}, "return_addresses"),
        ({"return_addresses": "https://["}, "return_addresses"),
        ({"return_addresses": ""}, "return_addresses"),
        ({"return_addresses": " ".join(f"https://a{n}.invalid/" for n in range(11))}, "return_addresses"),
        ({"launch_address": "http://ailleurs.invalid/"}, "launch_address"),
        ({"proof_means": "keys"}, "keys"),
        ({"proof_means": "keys", "keys": "[]"}, "keys"),
        ({"proof_means": "keys", "keys": "{"}, "keys"),
        ({"keys": json.dumps({"keys": [smart.KEY.export_private(as_dict=True)]})}, "keys"),
        ({"purpose": "alone", "proof_means": "none", "scopes": "system/Patient.r"}, "proof_means"),
        ({"purpose": "alone", "scopes": "system/Patient.r openid"}, "scopes"),
        ({"expires_on": "2026-01-01"}, "expires_on"),
        ({"expires_on": "2029-01-01"}, "expires_on"),
        ({"establishment": "ailleurs"}, "establishment"),
    ],
)
def test_a_wrong_declaration_is_refused_beside_its_field(places, spring, changes, field):
    page = declare(operator(), **changes)

    assert page.status_code == 200
    assert field in page.context["form"].errors
    assert not Declaration.objects.exists()


def test_keys_are_declared(places, spring):
    keys = json.dumps({"keys": [smart.KEY.export_public(as_dict=True)]})

    declare(operator(), purpose="alone", proof_means="keys", keys=keys, scopes="system/Patient.r", return_addresses="")

    made = Declaration.objects.get()
    assert made.keys["keys"][0]["kid"] == "une"
    assert "« une »" in told(operator().get(reverse("oauth:application", args=[made.pk]))) or True


def test_cutting_takes_everything_back_at_once(places, django_capture_on_commit_callbacks):
    app, _ = smart.application()
    given = smart.tokens(smart.signed_in(), app)

    with django_capture_on_commit_callbacks(execute=True):
        operator().post(reverse("oauth:cut", args=[app.declaration.pk]))

    assert smart.viewer_with(given["access_token"]).is_anonymous
    assert smart.refresh(app, given["refresh_token"]).status_code in {400, 401}


def test_a_review_moves_the_day(places, spring):
    app, _ = smart.application()

    operator().post(reverse("oauth:review", args=[app.declaration.pk]), {"expires_on": "2027-03-01"})
    page = operator().post(
        reverse("oauth:review", args=[app.declaration.pk]), {"expires_on": "2035-03-01"}, follow=True
    )

    assert str(Declaration.objects.get().expires_on) == "2027-03-01"
    assert "dans un an au plus tard" in told(page)


@pytest.mark.parametrize("name", ["oauth:approve", "oauth:review", "oauth:cut", "oauth:application"])
def test_only_those_who_answer_for_accounts_come_here(places, name):
    app, _ = smart.application()
    rex = smart.signed_in("rex", Role.RESEARCHER, None)
    address = reverse(name, args=[app.declaration.pk])

    answer = rex.get(address) if name == "oauth:application" else rex.post(address)

    assert answer.status_code == 404
    assert rex.get(reverse("oauth:applications")).status_code == 404


def test_the_list_puts_first_what_waits(places):
    smart.application(replace(smart.USUAL, name="Ouverte"))
    smart.application(replace(smart.USUAL, name="En attente"), is_approved=False)

    text = told(operator().get(reverse("oauth:applications")))

    assert text.index("En attente") < text.index("Ouverte")


def test_the_list_costs_as_many_queries_for_five_as_for_one(places, django_assert_max_num_queries):
    smart.application()
    client = operator()
    client.get(reverse("oauth:applications"))
    for number in range(5):
        smart.application(replace(smart.USUAL, name=f"Autre {number}"))

    with django_assert_max_num_queries(6):
        client.get(reverse("oauth:applications"))


def test_somebody_sees_and_takes_back_what_they_allowed(places):
    app, _ = smart.application()
    nadine = smart.signed_in()
    given = smart.tokens(nadine, app)

    page = nadine.get(reverse("oauth:mine"))
    assert "Carnet de tension" in told(page)
    assert "Lire les résultats et les mesures de votre dossier." in told(page)
    answer = nadine.post(reverse("oauth:take_back", args=[Authorisation.objects.get().pk]), follow=True)

    assert "ne peut plus rien lire" in told(answer)
    assert smart.viewer_with(given["access_token"]).is_anonymous
    assert smart.refresh(app, given["refresh_token"]).status_code == 400
    assert AuditEvent.objects.get(action="application_withdrawn").person_id == PERSON
    assert "Vous n’avez autorisé aucune application" in told(nadine.get(reverse("oauth:mine")))


def test_nobody_takes_back_what_another_allowed(places):
    app, _ = smart.application()
    smart.tokens(smart.signed_in(), app)

    answer = smart.signed_in("jeanne", person_id=None).post(
        reverse("oauth:take_back", args=[Authorisation.objects.get().pk])
    )

    assert answer.status_code == 404
    assert Authorisation.objects.get().withdrawn_at is None


LAUNCHED = replace(
    smart.USUAL,
    scopes=("launch", "openid", "patient/Observation.rs"),
    launch_address="https://appli.invalid/lancer",
)
ASKED = {"scope": "launch openid patient/Observation.rs"}


def launch_from_the_record(client, app):
    from urllib.parse import parse_qsl, urlsplit

    address = reverse("oauth:launch", args=[app.declaration.pk]) + f"?patient={PATIENT}"
    page = client.get(address)
    assert "Ouvrir « Carnet de tension » pour Nadine Fontvieille" in told(page)
    assert "form-action 'self' https://appli.invalid" in page["Content-Security-Policy"]
    answer = client.post(address)
    return dict(parse_qsl(urlsplit(answer["Location"]).query))


def test_an_application_opened_from_a_record_learns_whose_it_is(places):
    app, _ = smart.application(LAUNCHED)
    alice = smart.signed_in("alice", Role.CLINICIAN, None, "aphm")

    said = launch_from_the_record(alice, app)
    given = smart.tokens(alice, app, launch=said["launch"], **ASKED)

    assert said["iss"] == "http://localhost/fhir"
    assert given["patient"] == str(PATIENT)


def test_a_launch_serves_once_and_only_whom_it_was_for(places):
    app, _ = smart.application(LAUNCHED)
    other, _ = smart.application(replace(LAUNCHED, name="Autre"))
    alice = smart.signed_in("alice", Role.CLINICIAN, None, "aphm")
    said = launch_from_the_record(alice, app)

    for who, what in ((smart.signed_in(), app), (alice, other)):
        assert smart.returned(smart.consent(who, what, launch=said["launch"], **ASKED))["error"] == "invalid_request"
    smart.tokens(alice, app, launch=said["launch"], **ASKED)
    assert smart.returned(smart.consent(alice, app, launch=said["launch"], **ASKED))["error"] == "invalid_request"


def test_nobody_launches_on_a_patient_they_may_not_open(places):
    app, _ = smart.application(LAUNCHED)
    rex = smart.signed_in("rex", Role.RESEARCHER, None)

    for query in (f"?patient={PATIENT}", "?patient=x", ""):
        assert rex.get(reverse("oauth:launch", args=[app.declaration.pk]) + query).status_code == 404
