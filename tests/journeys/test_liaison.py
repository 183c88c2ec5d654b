"""The link with town: a letter from discharge until it is seen as read, and a referral there and back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from passerelle.care.delivery import api as delivery
from passerelle.care.delivery.tests.test_mailbox import a_mail
from passerelle.care.liaison import api as liaison
from passerelle.care.liaison.models import Letter, Mail
from passerelle.care.liaison.tests import cast
from passerelle.care.liaison.tests.test_town import a_pdf
from passerelle.care.record.tests import pages
from tests.journeys.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ground(db):
    cast.lay_the_ground()


@pytest.fixture
def colette(ground):
    return cast.colette()


@pytest.fixture
def person(colette):
    """Given a patient of Colette who left the AP-HM this morning, after a longer story."""
    person_id, local = cast.a_patient("aphm")
    cast.chooses(person_id, colette)
    pages.a_stay(local, days=300, lasting=4, documents=1, results=2)
    pages.a_stay(local, days=4, lasting=4, documents=0, results=1)
    late, other = cast.a_patient("aphm", status="PROV", name="GARRIGUE")
    cast.chooses(late, colette)
    pages.a_stay(other, days=9, lasting=6, documents=0, results=0)
    liaison.follow(at=timezone.now())
    return person_id


def signed_in(page, someone, origin):
    """Sign a page in as someone who gave two factors."""
    key = someone.client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": key, "url": origin}])
    return page


def test_a_letter_leaves_the_day_of_discharge_and_is_seen_as_read(
    open_page, origin, person, colette, reads_well, screenshots
):
    ward = signed_in(open_page(viewport=DESKTOP), cast.alice(), origin)
    town = signed_in(open_page(viewport=PHONE, java_script_enabled=False), colette, origin)

    ward.goto("/soins/liaison/")
    reads_well(ward)
    screenshots(ward, "liaison-a-faire")
    ward.get_by_role("link", name="Écrire la lettre de D’ALLÈGRE Zoé").click()
    _write(ward)
    reads_well(ward)
    screenshots(ward, "liaison-ecrire")
    ward.get_by_role("button", name="Enregistrer et relire").click()
    reads_well(ward)
    screenshots(ward, "liaison-relire")
    ward.get_by_label("J’ai relu cette lettre").check()
    ward.get_by_role("button", name="Signer et envoyer").click()
    reads_well(ward)
    assert "Lu le" not in ward.content()

    town.goto("/ville/")
    screenshots(town, "ville-mes-patients")
    town.get_by_role("link", name="Lettre de liaison à la sortie").first.click()
    assert "Pose d’une prothèse de hanche" in town.content()
    liaison.follow(at=timezone.now())

    ward.reload()
    assert "Lu le" in ward.content()
    screenshots(ward, "liaison-lettre")
    assert Letter.objects.filter(origin="written").get().signed_by == "Dr Alice Garrigue"


def test_a_referral_goes_to_the_service_and_its_answer_comes_back(
    open_page, origin, person, colette, reads_well, screenshots
):
    ward = signed_in(open_page(viewport=DESKTOP), cast.alice(), origin)
    town = signed_in(open_page(viewport=PHONE), colette, origin)

    town.goto(reverse("ville:patient", args=[person]))
    reads_well(town)
    screenshots(town, "ville-patient")
    town.get_by_role("link", name="Adresser à un service").click()
    reads_well(town)
    town.get_by_label("Service demandé").select_option("aphm|")
    town.get_by_label("Urgent, sous quelques jours").check()
    town.get_by_label("Motif de l’adressage").fill("Douleur thoracique d’effort depuis un mois.")
    screenshots(town, "ville-adresser")
    town.get_by_role("button", name="Envoyer au service").click()
    reads_well(town)

    ward.goto("/soins/liaison/adressages/")
    reads_well(ward)
    ward.get_by_role("link", name="D’ALLÈGRE Zoé").click()
    ward.get_by_role("button", name="Accepter").click()
    ward.get_by_label("Mots pour le médecin").fill("Épreuve d’effort normale.")
    ward.get_by_role("button", name="Envoyer la réponse").click()
    reads_well(ward)
    screenshots(ward, "liaison-adressage")

    town.reload()
    town.get_by_role("link", name="Lire la réponse").click()
    assert "Épreuve d’effort normale." in town.content()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_of_the_link_reads_well(open_page, origin, person, colette, reads_well, screenshots, viewport):
    mailbox = delivery.MailboxRow("mss", "aphm", "lettres@aphm.mssante.fr")
    liaison.take_mail(raw=a_mail(("c.pdf", a_pdf())), mailbox=mailbox, at=timezone.now() - timedelta(hours=3))
    size = "phone" if viewport == PHONE else "desktop"
    ward = signed_in(open_page(viewport=viewport), cast.alice(), origin)
    town = signed_in(open_page(viewport=viewport), colette, origin)
    hospital = (
        "/soins/liaison/",
        "/soins/liaison/courriels/",
        reverse("liaison:mail", args=[Mail.objects.get().pk]) + "?patient=allegre",
        "/soins/liaison/tableau-de-bord/",
    )
    of_town = (
        "/ville/",
        "/ville/reglages/",
        "/ville/adressages/",
        reverse("ville:patient", args=[person]),
        reverse("ville:report", args=[person]),
        reverse("ville:ask", args=[person]),
        reverse("ville:tell", args=[person, "allergies"]),
        reverse("ville:tell", args=[person, "traitements"]),
        reverse("ville:tell", args=[person, "antecedents"]) + "?mots=diab",
    )
    for page, addresses in ((ward, hospital), (town, of_town)):
        for rank, address in enumerate(addresses):
            page.goto(address)
            reads_well(page)
            screenshots(page, f"lien-{size}-{'soins' if page is ward else 'ville'}-{rank}")


def _write(page):
    for code, words in cast.WHOLE.texts.items():
        page.locator(f"[name={code}]").fill(words)
    for code, answer in cast.WHOLE.answers.items():
        page.locator(f"[name={code}_answer][value={answer.value}]").check()
    page.locator("[name=t0_name]").fill("Paracétamol 1 g")
    page.locator("[name=t0_change]").select_option("started")
    page.locator("[name=t0_dosage]").fill("3 fois par jour")
    page.locator("[name=t0_duration]").fill("10 jours")
