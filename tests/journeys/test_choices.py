"""The patient decides on a phone, a glass is broken, and those who follow look at it."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from passerelle.care.consent import api as consent
from passerelle.care.record.tests import pages
from passerelle.core.access import api as access
from passerelle.core.access.api import Role
from passerelle.core.directory import api as directory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FIFTEEN = date(timezone.localdate().year - 15, 1, 1)


@pytest.fixture
def zoe(db):
    """Given a patient with a stay and its letter, and a doctor in the directory."""
    pages.lay_the_ground()
    directory.enrol_professional(
        rpps="99000000017", family_name="MISTRAL", given_name="Colette", profession="Médecin", is_simulated=True
    )
    person_id, local = pages.a_person("aphm")
    pages.a_stay(local, days=10, documents=1)
    return person_id


@pytest.fixture
def enter(origin):
    """Return a way to give a page the session of a browser of the tests."""

    def entered(page: Page, browser: Client) -> Page:
        page.context.add_cookies([{"name": "sessionid", "value": browser.session.session_key, "url": origin}])
        return page

    return entered


def at(name, *args):
    return reverse(name, args=args)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_patient_chooses_masks_and_opposes(zoe, enter, request, size, reads_well, screenshots):
    page = enter(request.getfixturevalue(size), pages.the_patient(zoe))
    page.goto(at("patientspace:choices"))
    reads_well(page)

    page.get_by_role("link", name="Ajouter un professionnel").click()
    page.get_by_label("Nom du professionnel ou de l’hôpital").fill("mistral")
    page.get_by_role("button", name="Chercher").click()
    reads_well(page)
    page.get_by_role("link", name="Colette MISTRAL").click()
    page.get_by_label("L’essentiel").check()
    page.get_by_label("C’est mon médecin traitant").check()
    screenshots(page, f"choix-ajouter-{size}")
    reads_well(page)
    page.get_by_role("button", name="Ajouter à mon équipe").click()
    expect(page.get_by_role("heading", name="Votre décision est enregistrée")).to_be_visible()
    screenshots(page, f"choix-recu-{size}")
    reads_well(page)

    page.goto(at("patientspace:oppose_widely", "urgence"))
    screenshots(page, f"choix-urgence-{size}")
    reads_well(page)
    page.get_by_role("button", name="Je m’oppose à l’accès d’urgence").click()
    document = record_document(zoe)
    page.goto(at("patientspace:document", document))
    page.get_by_role("link", name="Masquer").click()
    page.get_by_role("button", name="Masquer ce document").click()
    page.get_by_role("link", name="Revenir à mes choix").click()
    expect(page.get_by_text("Masqué le")).to_be_visible()
    screenshots(page, f"choix-{size}")
    reads_well(page)
    page.goto(at("patientspace:choice_history"))
    screenshots(page, f"choix-historique-{size}")
    reads_well(page)


def record_document(person_id):
    return pages.a_document(pages.local_of(person_id), title="Lettre de psychiatrie")


def test_the_patient_decides_without_scripts(zoe, enter, phone_without_scripts):
    page = enter(phone_without_scripts, pages.the_patient(zoe))
    page.goto(at("patientspace:choices"))
    page.get_by_role("link", name="M’opposer au partage entre les hôpitaux").click()
    page.get_by_role("button", name="Je m’oppose au partage").click()
    page.get_by_role("link", name="Revenir à mes choix").click()
    page.get_by_role("link", name="Retirer cette opposition").click()
    page.get_by_role("button", name="Retirer mon opposition").click()

    expect(page.get_by_text("Choix retiré")).to_be_visible()
    assert consent.oppositions(zoe, at=timezone.now()) == []


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_glass_is_broken_told_and_reviewed(zoe, enter, open_page, request, size, reads_well, screenshots):
    page = enter(request.getfixturevalue(size), pages.bob())
    page.goto(at("record:emergency", zoe))
    screenshots(page, f"urgence-{size}")
    reads_well(page)
    page.get_by_label("Urgence vitale").check()
    page.get_by_label("Motif de l’accès d’urgence").fill("Inconsciente aux urgences, allergies à connaître")
    page.get_by_label("Je prends en charge").check()
    page.get_by_role("button", name="Ouvrir le dossier en urgence").click()
    expect(page.get_by_role("button", name="Terminer l’accès d’urgence")).to_be_visible()
    page.goto("/soins/")
    screenshots(page, f"urgence-bandeau-{size}")
    reads_well(page)
    page.get_by_role("button", name="Terminer l’accès d’urgence").click()
    expect(page.get_by_text("Le dossier est refermé")).to_be_visible()

    viewport = page.viewport_size
    patient = enter(open_page(viewport=viewport), pages.the_patient(zoe))
    patient.goto(at("patientspace:accesses"))
    expect(patient.get_by_text("Votre dossier a été ouvert en urgence")).to_be_visible()
    screenshots(patient, f"consultations-{size}")
    reads_well(patient)
    patient.get_by_role("link", name="Poser une question ou signaler").first.click()
    patient.get_by_label("Votre message").fill("Pourquoi ce jour-là.")
    screenshots(patient, f"question-{size}")
    reads_well(patient)
    patient.get_by_role("button", name="Envoyer").click()
    reads_well(patient)

    officer = enter(open_page(viewport=viewport), pages.client_of("Mona", Role.DPO))
    officer.goto(at("consent:emergencies"))
    screenshots(officer, f"relecture-{size}")
    reads_well(officer)
    (door,) = access.emergencies(person_id=zoe)
    officer.goto(at("consent:emergency", door.id))
    officer.get_by_label("Justifié", exact=False).first.check()
    officer.get_by_label("Note").fill("Vu avec le service des urgences.")
    screenshots(officer, f"avis-{size}")
    reads_well(officer)
    officer.get_by_role("button", name="Enregistrer l’avis").click()
    expect(officer.get_by_text("Votre avis est enregistré")).to_be_visible()
    officer.goto(at("consent:questions"))
    reads_well(officer)
    officer.goto(at("consent:oppositions"))
    reads_well(officer)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_mother_enters_the_space_of_her_child(zoe, enter, open_page, request, size, reads_well, screenshots):
    child_id, local = pages.a_person("aphm", birth_name="ROMARIN", given=("Léa",), born=FIFTEEN)
    stay = pages.a_stay(local, days=20, documents=1)
    desk = consent.Voice(access.ANONYMOUS.actor(), consent.Door.STAFF)
    mandate = consent.Mandate(zoe, consent.Nature.PARENT, "Livret de famille")
    consent.represent(person_id=child_id, mandate=mandate, by=desk, at=timezone.now() - timedelta(days=1))
    child = enter(open_page(viewport=request.getfixturevalue(size).viewport_size), pages.the_patient(child_id))
    child.goto(at("patientspace:stay", stay))
    child.get_by_role("link", name="Demander que mes parents ne voient pas ce soin").click()
    child.get_by_role("button", name="Garder ce soin secret").click()
    child.goto(at("patientspace:choices"))
    screenshots(child, f"choix-jeune-{size}")
    reads_well(child)

    page = enter(request.getfixturevalue(size), pages.the_patient(zoe))
    page.goto(at("patientspace:relatives"))
    reads_well(page)
    page.get_by_role("button", name="Entrer dans l’espace de Léa Romarin").click()
    expect(page.get_by_text("Vous êtes dans l’espace de Léa Romarin")).to_be_visible()
    screenshots(page, f"espace-enfant-{size}")
    reads_well(page)
    page.goto(at("patientspace:stays"))
    expect(page.get_by_text("Aucun séjour pour l’instant")).to_be_visible()
    page.goto(at("patientspace:accesses"))
    reads_well(page)
