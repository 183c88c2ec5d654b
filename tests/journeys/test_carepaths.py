"""A protocol: the patient on a phone without scripts, the team with the keyboard, the palette, the pages of figures."""

from datetime import timedelta

import pytest
from django.utils import timezone

from passerelle.care.carepaths import api as carepaths
from passerelle.care.carepaths.models import TaskSaid
from passerelle.care.record.tests import pages
from passerelle.core.access.api import Role
from passerelle.core.audit.api import Actor
from tests.journeys.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NURSE = Actor(account_id=None, name="Claire ESSAI", role="clinician")


@pytest.fixture
def zoe(db):
    """Given a patient three days after an operation, at the hospital of Alice."""
    pages.lay_the_ground()
    carepaths.publish(at=timezone.now())
    person_id, here = pages.a_person("aphm")
    pages.a_stay(here, days=3, lasting=None)
    at = timezone.now()
    place = carepaths.Place(here, "aphm")
    carepaths.begin(code="raac", place=place, anchor=timezone.localdate(at) - timedelta(days=3), by=NURSE, at=at)
    return person_id


def signed_in(page, client, origin):
    """Sign a page in as someone who gave two factors."""
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": origin}])
    return page


def test_a_patient_says_what_is_done_and_answers_on_a_phone_without_scripts(
    open_page, origin, zoe, reads_well, screenshots
):
    patient = pages.the_patient(zoe)
    plain = signed_in(open_page(viewport=PHONE, java_script_enabled=False), patient, origin)
    phone = signed_in(open_page(viewport=PHONE), patient, origin)
    phone.goto("/protocoles/mon-suivi/")
    reads_well(phone)
    screenshots(phone, "mon-suivi")

    plain.goto("/protocoles/mon-suivi/")
    plain.get_by_role("button", name="C’est fait : Lire ce qui va se passer").click()
    assert "C’est noté" in plain.content()
    plain.get_by_role("button", name="Répondre : Dire votre douleur").first.click()
    assert "Votre douleur" in plain.content()

    assert TaskSaid.objects.get().source == "self"


def test_a_team_writes_with_the_keyboard_and_goes_anywhere(open_page, origin, zoe, reads_well, screenshots):
    desk = signed_in(open_page(viewport=DESKTOP), pages.alice(), origin)
    desk.goto("/protocoles/")
    reads_well(desk)
    screenshots(desk, "protocoles")
    with desk.expect_navigation():
        press(desk, desk.get_by_role("link", name="D’ALLÈGRE Zoé"), "Enter")
    reads_well(desk)
    screenshots(desk, "protocole-suivi")
    with desk.expect_navigation():
        press(desk, desk.get_by_role("link", name="Fait : Premier lever le jour de l’opération"), "Enter")
    reads_well(desk)
    with desk.expect_navigation():
        press(desk, desk.get_by_role("button", name="Enregistrer"), "Enter")
    assert TaskSaid.objects.get().task == "lever"

    desk.keyboard.press("Control+K")
    desk.keyboard.type("protoc")
    desk.get_by_role("dialog").get_by_role("link", name="Protocoles de soins").wait_for()
    screenshots(desk, "aller-a")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/protocoles/")


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_pages_of_the_team_and_of_figures_read_well(open_page, origin, zoe, reads_well, screenshots, viewport):
    size = "360" if viewport is PHONE else "1280"
    alice = signed_in(open_page(viewport=viewport), pages.alice(), origin)
    for address, name in (
        (f"/protocoles/patients/{zoe}/", "patient"),
        ("/protocoles/raac/", "protocole"),
        ("/aller/", "aller"),
    ):
        alice.goto(address)
        reads_well(alice)
        screenshots(alice, f"{name}-{size}")
    cell = signed_in(open_page(viewport=viewport), pages.client_of("Jules", Role.CELL), origin)
    for address, name in (
        ("/protocoles/raac/adhesion/", "adhesion"),
        ("/temps-rendu/", "temps-rendu"),
        ("/temps-rendu/valeurs/", "valeurs"),
        ("/temps-rendu/valeurs/reminder-sent/", "valeur"),
    ):
        cell.goto(address)
        reads_well(cell)
        screenshots(cell, f"{name}-{size}")


def press(page, wanted, key):
    """Reach a control by Tab alone, then press a key; fail when it cannot be reached."""
    for _ in range(160):
        if wanted.evaluate("one => one === document.activeElement"):
            page.keyboard.press(key)
            return
        page.keyboard.press("Tab")
    pytest.fail(f"out of reach of the keyboard: {wanted}")
