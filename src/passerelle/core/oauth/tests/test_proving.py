"""Acts that ask who one is again: the table, the page, and each way of proving it."""

import time
from datetime import timedelta

import pytest
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone

from passerelle.core.access import api as access
from passerelle.core.access.api import Role
from passerelle.core.access.tests.cast import account, code_of, sign_in, with_codes
from passerelle.core.directory import api as directory
from passerelle.core.oauth.demands import demand_of, demands
from passerelle.core.oauth.rules.assurance import DemandError, read_demands
from passerelle.core.oauth.tests import cast
from passerelle.core.oauth.tests.cast import AT, BASILE, browser, told

pytestmark = pytest.mark.django_db
EXPORT = "/journal/export.csv"


def age(client, minutes):
    session = client.session
    moment = time.time() - minutes * 60
    session["passerelle_proved_at"] = moment
    session["account_authentication_methods"] = [
        record | {"at": moment} for record in session.get("account_authentication_methods", [])
    ]
    session.save()


@pytest.fixture
def dpo():
    """Given a data-protection officer who signed in with codes an hour ago."""
    client = browser()
    sign_in(client, account("mona", Role.DPO))
    age(client, 60)
    return client


def _names(resolver=None, prefix=""):
    for entry in (resolver or get_resolver()).url_patterns:
        if hasattr(entry, "url_patterns"):
            space = f"{entry.namespace}:" if entry.namespace else ""
            yield from _names(entry, prefix + space)
        elif entry.name:
            yield prefix + entry.name


def test_every_route_of_the_table_exists():
    routes = {route for demand in demands() for route in demand.routes}

    assert routes
    assert routes - set(_names()) == set()


def test_the_acts_that_the_rules_name_are_in_the_table():
    assert {"break_glass", "merge", "vote", "export"} <= {demand.operation for demand in demands()}


def test_a_recent_proof_is_enough_and_an_old_one_is_not():
    demand = demand_of("governance:vote", "POST")
    now = timezone.now()

    assert demand.is_met(now - demand.max_age, now)
    assert not demand.is_met(now - demand.max_age - timedelta(seconds=1), now)
    assert not demand.is_met(None, now)


def test_looking_at_the_page_of_a_vote_asks_nothing():
    assert demand_of("governance:vote", "GET") is None


@pytest.mark.parametrize("changes", [{"minutes": 0}, {"routes": ["a:b", "c:d"]}])
def test_a_wrong_table_is_refused(changes):
    one = {"operation": "a", "label": "A", "routes": ["a:b"], "methods": ["POST"], "minutes": 5}
    other = one | {"operation": "b", "routes": ["c:d"]}

    with pytest.raises(DemandError):
        read_demands([one, other | changes])


def test_an_old_proof_leads_to_the_page_and_back(dpo):
    answer = dpo.get(EXPORT)
    assert answer.url == f"{reverse('oauth:prove')}?next=%2Fjournal%2Fexport.csv&pour=export"
    page = dpo.get(answer.url)
    assert "« Exporter le journal » demande une preuve récente" in told(page)
    assert "Six chiffres à recopier, ou un code de secours." in told(page)


def test_a_code_given_again_is_a_proof(client):
    holder = account("mona", Role.DPO)
    secret = with_codes(holder)
    mona = browser()
    mona.force_login(holder)
    session = mona.session
    session["passerelle_second_factor"] = str(holder.pk)
    session.save()
    assert mona.get(EXPORT).status_code == 302

    mona.post(f"{reverse('mfa_reauthenticate')}?next={EXPORT}", {"code": code_of(secret)})

    assert mona.get(EXPORT).status_code == 200


def test_a_machine_is_told_rather_than_led(dpo):
    answer = dpo.get(EXPORT, headers={"accept": "application/json"})

    assert answer.status_code == 401
    assert "max_age=900" in answer["WWW-Authenticate"]


def test_a_fragment_leads_the_whole_page(dpo):
    assert reverse("oauth:prove") in dpo.get(EXPORT, headers={"hx-request": "true"})["HX-Redirect"]


def test_nobody_is_led_elsewhere_by_the_page_of_proof(dpo):
    page = dpo.get(reverse("oauth:prove"), {"next": "https://ailleurs.invalid/chemin"})

    assert "ailleurs.invalid" not in page.content.decode().split("<main")[1].split("</main>")[0]


def test_a_persona_confirms_by_a_button(settings):
    settings.DEMO = True
    directory.load_directory(at=AT, demo=True)
    access.ensure_personas(at=AT)
    mona = browser()
    mona.post(reverse("access:persona", args=["dpo"]))
    age(mona, 60)
    answer = mona.get(EXPORT)
    assert "un bouton en tient lieu" in told(mona.get(answer.url))

    assert mona.post(answer.url).url == EXPORT
    assert mona.get(EXPORT).status_code == 200


def test_only_a_persona_confirms_by_a_button(dpo):
    dpo.post(reverse("oauth:prove"))

    assert dpo.get(EXPORT).status_code == 302


@pytest.fixture
def basile(settings):
    """Given a town doctor who came by Pro Santé Connect an hour ago."""
    with cast.provider(settings):
        cast.load_directory()
        client = browser()
        cast.come_in(client, BASILE)
        age(client, 60)
        yield client


def test_pro_sante_connect_proves_again_who_one_is(basile):
    assert "Votre carte CPS" in told(basile.get(reverse("oauth:prove"), {"next": "/annuaire/"}))
    before = access.last_proof(basile.get("/annuaire/").wsgi_request, basile.get("/annuaire/").wsgi_request.user)

    answer = basile.get(cast.choose(cast.go(basile, reverse("oauth:psc_prove"), next="/annuaire/"), BASILE))

    request = basile.get("/annuaire/").wsgi_request
    assert answer.url == "/annuaire/"
    assert access.last_proof(request, request.user) - before > timedelta(minutes=50)


def test_somebody_else_does_not_prove_who_one_is(basile):
    page = basile.get(cast.choose(cast.go(basile, reverse("oauth:psc_prove")), cast.COLETTE))

    assert page.status_code == 403
    assert "Ce n’est pas vous" in told(page)


def test_proving_again_needs_a_session(settings):
    with cast.provider(settings):
        assert browser().get(reverse("oauth:psc_prove")).url.startswith(reverse("account_login"))
    with pytest.raises(NoReverseMatch):
        reverse("oauth:inconnue")


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://ailleurs.invalid"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
)
def test_another_site_writes_nothing_to_the_record_with_the_cookie_of_a_browser(dpo, headers):
    answer = dpo.post("/fhir/Observation", "{}", content_type="application/fhir+json", headers=headers)

    assert answer.status_code == 401
    assert answer.wsgi_request.viewer.is_anonymous
