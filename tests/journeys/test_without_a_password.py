"""Who comes without a password of ours: a town doctor by a simulated Pro Santé Connect, an application by a « yes »."""

from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from passerelle.core.access import api as access
from passerelle.core.access.api import Role
from passerelle.core.directory import api as directory
from passerelle.core.directory.models import Employment, Professional
from passerelle.core.oauth.tests import cast, smart_cast
from tests.journeys.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def provider(settings):
    """Given a territory of demonstration and its simulated Pro Santé Connect."""
    settings.DEMO = True
    directory.load_directory(at=AT, demo=True)
    access.ensure_personas(at=AT)
    with cast.provider(settings) as simulator:
        yield simulator


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(request, browser: Browser, origin: str, provider):
    """A page that goes to our house and to the simulator, and nowhere else."""
    known = {urlsplit(address).netloc for address in (origin, provider.origin)}
    strays: list[str] = []
    context = browser.new_context(base_url=origin, locale="fr-FR", viewport=request.param)
    context.set_default_timeout(10_000)
    opened = context.new_page()

    def route(asked):
        address = asked.request.url
        if urlsplit(address).netloc in known or address.startswith("data:"):
            asked.continue_()
        else:
            strays.append(address)
            asked.abort()

    opened.route("**/*", route)
    yield opened
    context.close()
    assert strays == []


def test_a_town_doctor_signs_in_without_a_new_password(page: Page, axe, reads_well, screenshots):
    wide = page.viewport_size["width"]

    page.goto("/connexion/?next=/annuaire/")
    reads_well(page)
    screenshots(page, f"connexion-psc-{wide}")
    page.get_by_role("link", name="Se connecter avec Pro Santé Connect").click()
    expect(page.get_by_text("Ce n’est pas Pro Santé Connect")).to_be_visible()
    axe(page)
    screenshots(page, f"simulateur-psc-{wide}")
    page.get_by_role("button", name="Colette Mistral").click()

    expect(page).to_have_url(f"{page.url.split('/annuaire')[0]}/annuaire/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto("/deconnexion/")
    page.get_by_role("main").get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous êtes déconnecté de Passerelle")
    reads_well(page)
    screenshots(page, f"fin-psc-{wide}")
    page.get_by_role("link", name="Fermer aussi Pro Santé Connect").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")


def test_a_refused_sign_in_is_told_in_plain_words(page: Page, reads_well, screenshots):
    page.goto("/connexion/psc/")
    page.get_by_role("button", name="Signature Fausse").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Vous n’êtes pas connecté")
    reads_well(page)
    screenshots(page, f"refus-psc-{page.viewport_size['width']}")


def test_several_practices_are_chosen_from(page: Page, reads_well, screenshots, settings):
    Professional.objects.update_or_create(
        rpps=cast.TWICE[1:],
        defaults={
            "rpps_is_fictitious": True,
            "family_name": "Double-Exercice",
            "given_name": "Praticien",
            "profession": "Médecin",
            "source_id": "simulation",
        },
    )
    Employment.objects.update_or_create(professional_id=cast.TWICE[1:], establishment_id="aphm")

    page.goto("/connexion/psc/?next=/annuaire/")
    page.get_by_role("button", name="Praticien Double-Exercice").click()
    reads_well(page)
    screenshots(page, f"exercices-psc-{page.viewport_size['width']}")
    page.get_by_role("button", name="Cabinet du port").click()

    expect(page).to_have_url(f"{page.url.split('/annuaire')[0]}/annuaire/")


def _as(page: Page, origin: str, client) -> None:
    page.context.add_cookies([{"name": "sessionid", "value": client.session.session_key, "url": origin}])


def test_pages_of_applications_are_accessible(page: Page, origin: str, reads_well, screenshots):
    wide = page.viewport_size["width"]
    with smart_cast.known_patients():
        app, _ = smart_cast.application()
        _as(page, origin, smart_cast.signed_in())
        asked = smart_cast.asking(app, aud=f"{origin}/fhir")
        page.goto("/oauth/autoriser/?" + urlencode(asked))
        expect(page.get_by_role("heading", level=1)).to_contain_text("Carnet de tension")
        reads_well(page)
        screenshots(page, f"consentement-{wide}")

        page.context.clear_cookies()
        _as(page, origin, smart_cast.signed_in("olga2", Role.OPERATOR, None))
        for address, name in (
            ("/applications/", "applications"),
            ("/applications/declarer/", "declarer"),
            (f"/applications/{app.declaration.pk}/", "application"),
            ("/compte/applications/", "autorisees"),
            ("/compte/prouver/?pour=vote", "prouver"),
        ):
            page.goto(address)
            reads_well(page)
            screenshots(page, f"{name}-{wide}")
