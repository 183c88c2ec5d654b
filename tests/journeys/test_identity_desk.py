"""The identity cell decides a pair by the keyboard and undoes a union; the admission desk avoids a duplicate."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from passerelle.care.identitovigilance.tests.cast import ZOE, arrives, like, pair_of
from passerelle.care.identity.tests.cast import make_establishments
from passerelle.care.matching import api as matching
from passerelle.core.access.api import Role
from passerelle.core.parameters import api as parameters

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def hospitals():
    make_establishments()
    parameters.load_parameters(at=timezone.now())


@pytest.fixture
def pair(hospitals):
    first = arrives(like(ZOE, establishment="aphm", status="PROV"), "1")
    second = arrives(like(ZOE, establishment="aphm", status="PROV", birth_name="Étoile"), "2")
    return pair_of(first, second)


def test_a_pair_is_decided_in_four_keys_and_the_union_is_undone(signed_in, pair, desktop, axe, screenshots):
    page = signed_in(desktop, Role.IDENTITY_OFFICER, "aphm", "Emma")
    page.goto("/identitovigilance/")
    expect(page.get_by_text("1 paire à décider", exact=False).first).to_be_visible()
    axe(page)
    screenshots(page, "identitovigilance-liste")

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Votre décision")).to_be_visible()
    axe(page)
    screenshots(page, "identitovigilance-paire")

    page.keyboard.press("1")
    expect(page.get_by_role("heading", name="Ce qui va bouger")).to_be_visible()
    expect(page.get_by_role("button", name="Signer")).to_be_focused()
    axe(page)
    screenshots(page, "identitovigilance-apercu")
    page.get_by_label("Motif").press("2")  # a key typed in a field is a character
    expect(page.get_by_label("Motif")).to_have_value("2")
    page.get_by_label("Motif").fill("")
    page.get_by_role("button", name="Signer").focus()  # where the page put it
    page.keyboard.press("Enter")
    expect(page.get_by_text("une seule personne")).to_be_visible()

    page.goto("/identitovigilance/?vue=decisions")
    axe(page)
    page.get_by_role("link", name=re.compile("Revoir la paire")).click()
    page.get_by_role("link", name=re.compile("Fusions et rapprochements")).first.click()
    axe(page)
    page.get_by_role("link", name=re.compile("Défaire")).first.click()
    axe(page)
    screenshots(page, "identitovigilance-defaire")
    page.get_by_label("Motif de la séparation").fill("deux sœurs")
    page.get_by_role("button", name="Signer la séparation").click()
    expect(page.get_by_text("C’est défait")).to_be_visible()


def test_two_persons_in_two_keys(signed_in, pair, desktop):
    page = signed_in(desktop, Role.IDENTITY_OFFICER, "aphm", "Emma")
    page.goto(f"/identitovigilance/paires/{pair.id}/")

    page.get_by_role("button", name="Raccourcis").click()
    page.keyboard.press("2")  # the keys are off
    expect(page.get_by_role("heading", name="Votre décision")).to_be_visible()
    page.get_by_role("button", name="Raccourcis").click()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("2")

    expect(page.get_by_text("deux personnes", exact=False).first).to_be_visible()
    expect(page).to_have_url(re.compile("/identitovigilance/$"))


def test_a_clerk_finds_somebody_in_eight_keys_without_scripts(signed_in, hospitals, phone_without_scripts):
    arrives(like(ZOE), "7")
    page = signed_in(phone_without_scripts, Role.ADMISSION_CLERK, "arles", "Bob")
    page.goto("/identitovigilance/accueil/")

    field = page.get_by_label("Nom et date, IPP ou INS")
    field.press_sequentially("eto1203")
    field.press("Enter")

    expect(page.get_by_role("rowheader", name=re.compile("Zoé"))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_clerk_is_warned_before_creating_a_duplicate(signed_in, hospitals, phone, axe, screenshots):
    known = arrives(like(ZOE, establishment="aphm"), "1")
    matching.match_one(known.id, at=timezone.now())
    page = signed_in(phone, Role.ADMISSION_CLERK, "arles", "Bob")
    page.goto("/identitovigilance/accueil/")
    axe(page)
    page.get_by_role("link", name="Nouvelle personne").click()
    page.get_by_label("Nom de naissance").fill("Étoile-Dupont")
    page.get_by_label("Prénoms de naissance").fill("Zoé Anne")
    page.get_by_label("Date de naissance").fill("12/03/1984")
    page.get_by_label("Sexe").select_option("F")
    page.get_by_role("button", name="Vérifier avant de créer").click()

    expect(page.get_by_role("heading", name=re.compile("Avant de créer"))).to_be_visible()
    axe(page)
    screenshots(page, "accueil-ressemblance")
    page.get_by_role("button", name="Créer malgré tout").click()
    expect(page.get_by_text("dites pourquoi vous créez malgré tout").first).to_be_visible()
    page.get_by_label("Motif de création malgré la ressemblance").fill("jumelle, pièce vue")
    page.get_by_role("button", name="Créer malgré tout").click()
    expect(page.get_by_text("Dossier provisoire P", exact=False)).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_figures_break_no_rule(signed_in, pair, open_page, axe, screenshots, width):
    page = signed_in(
        open_page(viewport={"width": width, "height": 800}), Role.IDENTITY_OFFICER, "aphm", f"Emma {width}"
    )
    page.goto("/identitovigilance/qualite/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Qualité des identités")
    axe(page)
    screenshots(page, f"identitovigilance-qualite-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("address", ["", "?vue=signatures", "?vue=collisions", "?vue=messages", "?vue=douteuses"])
def test_the_work_is_readable_on_a_phone(signed_in, pair, phone, axe, address):
    page = signed_in(phone, Role.IDENTITY_OFFICER, "aphm", "Emma")
    page.goto(f"/identitovigilance/{address}")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
