"""One fact climbs the whole house: from an HL7 v2 message to a committee's vote, by the people who do it.

The house is real: `passerelle demo` with its listener, workers, pages and embedded database.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.main_job.cast import Cell, Clinician, Establishment, Integrator, Member, Patient

pytestmark = pytest.mark.browser
SCREENS = pytest.mark.parametrize("screen", ["phone", "desktop"])


@pytest.fixture
def page(screen, request):
    return request.getfixturevalue(screen)


@SCREENS
def test_the_integrator_follows_an_admission_from_its_bytes_to_the_record(
    screen, page, house, tmp_path, axe, screenshots
):
    aubagne, gaelle = Establishment(house, tmp_path), Integrator(page)

    gaelle.given_i_entered_as("integrateur")
    aubagne.when_it_admits_a_patient()
    aubagne.then_it_is_acknowledged("AA")
    gaelle.when_i_search_the_messages_for(aubagne.ipp)
    axe(page)
    gaelle.when_i_open_the_first()

    gaelle.then_i_read("Reçu et enregistré", "Acquitté par AA", "Appliqué au dossier", "PID-5", aubagne.family_name)
    gaelle.then_nothing_scrolls_sideways()
    axe(page)
    screenshots(page, f"message-{screen}")


@SCREENS
def test_the_integrator_sees_where_a_message_is_wrong(screen, page, house, tmp_path, axe):
    stranger, gaelle = Establishment(house, tmp_path), Integrator(page)

    gaelle.given_i_entered_as("integrateur")
    stranger.when_it_admits_a_patient(facility="INCONNU")
    stranger.then_it_is_acknowledged("AE")
    gaelle.when_i_search_the_messages_for(stranger.ipp)
    gaelle.when_i_open_the_first()

    gaelle.then_i_read("refusé", "MSH-4", "INCONNU")
    axe(page)


@SCREENS
def test_the_clinician_finds_the_new_patient_and_the_stay(screen, page, house, tmp_path, axe, screenshots):
    aubagne, bob = Establishment(house, tmp_path), Clinician(page)

    aubagne.when_it_admits_a_patient()
    bob.given_i_entered_as("medecin-autre")
    bob.when_i_look_for(f"{aubagne.family_name} eleonore")
    axe(page)
    bob.when_i_open_the_record_of(aubagne.family_name)

    bob.then_i_read("ÉLÉONORE", "Centre hospitalier d’Aubagne", aubagne.nda)
    bob.then_nothing_scrolls_sideways()
    axe(page)
    screenshots(page, f"parcours-{screen}")


@SCREENS
def test_a_clinician_of_another_hospital_finds_no_record_without_a_reason(screen, page, house, tmp_path, axe):
    aubagne, alice = Establishment(house, tmp_path), Clinician(page)

    aubagne.when_it_admits_a_patient()
    alice.given_i_entered_as("clinicien")
    alice.when_i_look_for(f"{aubagne.family_name} eleonore")
    alice.when_i_open_the_record_of(aubagne.family_name)

    expect(page.get_by_role("main")).not_to_contain_text(aubagne.nda)
    expect(page.get_by_label(re.compile("Motif"))).to_be_visible()
    axe(page)


@SCREENS
def test_the_patient_reads_who_opened_the_record(screen, open_page, page, house, axe, screenshots):
    patient = Patient(page)
    patient.given_i_entered_as("patient")
    given, family = patient.my_name()
    axe(page)
    screenshots(page, f"patient-{screen}")

    alice = Clinician(open_page(viewport={"width": 1280, "height": 900}))
    alice.given_i_entered_as("clinicien")
    alice.when_i_look_for(f"{given} {family}")
    alice.when_i_open_the_record_of(f"{family} {given}".upper())
    alice.then_i_read("Le patient voit cette consultation")
    title = alice.when_i_open_the_first_document()
    alice.then_i_read(title)
    axe(alice.page)
    screenshots(alice.page, "document-desktop")

    page.goto("/mon-espace/consultations/")
    patient.then_i_read("Alice Garrigue")
    patient.then_nothing_scrolls_sideways()
    axe(page)


@SCREENS
def test_the_patient_opens_a_document_in_two_taps(screen, page, house, axe):
    patient = Patient(page)

    patient.given_i_entered_as("patient")
    patient.when_i_open("Tous mes documents")
    page.get_by_role("main").locator("a[href*='/documents/']").first.click()

    expect(page.get_by_role("link", name="Télécharger")).to_be_visible()
    patient.then_nothing_scrolls_sideways()
    axe(page)


def test_members_vote_on_measured_figures_and_the_decision_keeps_them(
    open_page, phone, desktop, house, axe, screenshots
):
    for page, persona, establishment in (
        (phone, "comite-arles", "CH d’Arles"),
        (desktop, "comite-aubagne", "CH d’Aubagne"),
    ):
        member = Member(page)
        member.given_i_entered_as(persona)
        member.when_i_open_the_session_of_today()
        axe(page)
        member.when_i_vote("Pour")
        member.then_my_vote_is_noted_for(establishment)
        member.then_i_can_vote_no_more()
        member.then_nothing_scrolls_sideways()
        axe(page)
    screenshots(phone, "vote-phone")

    jules = Cell(open_page(viewport={"width": 1280, "height": 900}))
    jules.given_i_entered_as("cellule")
    jules.when_i_close_the_vote()
    jules.then_the_decision_keeps_the_figures()
    jules.then_nothing_scrolls_sideways()
    axe(jules.page)
    screenshots(jules.page, "decision-desktop")


@SCREENS
def test_the_project_shows_its_measured_effect_beside_the_other_sites(screen, page, house, axe, screenshots):
    member = Member(page)

    member.given_i_entered_as("directeur")
    page.goto("/projets/realite-virtuelle/")

    main = page.get_by_role("main")
    expect(main).to_contain_text("34 000,00")
    expect(main).to_contain_text("Sur les autres sites")
    expect(main).to_contain_text("mesuré")
    member.then_nothing_scrolls_sideways()
    axe(page)
    screenshots(page, f"projet-{screen}")
