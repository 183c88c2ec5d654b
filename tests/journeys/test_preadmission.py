"""A coming prepared on a phone without scripts, by the keyboard, and by the desk; the officer compares."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from passerelle.care.preadmission.selectors.finding import by_id
from passerelle.care.preadmission.tests.cast import coming, desk, officer
from passerelle.care.record.tests import pages
from passerelle.core.files.tests.drawing import as_bytes, blurred, card

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def zoe(db):
    """Given a patient awaited for an operation."""
    pages.lay_the_ground()
    person_id, local = pages.a_person("aphm")
    return person_id, coming(local)


@pytest.fixture
def enter(origin):
    def entered(page: Page, browser: Client) -> Page:
        page.context.add_cookies([{"name": "sessionid", "value": browser.session.session_key, "url": origin}])
        return page

    return entered


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    path = tmp_path / "carte.jpg"
    path.write_bytes(as_bytes(card()))
    return path


def at(name, *args):
    return reverse(f"preadmission:{name}", args=args)


def answer(page: Page, heading: str, photograph: Path) -> None:  # noqa: PLR0912 - one screen each
    """Answer the screen that shows this heading, as a person would."""
    match heading:
        case "Votre identité":
            page.get_by_label("Oui", exact=True).check()
            page.get_by_label("Carte nationale d’identité").check()
            page.get_by_label("Photographie du recto").set_input_files(photograph)
        case "Votre couverture santé":
            page.get_by_label("Régime général").check()
        case "Vos contacts et vos proches":
            page.get_by_label("Votre téléphone").fill("0600000000")
            page.get_by_label("Personne à prévenir : nom et prénom").fill("Paul Fictif")
            page.get_by_label("Son téléphone").fill("0600000001")
        case "Votre santé":
            for name in ("q-allergie", "q-traitement"):
                page.locator(f'[name="{name}"][value="non"]').check()
        case "Vos accords et vos souhaits":
            page.get_by_label("J’ai lu le livret").check()
            for name in ("agrees_messages", "tells_presence", "directives"):
                page.locator(f'[name="{name}"][value="non"]').check()
        case "Avant l’anesthésie":
            page.locator('[name="q-etages"][value="oui"]').check()
            page.locator('[name="q-alcool"][value="jamais"]').check()
            for name in ("q-operee", "q-famille", "q-ronfle", "q-bouche-ouverte", "q-fume"):
                page.locator(f'[name="{name}"][value="non"]').check()
        case "Votre arrivée":
            page.get_by_label("En voiture").check()


@pytest.mark.parametrize("size", ["phone_without_scripts", "desktop"])
def test_seven_screens_then_the_check_and_the_receipt(zoe, enter, request, size, photograph, reads_well, screenshots):
    page = enter(request.getfixturevalue(size), pages.the_patient(zoe[0]))
    has_scripts = size == "desktop"
    page.goto(at("mine"))
    screenshots(page, f"preadmission-mes-venues-{size}")
    page.get_by_role("link", name="Commencer").click()
    screenshots(page, f"preadmission-etapes-{size}")
    page.get_by_role("link", name="Commencer").click()

    screens = 0
    while (heading := page.get_by_role("heading", level=1).inner_text()) != "Vérifiez vos réponses":
        screens += 1
        assert screens <= 7, heading
        screenshots(page, f"preadmission-{screens}-{size}")
        if has_scripts:
            reads_well(page)
        answer(page, heading, photograph)
        page.get_by_role("button", name="Continuer").click()

    screenshots(page, f"preadmission-verifier-{size}")
    if has_scripts:
        reads_well(page)
    page.get_by_role("button", name="Tout est juste, envoyer").click()
    expect(page.get_by_role("heading", name="Votre pré-admission est envoyée")).to_be_visible()
    screenshots(page, f"preadmission-recu-{size}")
    assert by_id(zoe[1]).is_ready is False
    assert by_id(zoe[1]).done == 7


def test_a_blurred_photograph_an_error_and_a_pause_on_a_phone(zoe, enter, phone, tmp_path, reads_well, screenshots):
    page = enter(phone, pages.the_patient(zoe[0]))
    page.goto(at("step", zoe[1], "identite"))
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", name="À corriger avant de continuer")).to_be_visible()
    screenshots(page, "preadmission-erreurs-phone")
    reads_well(page)

    path = tmp_path / "floue.jpg"
    path.write_bytes(as_bytes(blurred(card())))
    answer(page, "Votre identité", path)
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("L’image semble floue")).to_be_visible()
    screenshots(page, "preadmission-conseils-phone")
    reads_well(page)
    page.get_by_role("link", name="Garder et continuer").click()
    page.get_by_label("Régime général").check()
    page.get_by_role("button", name="Enregistrer et finir plus tard").click()
    expect(page.get_by_text("Vous pouvez finir plus tard")).to_be_visible()
    reads_well(page)


def test_a_conditional_question_appears_as_one_answers(zoe, enter, phone, reads_well, screenshots):
    page = enter(phone, pages.the_patient(zoe[0]))
    page.goto(at("step", zoe[1], "sante"))
    expect(page.get_by_label("À quoi êtes-vous allergique")).to_be_hidden()

    page.locator('[name="q-allergie"][value="oui"]').check()

    expect(page.get_by_label("À quoi êtes-vous allergique")).to_be_visible()
    screenshots(page, "preadmission-sante-oui-phone")
    reads_well(page)


def test_a_step_is_done_by_the_keyboard_alone(zoe, enter, desktop):
    page = enter(desktop, pages.the_patient(zoe[0]))
    page.goto(at("step", zoe[1], "couverture"))
    page.locator('[name="regime"]').first.focus()
    page.keyboard.press("Space")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Continuer":
            break
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Vos contacts et vos proches")).to_be_visible()
    assert by_id(zoe[1]).done == 1


def test_the_desk_and_the_officer_at_work(zoe, enter, open_page, desktop, photograph, reads_well, screenshots):
    page = enter(desktop, desk())
    page.goto(at("ready"))
    reads_well(page)
    page.get_by_role("link", name="identité à confirmer").click()
    expect(page.get_by_text("Vous écrivez à la place de")).to_be_visible()
    answer(page, "Votre identité", photograph)
    page.get_by_role("button", name="Continuer").click()
    page.goto(at("ready"))
    screenshots(page, "preadmission-qui-est-pret-desktop")
    reads_well(page)
    page.goto(at("paper", zoe[1]) + "?vierge=1")
    screenshots(page, "preadmission-papier-desktop")
    reads_well(page)

    emma = enter(open_page(viewport={"width": 1280, "height": 800}), officer())
    emma.goto(at("pieces"))
    reads_well(emma)
    emma.get_by_role("link", name="ALLÈGRE").click()
    screenshots(emma, "preadmission-comparer-desktop")
    reads_well(emma)
    emma.get_by_label("Concorde avec le dossier").check()
    emma.get_by_role("button", name="Enregistrer").click()
    expect(emma.get_by_text("Rien à comparer")).to_be_visible()
