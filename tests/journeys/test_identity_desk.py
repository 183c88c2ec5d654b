"""At the admission desk: INSi is asked, its answer compared, a proof seen, a label printed, a code read."""

from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import expect

from passerelle.care.identity import api as identity
from passerelle.core.access import api as access
from passerelle.core.directory import api as directory
from passerelle.protocols import ins, pamfr
from passerelle.protocols.insi import api as insi

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def simulator(settings):
    """Given a demonstration with a simulated teleservice, and Zoé's file whose birth place was typed wrong."""
    settings.DEMO = True
    directory.load_directory(at=AT, demo=True)
    access.ensure_personas(at=AT)
    traits = pamfr.Traits(
        birth_name="ÉTOILE-DUPONT",
        used_name="MARTIN",
        given_names=("Zoé", "Anne"),
        first_given="Zoé",
        birth_date=date(1984, 3, 12),
        sex="F",
        birth_place="13001",
    )
    ipp = pamfr.Identifier("8000012345", "PI", "APHM", "1.2.3", "ISO")
    patient = pamfr.Patient((ipp,), None, ins.IdentityStatus.PROVISOIRE, frozenset(), traits)
    known = identity.resolve(patient, establishment="aphm", at=AT, source="essai")
    with insi.Simulator() as running:
        settings.INSI = settings.INSI | {"address": running.address, "billing_identifier": "990000001"}
        running.sheet = f"/identites/personnes/{known.person_id}/"
        yield running


def _enter(page, name):
    page.goto("/connexion/")
    page.get_by_role("button", name=f"Entrer comme {name}").click()


@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_a_clerk_qualifies_an_identity_with_the_person_in_front(simulator, request, axe, screenshots, screen):
    page = request.getfixturevalue(screen)
    _enter(page, "Denis Cabanon")
    page.goto(simulator.sheet)
    axe(page)
    screenshots(page, f"identite-provisoire-{screen}")

    page.get_by_role("button", name="Interroger INSi").click()
    expect(page.get_by_text("Une identité trouvée")).to_be_visible()
    expect(page.get_by_text("Téléservice simulé")).to_be_visible()
    axe(page)
    screenshots(page, f"insi-compare-{screen}")
    page.get_by_role("button", name="C’est cette personne").click()
    expect(page.get_by_role("alert")).to_contain_text("acceptez chaque différence")
    page.get_by_label("Prendre").check()
    page.get_by_role("button", name="C’est cette personne").click()
    expect(page.get_by_text("Récupérée").first).to_be_visible()

    page.get_by_role("link", name="Contrôler une pièce").click()
    axe(page)
    screenshots(page, f"piece-{screen}")
    page.get_by_label("Pièce présentée").select_option("PA")
    page.get_by_label("J’ai comparé les cinq traits").check()
    page.get_by_role("button", name="Noter ce contrôle").click()
    expect(page.get_by_text("Qualifiée").first).to_be_visible()
    expect(page.get_by_text("Partageable avec les cinq traits")).to_be_visible()
    axe(page)
    screenshots(page, f"identite-qualifiee-{screen}")

    page.get_by_role("link", name="Étiquette").click()
    expect(page.get_by_role("img", name="Datamatrix INS")).to_be_visible()
    axe(page)
    screenshots(page, f"etiquette-{screen}")


def test_a_clerk_reads_a_code_without_any_script(simulator, phone_without_scripts, screenshots):
    page = phone_without_scripts
    _enter(page, "Denis Cabanon")
    page.goto("/identites/datamatrix/")
    content = ins.InsDatamatrix(
        "2840313901001" + ins.compute_key("2840313901001"),
        "1.2.250.1.213.1.4.10",
        "ZOE ANNE",
        "ETOILE-DUPONT",
        "F",
        "12-03-1984",
        "13055",
    )
    page.get_by_label("Lecture à la douchette").fill(ins.write_datamatrix(content).replace("\x1d", "<GS>"))
    page.get_by_role("button", name="Lire").click()

    expect(page.get_by_text("Lu, à vérifier par INSi ou sur une pièce")).to_be_visible()
    screenshots(page, "datamatrix-phone")


def test_the_identity_cell_sees_what_waits_when_the_teleservice_is_down(simulator, desktop, axe, screenshots):
    page = desktop
    simulator.is_down = True
    _enter(page, "Emma Tamaris")
    page.goto(simulator.sheet)
    page.get_by_role("button", name="Interroger INSi").click()
    expect(page.get_by_text("la question repartira toute seule")).to_be_visible()

    page.goto("/identites/insi/")
    page.get_by_role("button", name="Commencer la vérification").click()
    expect(page.get_by_role("button", name="Arrêter après le lot en cours")).to_be_visible()
    axe(page)
    screenshots(page, "insi-tableau-desktop")
