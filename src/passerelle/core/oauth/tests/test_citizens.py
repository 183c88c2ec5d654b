"""Signing in by FranceConnect, over real HTTP against the simulator: whom it opens to, and what it remembers."""

from functools import cache
from threading import Thread
from uuid import uuid4

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.urls import reverse

from passerelle.core.access import api as access
from passerelle.core.access.api import Role
from passerelle.core.access.models import Account
from passerelle.core.audit.models import AuditEvent
from passerelle.core.oauth import citizens
from passerelle.core.oauth.models import FederatedIdentity
from passerelle.core.oauth.providers import forget_providers
from passerelle.core.oauth.tests import cast
from passerelle.protocols.franceconnect import api as franceconnect

pytestmark = pytest.mark.django_db
FC = "/connexion/franceconnect/"


@cache
def _running():
    simulator = franceconnect.Simulator()
    Thread(target=simulator.serve, daemon=True).start()
    return simulator


@pytest.fixture
def provider(settings):
    def configured(**changes):
        simulator = _running()
        told = {"issuer": simulator.issuer, "client_secret": simulator.realm.client_secret} | changes
        known = settings.IDENTITY_PROVIDERS
        settings.IDENTITY_PROVIDERS = known | {"franceconnect": known["franceconnect"] | told}
        return simulator

    yield configured
    _running().is_down = False
    forget_providers()


@pytest.fixture
def mireille(monkeypatch):
    """Given a package above that recognises one citizen."""
    person_id = uuid4()
    known = {"TRAMONTANE": person_id}
    monkeypatch.setattr(citizens, "_known", [lambda pivot, at: known.get(pivot.birth_name)])
    return person_id


def come_in(client, subject="mireille", **query):
    return client.get(cast.choose(cast.go(client, FC, **query), subject))


@pytest.fixture
def client():
    return cast.browser()


def test_whoever_is_recognised_gets_an_account_and_the_subject_is_remembered(provider, mireille, client, monkeypatch):
    provider()
    come_in(client)
    monkeypatch.setattr(citizens, "_known", [lambda pivot, at: None])
    come_in(cast.browser())

    account = Account.objects.get()
    assert (account.person_id, account.display_name) == (mireille, "Mireille Garlaban")
    assert FederatedIdentity.objects.get().provider == "franceconnect"
    assert [one.role for one in account.assignments.all()] == ["patient"]


def test_one_factor_there_is_one_factor_here(provider, mireille, client):
    provider(acr="eidas1")
    come_in(client)

    assert client.get(reverse("access:second_factor")).status_code == 200
    assert client.get("/compte/applications/").url == reverse("access:second_factor")


def test_two_factors_there_are_enough(provider, mireille, client):
    provider(acr="eidas2")
    answer = come_in(client, next="/annuaire/")

    assert answer.url == "/annuaire/"
    assert client.get("/annuaire/").wsgi_request.viewer.roles == {Role.PATIENT}


def test_a_known_account_with_a_second_factor_is_asked_for_it(provider, mireille, client):
    provider(acr="eidas1")
    come_in(client)
    TOTP.activate(Account.objects.get(), generate_totp_secret())
    again = cast.browser()
    come_in(again)

    asked = again.get("/annuaire/")
    assert asked.url == reverse("oauth:second_step") + "?next=%2Fannuaire%2F"
    page = again.get(asked.url)
    assert "Votre application de codes" in cast.told(page)
    assert again.get(reverse("mfa_reauthenticate")).status_code == 200
    assert again.get(reverse("mfa_activate_totp")).url.startswith(reverse("oauth:second_step"))
    assert again.get(reverse("mfa_index")).url.startswith(reverse("oauth:second_step"))


def test_the_second_factor_opens_the_page_that_was_asked(provider, mireille, client):
    provider(acr="eidas1")
    come_in(client)
    secret = generate_totp_secret()
    TOTP.activate(Account.objects.get(), secret)
    again = cast.browser()
    come_in(again)

    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    answer = again.post(reverse("mfa_reauthenticate") + "?next=/annuaire/", {"code": code})

    assert answer.url == "/annuaire/"
    assert again.get("/annuaire/").status_code == 200


def test_nobody_for_certain_is_led_to_the_desk_and_nothing_is_opened(provider, mireille, client):
    provider()

    page = come_in(client, "marius")

    assert page.status_code == 403
    assert "Passez à l’accueil" in cast.told(page)
    assert "vous n’avez rien fait de mal" in cast.told(page)
    assert not Account.objects.exists()
    event = AuditEvent.objects.get(action="sign_in_failed")
    assert "LAUZE" not in f"{event.target}{event.detail}{event.actor_name}"


def test_a_closed_account_stays_closed(provider, mireille, client):
    provider()
    come_in(client)
    Account.objects.update(is_active=False)

    page = come_in(cast.browser())

    assert "fermé" in cast.told(page)


def test_a_role_taken_back_is_not_given_again(provider, mireille, client):
    provider(acr="eidas2")
    come_in(client)
    Account.objects.get().assignments.update(starts_on="2024-01-01", ends_on="2025-01-01")
    again = cast.browser()
    come_in(again)

    assert again.get("/annuaire/").status_code == 404


def test_an_account_that_exists_is_the_one_that_opens(provider, mireille, client):
    provider()
    known = access.open_account(
        email="m@exemple.invalid", display_name="Mireille", person_id=mireille, by=None, at=cast.AT
    )

    come_in(client)

    assert Account.objects.get() == known


def test_a_return_begun_at_another_provider_is_lost(provider, mireille, client):
    provider()
    back = cast.choose(cast.go(client, FC), "mireille")

    assert client.get(back.replace("franceconnect", "psc")).status_code == 400
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("subject", "status", "sentence"),
    [
        ("refus", 403, "n’a pas confirmé"),
        ("signature", 403, "n’a pas pu être vérifiée"),
        ("niveau", 403, "niveau de garantie"),
        ("panne", 503, "FranceConnect ne répond pas"),
    ],
)
def test_whatever_goes_wrong_there_opens_nothing(provider, mireille, client, subject, status, sentence):
    provider()

    page = come_in(client, subject)

    assert page.status_code == status
    assert sentence in cast.told(page)
    assert "_auth_user_id" not in client.session


def test_signing_out_offers_to_close_the_session_there(provider, mireille, client):
    simulator = provider(acr="eidas2")
    come_in(client)

    answer = client.post(reverse("account_logout"))
    page = client.get(answer.url).content.decode()

    assert f"{simulator.issuer}/session/end?id_token_hint=" in page
    assert "Fermer aussi FranceConnect" in page


def test_without_a_provider_there_is_neither_button_nor_door(client):
    assert "FranceConnect" not in client.get("/connexion/").content.decode()
    assert client.get(FC).status_code == 404
