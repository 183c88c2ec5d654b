"""A patient opens their space with a code, finds what awaits them, and leaves nothing behind in the browser."""

import gzip
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from passerelle.care.consent import api as consent
from passerelle.care.patientspace.rules.vocabulary import Means
from passerelle.care.patientspace.services import invitations
from passerelle.care.record.tests import pages
from passerelle.core.access.api import Role
from passerelle.core.notify.models import Message
from tests.journeys.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "une petite phrase bien à moi"
MOST_BYTES = 100 * 1024
#: Slow 4G as tools of measure know it.
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}


@pytest.fixture
def zoe(db):
    """Given a patient with a stay and its letter."""
    pages.lay_the_ground()
    person_id, local = pages.a_person("aphm")
    pages.a_stay(local, days=10, documents=2)
    return person_id


@pytest.fixture
def clerk(db):
    return pages.client_of("Denis", Role.ADMISSION_CLERK, establishment="aphm")


@pytest.fixture
def enter(origin):
    def entered(page: Page, browser) -> Page:
        page.context.add_cookies([{"name": "sessionid", "value": browser.session.session_key, "url": origin}])
        return page

    return entered


def at(name, *args):
    return reverse(name, args=args)


def _unread(page: Page) -> None:
    """Stand for the checks that need scripts, on a page that has none."""
    page.wait_for_load_state("load")


def a_code(clerk, person_id):
    viewer = clerk.get(at("identity:search")).wsgi_request.viewer
    now = timezone.now()
    return invitations.invite(viewer=viewer, person_id=person_id, means=Means.DESK, document="passeport", at=now).code


@pytest.mark.parametrize("kind", ["phone", "phone_without_scripts", "desktop"])
def test_a_space_is_opened_with_a_code(zoe, clerk, request, kind, reads_well, screenshots):
    page: Page = request.getfixturevalue(kind)
    reads_well = reads_well if kind != "phone_without_scripts" else _unread
    page.goto("/connexion/")
    page.get_by_role("link", name="Ouvrir mon espace de patient").click()
    reads_well(page)
    screenshots(page, f"porte-code-{kind}")
    page.get_by_label("Code d’invitation").fill(a_code(clerk, zoe).lower())
    page.get_by_label("Votre date de naissance").fill("28/03/1979")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", name="Bonjour Zoé")).to_be_visible()
    reads_well(page)
    screenshots(page, f"porte-moyens-{kind}")
    page.get_by_label("Votre adresse électronique").fill("zoe@exemple.invalid")
    page.get_by_label("Choisissez un mot de passe").fill(PASSWORD)
    page.get_by_label("Le même, une seconde fois").fill(PASSWORD)
    page.get_by_role("button", name="Ouvrir mon espace").click()
    reads_well(page)
    page.get_by_role("link", name="Un code par message").click()
    reads_well(page)
    page.get_by_label("Numéro de téléphone mobile").fill("06 12 34 56 78")
    page.get_by_role("button", name="M’envoyer un premier code").click()
    reads_well(page)
    screenshots(page, f"porte-second-{kind}")
    page.get_by_label("Code à six chiffres").fill(Message.objects.get().words["code"])
    page.get_by_role("button", name="Continuer").click()
    page.goto(at("patientspace:home"))
    expect(page.get_by_role("heading", name="Ce qui vous attend")).to_be_visible()
    reads_well(page)
    screenshots(page, f"accueil-patient-{kind}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_the_doors_read_well_in_both_themes(zoe, clerk, open_page, enter, scheme, reads_well):
    page = open_page(viewport=PHONE, color_scheme=scheme)
    page.goto(at("patientspace:invited"))
    reads_well(page)
    enter(page, clerk).goto(at("patientspace:desk", zoe))
    reads_well(page)


def test_a_wrong_code_is_told_kindly(zoe, phone, reads_well, screenshots):
    phone.goto(at("patientspace:invited"))
    phone.get_by_label("Code d’invitation").fill("BCDF-GHJK-LMNP")
    phone.get_by_label("Votre date de naissance").fill("28/03/1979")
    phone.get_by_role("button", name="Continuer").click()

    expect(phone.get_by_text("Vérifiez-les").first).to_be_visible()
    reads_well(phone)
    screenshots(phone, "porte-code-faux")


def test_the_desk_prints_a_letter(zoe, clerk, desktop, enter, reads_well, screenshots):
    page = enter(desktop, clerk)
    page.goto(at("patientspace:desk", zoe))
    reads_well(page)
    screenshots(page, "guichet-espace")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.get_by_label("Courrier à l’adresse du dossier").check()
        page.get_by_role("button", name="Donner le code").click(no_wait_after=True)
    assert answered.value.headers["content-type"] == "application/pdf"


def test_a_relative_is_let_in_and_goes_between_spaces(zoe, open_page, enter, reads_well, screenshots):
    paul_id, _ = pages.a_person("aphm", given=("Paul",))
    own = enter(open_page(viewport=PHONE), pages.the_patient(zoe))
    own.goto(at("patientspace:invite_relative"))
    reads_well(own)
    own.get_by_label("Nom de votre proche").fill("Paul")
    own.get_by_label("Dernier jour").fill((timezone.localdate() + timedelta(days=30)).isoformat())
    own.get_by_role("button", name="Obtenir un code").click()
    code = own.locator("strong.mono").inner_text()
    reads_well(own)
    screenshots(own, "proche-code")
    other = enter(open_page(viewport=PHONE, java_script_enabled=False), pages.the_patient(paul_id))
    other.goto(at("patientspace:join_relative"))
    other.get_by_label("Code donné par votre proche").fill(code)
    other.get_by_label("Date de naissance de votre proche").fill("28/03/1979")
    other.get_by_role("button", name="Continuer").click()
    other.get_by_role("button", name="Entrer dans l’espace de Zoé").click()
    expect(other.get_by_text("Vous êtes dans l’espace de Zoé")).to_be_visible()
    other.get_by_role("button", name="Revenir à mon espace").click()
    other.goto(at("patientspace:relatives"))
    other.get_by_role("button", name="Rendre cet accès").click()
    assert not consent.represented(paul_id, at=timezone.now())


def test_signing_out_leaves_nothing_of_a_patient(zoe, phone, enter):
    page = enter(phone, pages.the_patient(zoe))
    page.goto(at("patientspace:documents"))
    expect(page.get_by_text("Lettre de liaison").first).to_be_visible()
    page.goto(at("account_logout"))
    page.locator("main").get_by_role("button", name="Se déconnecter").click()

    left = page.evaluate(
        "async () => [localStorage.length, sessionStorage.length, (await caches.keys()).length,"
        " (await indexedDB.databases()).length]"
    )
    assert left == [0, 0, 0, 0]
    for _ in range(3):
        page.go_back()
        assert "Lettre de liaison" not in page.content()
        assert "Zoé" not in page.content()


def test_the_end_of_a_session_is_told_two_minutes_before(zoe, phone, enter, axe, screenshots):
    page = enter(phone, pages.the_patient(zoe))
    page.clock.install()
    page.goto(at("patientspace:home"))

    page.clock.fast_forward("27:59")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.clock.fast_forward("00:02")
    expect(page.get_by_role("dialog", name="Êtes-vous toujours là")).to_be_visible()
    axe(page)
    screenshots(page, "session-fin")
    page.get_by_role("button", name="Rester connecté").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("name", ["home", "documents", "stays", "choices"])
def test_a_patient_page_is_light(zoe, phone, enter, name):
    """Bytes are asserted; the largest paint under a slow processor and network is measured and printed."""
    page = enter(phone, pages.the_patient(zoe))
    weights = {"font": 0, "other": 0}

    def weigh(answer):
        kind = "font" if answer.request.resource_type == "font" else "other"
        body = answer.body()
        weights[kind] += len(body) if kind == "font" else len(gzip.compress(body, 6))

    page.on("requestfinished", lambda asked: weigh(asked.response()))
    page.goto(at(f"patientspace:{name}"), wait_until="networkidle")
    paint = _largest_paint(page, at(f"patientspace:{name}"))

    print(f"{name}: {weights['other'] / 1024:.1f} Ko + polices {weights['font'] / 1024:.1f} Ko, LCP {paint:.0f} ms")
    assert weights["other"] <= MOST_BYTES


def _largest_paint(page: Page, address: str) -> float:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Network.emulateNetworkConditions", SLOW)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(address, wait_until="networkidle")
    return page.evaluate(
        "() => new Promise(told => { new PerformanceObserver(list => told(list.getEntries().at(-1).startTime))"
        ".observe({ type: 'largest-contentful-paint', buffered: true }); setTimeout(() => told(-1), 3000) })"
    )
