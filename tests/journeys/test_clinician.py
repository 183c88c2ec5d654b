"""A clinician opens a record: what is new, a report in two clicks, results and facts, by keyboard, without scripts."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from passerelle.care.identity.tests.cast import make_establishments
from passerelle.care.record.tests import chart, pages
from passerelle.core.access.api import Role
from passerelle.core.parameters import api as parameters
from tests.journeys.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
THEMES = ("traitements", "allergies", "antecedents", "actes", "implants", "vaccinations")


def ago(days: float):
    return timezone.now() - timedelta(days=days)


@pytest.fixture
def record_of_zoe():
    """Someone known of two hospitals, whose record holds one of everything; some of it came this week."""
    make_establishments("aphm", "arles", "salon")
    parameters.load_parameters(at=timezone.now())
    person_id, here = pages.a_person("aphm", "arles")
    there = pages.local_of(person_id, "arles")
    pages.a_stay(here, days=12)
    pages.a_stay(there, days=300)
    pages.a_document(here, at=ago(2), title="Compte rendu de scanner", mime="application/pdf", content=pages.PDF)
    chart.a_taking(here, at=ago(1), values={"Potassium": 9.9, "Sodium": 4.1}, with_report=True)
    chart.a_taking(there, at=ago(200), values={"Potassium": 4.2, "Sodium": 4.0}, high=5.8)
    for make in (
        chart.an_allergy,
        chart.a_condition,
        chart.a_treatment,
        chart.an_implant,
        chart.a_vaccine,
        chart.a_relative,
    ):
        make(here)
    chart.no_allergy(there)
    chart.an_act(here, at=ago(11))
    return person_id


def _clinician(signed_in, page: Page) -> Page:
    return signed_in(page, Role.CLINICIAN, "aphm", "Alice")


def test_what_is_new_is_read_first_and_a_report_is_two_clicks_away(
    signed_in, record_of_zoe, desktop, reads_well, screenshots
):
    page = _clinician(signed_in, desktop)
    page.goto(f"/patients/{record_of_zoe}/")
    unread = page.get_by_role("region", name="À lire")
    expect(unread).to_contain_text("Potassium")
    expect(page.get_by_role("region", name="Identité du patient")).to_contain_text("Pénicillines (grave)")
    reads_well(page)
    screenshots(page, "dossier-parcours")

    unread.get_by_role("link", name="Compte rendu de scanner").click()
    expect(page.get_by_role("heading", level=2, name="Compte rendu de scanner")).to_be_visible()
    page.get_by_role("link", name="Mettre à côté").first.click()
    expect(page.get_by_role("heading", level=2, name="Lettre de liaison")).to_be_visible()
    reads_well(page)
    screenshots(page, "dossier-documents-compares")

    page.get_by_role("link", name="Parcours").first.click()
    expect(unread).not_to_contain_text("Compte rendu de scanner")
    page.get_by_role("button", name="J’ai pris connaissance").click()
    expect(page.get_by_text("marquées comme lues")).to_be_visible()
    expect(unread).to_have_count(0)


def test_the_course_is_read_by_the_keyboard(signed_in, record_of_zoe, desktop):
    page = _clinician(signed_in, desktop)
    page.goto(f"/patients/{record_of_zoe}/")
    steps = page.locator("[data-step]")

    page.keyboard.press("j")
    expect(steps.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(steps.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(steps.nth(0)).to_be_focused()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("dialog").get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("/")  # turned off: nothing moves
    expect(page.get_by_label("Mots")).not_to_be_focused()
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_role("checkbox").check()
    page.keyboard.press("Escape")

    page.keyboard.press("/")
    expect(page.get_by_label("Mots")).to_be_focused()
    page.keyboard.type("jk?")  # typed in a field, keys are letters
    expect(page.get_by_label("Mots")).to_have_value("jk?")
    page.get_by_label("Mots").fill("cholecystectomie")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 élément gardé")).to_be_visible()


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_page_of_a_record_reads_well(signed_in, record_of_zoe, open_page, reads_well, screenshots, screen):
    page = _clinician(signed_in, open_page(viewport=screen))
    width = screen["width"]
    named = {
        "parcours": "",
        "resultats": "resultats/",
        "courbe": "resultats/?analyse=potassium%7Cmmol/L",
        "documents": "documents/",
        "resume": "resume/",
        "rien": "?text=introuvable",
        **{theme: f"dossier/{theme}/" for theme in THEMES},
    }
    for name, address in named.items():
        page.goto(f"/patients/{record_of_zoe}/{address}")
        reads_well(page)
        screenshots(page, f"dossier-{name}-{width}")


def test_a_record_is_read_without_scripts(signed_in, record_of_zoe, phone_without_scripts):
    page = _clinician(signed_in, phone_without_scripts)
    page.goto(f"/patients/{record_of_zoe}/")
    page.get_by_label("Mots").fill("scanner")
    page.get_by_role("button", name="Filtrer").click()
    page.get_by_role("region", name="Parcours").get_by_role("link", name="Compte rendu de scanner").click()
    expect(page.get_by_role("link", name="Ouvrir le PDF")).to_be_visible()

    page.get_by_role("link", name="Résultats").first.click()
    page.get_by_role("link", name="Potassium").first.click()
    expect(page.locator("figcaption", has_text="au dernier dosage")).to_be_visible()
