"""Measures at home: the patient on a phone without JavaScript, the team with the keyboard alone, a carer."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from passerelle.care.devices.models import Alert, Measure
from passerelle.care.devices.services.taking import take
from passerelle.care.devices.tests import cast
from passerelle.care.devices.tests.cast import NOW, a_message, arrival
from tests.journeys.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def alice(db):
    cast.lay_the_ground()
    return cast.alice()


@pytest.fixture
def zoe(alice):
    """Given a patient with three weeks of measures, the last one too high."""
    person, _ = cast.a_person()
    cast.followed(person, alice)
    cuff, scale = cast.a_device(alice), cast.a_device(alice, "balance")
    cast.lent(cuff, person, alice)
    cast.lent(scale, person, alice)
    pressures = [{"8480-6": 126 + day % 7, "8462-4": 78 - day % 5, "8867-4": 66 + day % 4} for day in range(19)]
    take(
        [
            arrival(cuff, a_message(values, at=NOW - timedelta(days=19 - day), sent=NOW, battery=18))
            for day, values in enumerate(pressures)
        ]
    )
    weights = [{"29463-7": 71.5 + (day % 4) / 10} for day in range(19)]
    take(
        [arrival(scale, a_message(one, at=NOW - timedelta(days=19 - day), sent=NOW)) for day, one in enumerate(weights)]
    )
    high = {"8480-6": 186, "8462-4": 96, "8867-4": 88}
    take([arrival(cuff, a_message(high, at=NOW - timedelta(minutes=3), sent=NOW)), arrival(cuff, b"signal perdu")])

    class Zoe:
        id, device, space = person, cuff, cast.patient(person)

    return Zoe


def signed_in(page, someone, origin):
    """Sign a page in as someone who gave two factors."""
    key = someone.client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": key, "url": origin}])
    return page


def test_a_patient_reads_and_notes_measures_on_a_phone_without_scripts(open_page, origin, zoe, reads_well, screenshots):
    plain = signed_in(open_page(viewport=PHONE, java_script_enabled=False), zoe.space, origin)
    phone = signed_in(open_page(viewport=PHONE), zoe.space, origin)

    plain.goto("/telesurveillance/mes-mesures/")
    assert "Trop haut" in plain.content()
    plain.get_by_role("link", name="Tension").first.click()
    assert "Que faire si" in plain.content()
    plain.get_by_role("link", name="Noter une mesure").click()
    plain.get_by_label("Chiffre du haut").fill("260")
    plain.get_by_label("Chiffre du bas").fill("90")
    plain.get_by_role("button", name="Enregistrer").click()
    plain.get_by_label("Chiffre du haut").fill("132")
    plain.get_by_role("button", name="Enregistrer").click()

    assert "Votre mesure est notée" in plain.content()
    assert Measure.objects.get(origin="entered").values["8480-6"] == 132
    for address, name in (
        ("", "mes-mesures"),
        ("tension/", "mes-mesures-tension"),
        ("tension/noter/", "mes-mesures-noter"),
        ("partage/", "mes-mesures-partage"),
        ("proches/", "mes-mesures-proches"),
        ("feuille/", "mes-mesures-feuille"),
    ):
        phone.goto(f"/telesurveillance/mes-mesures/{address}")
        reads_well(phone)
        screenshots(phone, name)


def test_a_carer_enters_a_code_and_sees_the_curves(open_page, origin, zoe, reads_well, screenshots):
    carer_id, _ = cast.a_person(name="GARRIGUE", given="Anne")
    patient = signed_in(open_page(viewport=PHONE, java_script_enabled=False), zoe.space, origin)
    carer = signed_in(open_page(viewport=PHONE), cast.patient(carer_id, "Anne Garrigue"), origin)

    patient.goto("/telesurveillance/mes-mesures/partage/")
    patient.get_by_label("À qui voulez-vous").fill("Ma fille Anne")
    patient.get_by_role("button", name="Obtenir un code").click()
    code = re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", patient.content())[0]
    carer.goto("/telesurveillance/mes-mesures/proches/")
    carer.get_by_label("Le code que votre proche").fill(code)
    carer.get_by_role("button", name="Valider le code").click()

    assert "a choisi de vous les montrer" in carer.content()
    reads_well(carer)
    screenshots(carer, "mesures-d-un-proche")


def test_a_clinician_takes_and_closes_an_alert_with_the_keyboard(
    open_page, origin, zoe, alice, reads_well, screenshots
):
    desk = signed_in(open_page(viewport=DESKTOP), alice, origin)
    desk.goto("/telesurveillance/")
    reads_well(desk)
    screenshots(desk, "telesurveillance-alertes")

    opening = desk.get_by_role("link", name="Ouvrir l’alerte de").first
    with desk.expect_navigation():
        press(desk, opening, "Enter")
    reads_well(desk)
    screenshots(desk, "telesurveillance-alerte")
    with desk.expect_navigation():
        press(desk, desk.get_by_role("button", name="Prendre cette alerte"), "Enter")
    press(desk, desk.get_by_label("Patient appelé"), "Space")
    desk.keyboard.press("Tab")
    desk.keyboard.type("Appelée : mesure refaite à 134, au repos.")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/telesurveillance/")

    closed = Alert.objects.exclude(closed_at=None).get()
    assert (closed.taken_name, closed.closing) == ("Dr Alice Garrigue", "called")
    assert "134" in closed.done


def press(page, wanted, key):
    """Reach a control by Tab alone, then press a key; fail when it cannot be reached."""
    for _ in range(120):
        if wanted.evaluate("one => one === document.activeElement"):
            page.keyboard.press(key)
            return
        page.keyboard.press("Tab")
    pytest.fail(f"inaccessible au clavier : {wanted}")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_of_the_team_reads_well(open_page, origin, zoe, alice, reads_well, screenshots, viewport):
    desk = signed_in(open_page(viewport=viewport), alice, origin)
    size = viewport["width"]

    for name, arguments in (
        ("alerts", []),
        ("monitored", []),
        ("fleet", []),
        ("register", []),
        ("held", []),
        ("recipients", []),
        ("person", [zoe.id]),
        ("person_sheet", [zoe.id]),
        ("device", [zoe.device.pk]),
        ("alert", [Alert.objects.order_by("pk").first().pk]),
    ):
        desk.goto(reverse(f"devices:{name}", args=arguments))
        reads_well(desk)
        screenshots(desk, f"telesurveillance-{name}-{size}")
    desk.goto(reverse("devices:held"))
    desk.get_by_role("link", name="Vérifier le message").first.click()
    reads_well(desk)
    screenshots(desk, f"telesurveillance-held-one-{size}")
