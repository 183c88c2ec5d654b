"""Professionals who come by Pro Santé Connect: whole flows, over real HTTP, against the simulated provider."""

import pytest
from django.urls import reverse

from passerelle.core.access import api as access
from passerelle.core.access.api import Role
from passerelle.core.access.models import Account, RoleAssignment
from passerelle.core.audit.models import AuditEvent
from passerelle.core.directory import api as directory
from passerelle.core.oauth.models import FederatedIdentity
from passerelle.core.oauth.providers import forget_providers
from passerelle.core.oauth.tests import cast
from passerelle.core.oauth.tests.cast import AT, BASILE, COLETTE, HOSPITAL, NO_RPPS, PODIATRIST, TWICE, come_in, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def simulator(settings):
    with cast.provider(settings) as running:
        yield running


@pytest.fixture
def client():
    return cast.browser()


def roles_of(account):
    return set(RoleAssignment.objects.filter(account=account).values_list("role", "establishment_id"))


def test_the_button_comes_first_for_professionals(simulator, client):
    page = client.get("/connexion/?next=/patients/").content.decode()

    assert page.index("Se connecter avec Pro Santé Connect") < page.index("Mot de passe")
    assert "/connexion/psc/?next=/patients/" in page


def test_without_a_provider_there_is_neither_button_nor_door(client):
    assert "Pro Santé Connect" not in client.get("/connexion/").content.decode()
    assert client.get("/connexion/psc/").status_code == 404
    assert client.get("/connexion/psc/retour/?state=x&code=y").status_code == 400


def test_an_unknown_town_doctor_gets_an_account_and_no_patient(simulator, client):
    cast.load_directory()

    answer = come_in(client, BASILE, next="/annuaire/")

    assert answer.url == "/annuaire/"
    account = Account.objects.get(professional_id=BASILE[1:])
    assert account.display_name == "Basile Aubagnais"
    assert not account.has_usable_password()
    assert roles_of(account) == {("town_doctor", None)}
    assert client.get("/annuaire/").status_code == 200
    assert directory.professional(BASILE[1:]).profession == "Médecin"


def test_the_second_time_is_the_same_account(simulator, client):
    cast.load_directory()
    come_in(client, BASILE)
    come_in(cast.browser(), BASILE)

    account = Account.objects.get()
    assert roles_of(account) == {("town_doctor", None)}
    assert FederatedIdentity.objects.get().account_id == account.pk
    assert AuditEvent.objects.filter(action="identity_tied").count() == 1
    assert AuditEvent.objects.filter(action="signed_in", detail={"methods": ["psc"]}).count() == 2


def test_a_known_professional_signs_in_to_the_account_they_have(simulator, client):
    cast.load_directory(rpps=HOSPITAL[1:])
    alice = access.open_account(
        email="alice@exemple.invalid", display_name="Alice Garrigue", rpps=HOSPITAL[1:], by=None, at=AT
    )
    access.grant_role(account=alice, role=Role.DPO, establishment=None, starts_on=AT.date(), by=None, at=AT)

    come_in(client, HOSPITAL)

    assert Account.objects.get() == alice
    assert roles_of(alice) == {("dpo", None), ("clinician", "aphm")}
    assert client.get(reverse("access:matrix")).status_code == 200


def test_a_hospital_practice_counts_only_where_the_directory_knows_it(simulator, client):
    cast.load_directory(rpps=HOSPITAL[1:], at_establishment="arles")

    page = come_in(client, HOSPITAL)

    assert page.status_code == 403
    assert "Aucun de vos exercices" in told(page)
    assert not Account.objects.exists()


def test_several_practices_are_chosen_from_and_the_session_keeps_to_one(simulator, client):
    cast.load_directory(rpps=TWICE[1:])

    page = come_in(client, TWICE, next="/annuaire/")

    assert "Cabinet du port (fictif)" in told(page)
    assert not Account.objects.exists()
    answer = client.post(reverse("oauth:psc_practice"), {"practice": "town_doctor:"})
    assert answer.url == "/annuaire/"
    assert client.get("/annuaire/").wsgi_request.viewer.roles == {Role.TOWN_DOCTOR}

    again = cast.browser()
    come_in(again, TWICE)
    again.post(reverse("oauth:psc_practice"), {"practice": "clinician:aphm"})
    viewer = again.get("/annuaire/").wsgi_request.viewer
    assert viewer.roles == {Role.CLINICIAN}
    assert viewer.establishments == {"aphm"}
    assert roles_of(Account.objects.get()) == {("town_doctor", None), ("clinician", "aphm")}


@pytest.mark.parametrize("practice", ["clinician:arles", "dpo:", "", "clinician:aphm' --"])
def test_a_practice_that_was_not_offered_opens_nothing(simulator, client, practice):
    cast.load_directory(rpps=TWICE[1:])
    come_in(client, TWICE)

    page = client.post(reverse("oauth:psc_practice"), {"practice": practice})

    assert "Dans quel exercice" in told(page)
    assert "_auth_user_id" not in client.session


def test_choosing_needs_somebody_who_was_identified(simulator, client):
    page = client.post(reverse("oauth:psc_practice"), {"practice": "town_doctor:"})

    assert page.status_code == 400
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("subject", "sentence"), [(PODIATRIST, "Aucun de vos exercices"), (NO_RPPS, "pas par un numéro RPPS")]
)
def test_whoever_has_no_way_in_is_told_why(simulator, client, subject, sentence):
    cast.load_directory()

    page = come_in(client, subject)

    assert page.status_code == 403
    assert sentence in told(page)
    assert not Account.objects.exists()


def test_a_closed_account_stays_closed(simulator, client):
    cast.load_directory()
    come_in(client, BASILE)
    Account.objects.update(is_active=False)

    page = come_in(cast.browser(), BASILE)

    assert page.status_code == 403
    assert "fermé" in told(page)


def test_a_role_taken_back_is_not_given_again_by_signing_in(simulator, client):
    cast.load_directory()
    come_in(client, BASILE)
    access.end_role(assignment_id=RoleAssignment.objects.get().pk, ends_on=AT.date().replace(year=2027), by=None, at=AT)
    RoleAssignment.objects.update(starts_on=AT.date().replace(year=2025), ends_on=AT.date())

    again = cast.browser()
    come_in(again, BASILE)

    assert again.get("/annuaire/").status_code == 404
    assert RoleAssignment.objects.count() == 1


def test_one_subject_never_opens_two_accounts(simulator, client):
    cast.load_directory()
    come_in(client, BASILE)
    Account.objects.update(professional_id=None)
    access.open_account(email="b@exemple.invalid", display_name="Basile", rpps=BASILE[1:], by=None, at=AT)

    page = come_in(cast.browser(), BASILE)

    assert page.status_code == 403
    assert "déjà reliée" in told(page)
    assert "_auth_user_id" not in client.cookies


@pytest.mark.parametrize(
    ("subject", "status", "sentence"),
    [
        ("899900000010", 403, "n’a pas confirmé"),
        ("899900000011", 403, "n’a pas pu être vérifiée"),
        ("899900000012", 403, "n’a pas pu être vérifiée"),
        ("899900000013", 403, "n’a pas pu être vérifiée"),
        ("899900000014", 403, "n’a pas pu être vérifiée"),
        ("899900000015", 403, "n’a pas pu être vérifiée"),
        ("899900000016", 403, "niveau de garantie"),
        ("899900000017", 403, "n’a pas pu être vérifiée"),
        ("899900000018", 503, "ne répond pas"),
    ],
)
def test_whatever_the_provider_does_wrong_opens_nothing_and_is_noted(simulator, client, subject, status, sentence):
    page = come_in(client, subject)

    assert page.status_code == status
    assert sentence in told(page)
    assert "_auth_user_id" not in client.session
    event = AuditEvent.objects.get(action="sign_in_failed")
    assert event.outcome == "denied"
    assert subject not in f"{event.target}{event.detail}{event.actor_name}"


def test_a_provider_that_is_down_is_said_to_be(simulator, client):
    forget_providers()
    simulator.is_down = True

    page = client.get("/connexion/psc/")

    assert page.status_code == 503
    assert "ne répond pas" in told(page)


def test_a_return_that_this_browser_did_not_begin_opens_nothing(simulator, client):
    """Somebody sends their own return to a victim, to be signed in as them: the session of the victim began nothing."""
    cast.load_directory()
    theirs = cast.choose(cast.go(cast.browser()), BASILE)

    page = client.get(theirs)

    assert page.status_code == 400
    assert "_auth_user_id" not in client.session


def test_a_return_serves_once(simulator, client):
    cast.load_directory()
    back = cast.choose(cast.go(client), BASILE)
    client.get(back)
    client.post(reverse("account_logout"))

    page = client.get(back)

    assert page.status_code == 400
    assert "_auth_user_id" not in client.session


def test_a_state_of_another_going_is_refused_by_the_provider_itself(simulator, client):
    cast.load_directory()
    thief = cast.go(client)
    stolen = cast.choose(cast.go(cast.browser()), BASILE)

    page = client.get("/connexion/psc/retour/", cast.query_of(stolen) | {"state": cast.query_of(thief)["state"]})

    assert page.status_code == 403
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "next_", ["https://ailleurs.invalid/", "//ailleurs.invalid", "javascript:alert(1)", "/\\ailleurs"]
)
def test_nobody_is_led_elsewhere(simulator, client, next_):
    cast.load_directory()

    assert come_in(client, BASILE, next=next_).url == "/"


def test_the_session_gets_a_new_key(simulator, client):
    cast.load_directory()
    cast.go(client)
    before = client.session.session_key

    come_in(client, BASILE)

    assert client.session.session_key != before


def test_a_going_too_long_ago_is_lost(simulator, client, monkeypatch):
    cast.load_directory()
    back = cast.choose(cast.go(client), BASILE)
    session = client.session
    session["oauth_started"] = [flow | {"at": flow["at"] - 3600} for flow in session["oauth_started"]]
    session.save()

    assert client.get(back).status_code == 400


def test_only_a_few_goings_are_remembered(simulator, client):
    for _ in range(7):
        cast.go(client)

    assert len(client.session["oauth_started"]) == 5


def test_signing_out_offers_to_close_the_session_there_too(simulator, client):
    cast.load_directory()
    come_in(client, BASILE)

    answer = client.post(reverse("account_logout"))
    page = client.get(answer.url)

    assert answer.url == reverse("oauth:farewell")
    assert f"{simulator.issuer}/protocol/openid-connect/logout?id_token_hint=" in page.content.decode()
    assert "logout" not in client.get(answer.url).content.decode().split("<main")[1].split("</main>")[0]


def test_whoever_came_by_password_signs_out_as_before(client):
    from passerelle.core.access.tests.cast import account, sign_in

    sign_in(client, account("alice", Role.DPO))

    assert client.post(reverse("account_logout")).url == reverse("account_login")


def test_a_persona_comes_in_demonstration_only(simulator, client, settings):
    settings.DEMO = True
    directory.load_directory(at=AT, demo=True)
    access.ensure_personas(at=AT)

    come_in(client, COLETTE, next="/annuaire/")
    assert client.get("/annuaire/").wsgi_request.viewer.name == "Dr Colette Mistral (fictif)"

    settings.DEMO = False
    page = come_in(cast.browser(), COLETTE)
    assert page.status_code == 403
