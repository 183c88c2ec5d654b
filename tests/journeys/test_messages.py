"""A patient writes to a team on a phone, the team answers at its desk, the patient reads it."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from passerelle.care.messaging import api as messaging
from passerelle.care.messaging.models import Draft, Thread
from passerelle.care.record.tests import pages
from passerelle.core.access.models import Account
from tests.journeys.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def zoe(db):
    """Given a patient who stayed in a hospital, whose team Alice answers for."""
    pages.lay_the_ground()
    person_id, local = pages.a_person("aphm")
    pages.a_stay(local, days=10)
    return person_id


@pytest.fixture
def alice(zoe):
    client = pages.alice()
    card = messaging.TeamCard(
        code="soins",
        establishment="aphm",
        name="Équipe de chirurgie",
        about="Une question sur vos soins, un document, un rendez-vous.",
        templates={"Bien reçu": "Nous avons bien reçu votre message."},
    )
    messaging.load_team(card=card, members=[Account.objects.get(display_name="Alice").pk])
    return client


@pytest.fixture
def enter(origin):
    def entered(page: Page, browser) -> Page:
        page.context.add_cookies([{"name": "sessionid", "value": browser.session.session_key, "url": origin}])
        return page

    return entered


def _unread(page: Page) -> None:
    """Stand for the checks that need scripts, on a page that has none."""
    page.wait_for_load_state("load")


def at(name, *args):
    return reverse(f"messaging:{name}", args=args)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("phone", {"viewport": PHONE, "is_mobile": True, "has_touch": True}),
        ("sans-script", {"viewport": PHONE, "java_script_enabled": False}),
        ("sombre", {"viewport": DESKTOP, "color_scheme": "dark"}),
    ],
)
def test_a_question_is_asked_and_answered(zoe, alice, open_page, enter, kind, options, reads_well, screenshots):
    reads_well = reads_well if options.get("java_script_enabled", True) else _unread
    patient = enter(open_page(**options), pages.the_patient(zoe))
    patient.goto(at("mine"))
    reads_well(patient)
    patient.get_by_role("link", name="Écrire").click()
    expect(patient.get_by_role("heading", name="Est-ce urgent")).to_be_visible()
    reads_well(patient)
    screenshots(patient, f"messages-equipes-{kind}")
    patient.get_by_role("link", name="Équipe de chirurgie").click()
    patient.get_by_label("De quoi s’agit-il").fill("Mon pansement")
    patient.get_by_label("Votre message").fill("Je voudrais prendre une douche.")
    reads_well(patient)
    screenshots(patient, f"messages-ecrire-{kind}")
    patient.get_by_role("button", name="Envoyer").click()
    expect(patient.get_by_text("Votre message est parti")).to_be_visible()

    team = enter(open_page(viewport=DESKTOP), alice)
    team.goto(at("worklist"))
    reads_well(team)
    screenshots(team, f"messages-liste-{kind}")
    team.get_by_role("link", name="Mon pansement").click()
    team.get_by_role("button", name="Je le prends").click()
    team.get_by_role("link", name="Bien reçu").click()
    expect(team.get_by_label("Votre réponse")).to_have_value("Nous avons bien reçu votre message.")
    team.get_by_label("Votre réponse").fill("Oui, dès demain.")
    reads_well(team)
    screenshots(team, f"messages-repondre-{kind}")
    team.get_by_role("button", name="Répondre au patient").click()
    expect(team.get_by_text("Votre réponse est dans l’espace")).to_be_visible()

    patient.goto("/mon-espace/")
    patient.get_by_role("link", name="Équipe de chirurgie vous a répondu").click()
    expect(patient.get_by_text("Oui, dès demain.")).to_be_visible()
    reads_well(patient)
    screenshots(patient, f"messages-lire-{kind}")
    patient.get_by_role("button", name="J’ai lu la réponse").click()
    expect(patient.get_by_text("Répondu").first).to_be_visible()


def test_what_was_being_written_is_kept_when_the_session_nears_its_end(zoe, alice, phone, enter):
    page = enter(phone, pages.the_patient(zoe))
    page.clock.install()
    page.goto(at("write_to", Thread.team.field.related_model.objects.get().pk))
    page.get_by_label("Votre message").fill("Je voulais vous dire")

    with page.expect_request(lambda asked: asked.method == "POST"):
        page.clock.fast_forward("28:01")

    page.wait_for_timeout(500)
    assert Draft.objects.get().text == "Je voulais vous dire"
