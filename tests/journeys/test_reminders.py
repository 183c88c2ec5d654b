"""A reminder answered by its link: on a phone, without scripts, without an account; and the pages of agendas."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from passerelle.care.appointments import api as appointments
from passerelle.care.appointments.api import State
from passerelle.care.appointments.models import Instruction, Opening
from passerelle.care.appointments.tests.cast import PARIS
from passerelle.care.reminders.services.links import keep_links, token_of
from passerelle.care.reminders.tests.cast import books, patient, scene
from passerelle.core.access.api import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def booked(db):
    """Given a patient awaited in four days."""
    day = timezone.localdate() + timedelta(days=4)
    agenda = scene()
    Opening.objects.update(valid_from="2020-01-01", weekday=day.weekday())
    Instruction.objects.create(
        kind=None,
        site="",
        bring="Votre carte Vitale\nVotre ordonnance",
        fasting="Ne mangez plus à partir de minuit. L’eau est permise.",
        come="Tram T1, arrêt Hôpital. Entrée B.",
        phone="0491000000",
    )
    row = books(agenda, patient(), datetime(day.year, day.month, day.day, 9, tzinfo=PARIS), when=timezone.now())
    keep_links([row], at=timezone.now())
    return row


def _opens(page: Page, row) -> None:
    page.goto(f"/rappels/r/{token_of(row.id)}")
    page.get_by_label("Jour").fill("28")
    page.get_by_label("Mois").fill("3")
    page.get_by_label("Année").fill("1979")
    page.get_by_role("button", name="Continuer").click()


@pytest.mark.parametrize("size", ["phone", "phone_without_scripts", "desktop"])
def test_a_reminder_is_answered_by_its_link(booked, request, size, axe, reads_well, screenshots):
    page = request.getfixturevalue(size)
    page.goto(f"/rappels/r/{token_of(booked.id)}")
    expect(page.get_by_text("Tram T1")).to_be_visible()
    expect(page.get_by_text("Ne mangez plus")).to_have_count(0)
    screenshots(page, f"rappel-lien-{size}")
    if size != "phone_without_scripts":
        axe(page)

    _opens(page, booked)
    expect(page.get_by_text("Ne mangez plus")).to_be_visible()
    page.get_by_role("button", name="Je viendrai").click()
    expect(page.get_by_text("vous avez confirmé")).to_be_visible()
    screenshots(page, f"rappel-confirme-{size}")
    if size != "phone_without_scripts":
        axe(page)
        reads_well(page)
    assert appointments.appointment_row(booked.id).state is State.CONFIRMED


def test_a_date_is_changed_then_the_appointment_cancelled_without_scripts(booked, phone_without_scripts, screenshots):
    page = phone_without_scripts
    _opens(page, booked)
    page.get_by_role("link", name="Changer de date").click()
    screenshots(page, "rappel-deplacer")
    page.get_by_role("radio").last.check()
    page.get_by_role("button", name="Prendre ce moment").click()
    expect(page.get_by_text("est déplacé")).to_be_visible()
    assert appointments.appointment_row(booked.id).starts_at != booked.starts_at

    page.get_by_role("link", name="Je ne peux pas venir").click()
    page.get_by_role("button", name="Oui, annuler").click()
    expect(page.get_by_text("Votre rendez-vous est annulé")).to_be_visible()
    assert appointments.appointment_row(booked.id).state is State.CANCELLED


def test_who_keeps_agendas_sees_tomorrow_the_letters_and_the_rules(booked, signed_in, desktop, axe, screenshots):
    page = signed_in(desktop, Role.ADMISSION_CLERK, "aphm", "Camille Accueil")
    for address, name in (
        ("/rappels/", "demain"),
        ("/rappels/courriers/", "courriers"),
        ("/rappels/regles/", "regles"),
    ):
        page.goto(address)
        screenshots(page, f"rappels-{name}")
        axe(page)
