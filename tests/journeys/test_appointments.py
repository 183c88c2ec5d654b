"""A patient books, changes her mind and gives her place up, on a phone without scripts; the desk receives her."""

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from passerelle.care.appointments.models import Booking
from passerelle.care.appointments.services.kinds import Advice, advise
from passerelle.care.appointments.tests.cast import (
    Someone,
    a_kind,
    a_patient,
    an_agenda,
    at,
    books,
    lay_the_ground,
    opens,
)
from passerelle.core.access.api import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def agenda():
    lay_the_ground()
    a_kind()
    advise(
        kind="controle",
        site="",
        advice=Advice(
            bring="Votre carte Vitale\nVos radios",
            fasting="Vous pouvez manger avant.",
            treatments="Comme votre équipe vous l’a dit.",
            come="Métro, puis trois minutes à pied.",
            call="Secrétariat",
            phone="0491000000",
        ),
    )
    held = an_agenda(practitioner="Dr Alice Garrigue")
    for weekday in range(7):
        opens(held, weekday)
    return held


def entered(page, someone, origin):
    """Give a page the session of somebody."""
    session = someone.client.session
    session["passerelle_proved_at"] = time.time()
    session.save()
    page.context.add_cookies([{"name": "sessionid", "value": session.session_key, "url": origin}])
    return page


def zoe():
    file, person_id = a_patient()
    someone = Someone("Zoé d’Allègre", Role.PATIENT, person_id=person_id)
    someone.file = file
    return someone


def test_a_patient_books_moves_and_cancels_on_a_phone_without_scripts(
    agenda, phone_without_scripts, origin, reads_well_without_scripts, screenshots
):
    page = entered(phone_without_scripts, zoe(), origin)
    page.goto("/rendez-vous/mes-rendez-vous/")
    page.get_by_role("link", name="Prendre rendez-vous").click()
    page.get_by_role("link", name="orthopédie").click()
    page.locator("a.time").first.click()
    page.get_by_role("button", name="Prendre ce rendez-vous").click()
    assert page.get_by_role("heading", name="Votre rendez-vous est pris").is_visible()
    reads_well_without_scripts(page)
    page.get_by_role("link", name="Mes rendez-vous").last.click()
    screenshots(page, "appointments-mine-360")
    page.get_by_role("button", name="Je viendrai").click()
    page.get_by_role("button", name="Prévenez-moi si une place se libère plus tôt").click()
    assert page.get_by_text("Vous êtes sur la liste d’attente").is_visible()
    booking = Booking.objects.get()
    Booking.objects.filter(pk=booking.pk).update(
        starts_at=booking.starts_at + timedelta(days=3), ends_at=booking.ends_at + timedelta(days=3)
    )
    page.reload()
    page.get_by_role("link", name="Déplacer").click()
    page.locator("a.time").nth(2).click()
    page.get_by_role("button", name="Oui, déplacer").click()
    assert Booking.objects.get().version == 3
    if page.get_by_role("link", name="Annuler").count():
        page.get_by_role("link", name="Annuler").click()
        page.get_by_role("button", name="Oui, annuler").click()
        assert Booking.objects.get().state == "cancelled"


@pytest.fixture
def reads_well_without_scripts():
    """Fail when the page scrolls sideways; axe itself needs scripts."""

    def check(page):
        wide, screen = page.viewport_size["width"], page.locator("html").bounding_box()["width"]
        assert screen <= wide

    return check


@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_what_a_patient_has_booked_reads_well(agenda, request, origin, reads_well, screen):
    someone = zoe()
    row = books(agenda, someone.file, at(timezone.localdate() + timedelta(days=5), 9), when=timezone.now())
    page = entered(request.getfixturevalue(screen), someone, origin)
    here = f"/rendez-vous/mes-rendez-vous/{row.id}/"
    for address in ("/rendez-vous/mes-rendez-vous/", here, f"{here}deplacer/", f"{here}annuler/", f"{here}pris/"):
        assert page.goto(address).status == 200, address
        reads_well(page)


@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_where_a_patient_books_reads_well(agenda, request, origin, reads_well, screen):
    page = entered(request.getfixturevalue(screen), zoe(), origin)
    taking, day = "/rendez-vous/prendre/aphm/", timezone.localdate() + timedelta(days=5)
    choice = f"{taking}controle/verifier/?creneau={agenda.pk}_{int(at(day, 9).timestamp())}"
    for address in (taking, f"{taking}controle/", choice, "/rendez-vous/mon-agenda/"):
        assert page.goto(address).status == 200, address
        reads_well(page)


def test_the_next_appointment_is_in_the_calendar_in_two_taps(agenda, phone, origin):
    someone = zoe()
    books(agenda, someone.file, at(timezone.localdate() + timedelta(days=5), 9), when=timezone.now())
    page = entered(phone, someone, origin)
    page.goto("/rendez-vous/mes-rendez-vous/")

    with page.expect_download() as taken:
        page.get_by_role("link", name="Ajouter à mon agenda").first.click()

    assert taken.value.suggested_filename == "rendez-vous.ics"


def test_the_desk_works_by_keyboard_and_reads_well(agenda, desktop, origin, reads_well, screenshots):
    someone = Someone("Odile Accueil", Role.ADMISSION_CLERK, "aphm")
    day = timezone.localdate() + timedelta(days=5)
    row = books(agenda, a_patient(name="ROUVIÈRE")[0], at(day, 9), when=timezone.now())
    page = entered(desktop, someone, origin)
    its, settings = f"/rendez-vous/agendas/{agenda.pk}/?jour={day}", f"/rendez-vous/agendas/{agenda.pk}/reglages/"
    for address in (
        "/rendez-vous/agendas/", f"{its}&vue=semaine", "/rendez-vous/attente/",
        "/rendez-vous/donner/?q=rouviere", f"/rendez-vous/accueil/{row.id}/", settings, f"{settings}agenda/",
        f"{settings}semaine/", f"{settings}jour/", f"{settings}fermer/", its,
    ):  # fmt: skip
        assert page.goto(address).status == 200, address
        reads_well(page)
    screenshots(page, "appointments-day-1280")
    page.get_by_role("link", name="ROUVIÈRE").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Le patient confirme").focus()
    page.keyboard.press("Enter")
    page.wait_for_load_state("load")
    assert Booking.objects.get().state == "confirmed"


def test_a_closed_feed_tells_nothing(agenda, origin):
    assert Client().get("/rendez-vous/flux/inconnue.ics").status_code == 404
