"""Signing in, as it is lived: with codes and no script, with a key and no code, with one click in demonstration."""

import re
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Page, expect

from passerelle.core.access import api as access
from passerelle.core.access.api import Role
from passerelle.core.access.tests.cast import code_of
from passerelle.core.directory import api as directory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
EMAIL, PASSWORD = "mona@exemple.invalid", "un mistral de trois jours"


@pytest.fixture
def mona(settings):
    """Given a data-protection officer who has a password and nothing else yet."""
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    account = access.open_account(email=EMAIL, display_name="Mona Cyprès", by=None, at=AT)
    access.set_password(account=account, password=PASSWORD, by=None, at=AT)
    access.grant_role(account=account, role=Role.DPO, establishment=None, starts_on=date(2020, 1, 1), by=None, at=AT)


@pytest.fixture
def demonstration(settings):
    settings.DEMO = True
    directory.load_directory(at=AT, demo=True)
    access.ensure_personas(at=AT)


def _give_password(page: Page) -> None:
    page.goto("/connexion/")
    page.get_by_label("Adresse électronique").fill(EMAIL)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Continuer").click()


def _sign_out(page: Page) -> None:
    page.goto("/deconnexion/")
    page.get_by_role("main").get_by_role("button", name="Se déconnecter").click()


def _add_an_authenticator(page: Page) -> None:
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_codes_are_enrolled_and_used_without_any_script(mona, phone_without_scripts, screenshots):
    page = phone_without_scripts

    _give_password(page)
    page.goto("/acces/matrice/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Il manque votre second facteur")
    screenshots(page, "second-facteur-telephone")
    page.get_by_role("link", name="Une application de codes").click()
    screenshots(page, "activer-les-codes-telephone")
    secret = page.locator("code").inner_text()
    page.get_by_label(re.compile("Code à six chiffres")).fill(code_of(secret))
    page.get_by_role("button", name="Activer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vos codes de secours")
    recovery = page.locator("main li code").first.inner_text()
    _sign_out(page)

    _give_password(page)
    page.get_by_label(re.compile("Code à six chiffres")).fill(recovery)
    page.get_by_role("main").get_by_role("button", name="Se connecter").click()
    page.goto("/acces/matrice/")

    expect(page.get_by_role("heading", level=1)).to_have_text("Qui peut voir et faire quoi")


def test_a_key_alone_signs_in_and_every_page_of_the_account_is_accessible(mona, desktop, axe, screenshots):
    page = desktop
    _add_an_authenticator(page)

    page.goto("/connexion/")
    axe(page)
    screenshots(page, "connexion")
    _give_password(page)
    page.goto("/compte/second-facteur/")
    axe(page)
    page.get_by_role("link", name="Une clé d’accès").click()
    axe(page)
    page.get_by_label("Se connecter avec cette clé seule").check()
    page.get_by_role("button", name="Ajouter la clé").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vos codes de secours")
    axe(page)
    _sign_out(page)

    page.goto("/connexion/?next=/acces/matrice/")
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Se connecter")
    page.goto("/acces/matrice/?role=clinician")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Clinicien hospitalier")
    axe(page)
    screenshots(page, "matrice")
    for address in ("/journal/", "/compte/moyens/", "/compte/moyens/cles/", "/compte/mot-de-passe/", "/deconnexion/"):
        page.goto(address)
        axe(page)
    page.goto("/journal/")
    screenshots(page, "journal")


def test_a_key_is_a_second_factor_after_the_password(mona, desktop, axe):
    page = desktop
    _add_an_authenticator(page)
    _give_password(page)
    page.goto("/compte/moyens/cles/ajouter/")
    page.get_by_role("button", name="Ajouter la clé").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vos codes de secours")
    _sign_out(page)

    _give_password(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre second facteur")
    axe(page)
    page.get_by_role("button", name="Présenter une clé d’accès").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Votre second facteur")
    page.goto("/acces/matrice/")

    expect(page.get_by_role("heading", level=1)).to_have_text("Qui peut voir et faire quoi")


def test_in_demonstration_one_click_enters(demonstration, phone, axe, screenshots):
    page = phone
    page.goto("/connexion/")
    axe(page)
    screenshots(page, "personnages-telephone")

    page.get_by_role("button", name="Entrer comme Mona Cyprès (fictif)").click()
    page.goto("/acces/matrice/")

    expect(page.get_by_role("heading", level=1)).to_have_text("Qui peut voir et faire quoi")
    axe(page)
