"""Whoever keeps the flows: finds, understands, tries, corrects, replays, goes back, decides."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from passerelle.care.channels import api as channels
from passerelle.care.channels.tests.files import BY, DESTINATION, write
from passerelle.care.delivery.models import Item
from passerelle.care.delivery.tests.samples import publish
from passerelle.care.exchange.models import Message
from passerelle.care.record.models import Resource
from passerelle.core.access.api import Role
from passerelle.core.directory import api as directory
from passerelle.core.parameters import api as parameters
from tests.journeys.integrator import Integrator, admission, arrives, the_replays_go_on, the_workers_work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = pytest.mark.parametrize("screen", ["phone", "desktop"])
CHANNEL = """\
channel: aubagne-gam
label: Gestion administrative d’Aubagne
establishment: aubagne
source: {door: mllp, facilities: [CH-AUBAGNE], applications: [GAM]}
profile: {family: pam-fr, messages: ["ADT^*"], validation: report}
contract: {acknowledge: stored}
mapping:
  - set: PV1-10
    to: "181"
    when: {PV1-10: ""}
silence: {minutes: 40, from: "07:00", to: "20:00"}
"""


@pytest.fixture
def territory():
    directory.load_directory(at=timezone.now())
    parameters.load_parameters(at=timezone.now())
    channels.forget()
    yield
    channels.forget()


@pytest.fixture
def declared(territory, tmp_path):
    """Given a channel in its second version, and a destination."""
    channels.load_folder(path=write(tmp_path, a=CHANNEL, b=DESTINATION), by=BY, at=timezone.now(), note="premier flux")
    later = CHANNEL.replace("minutes: 40", "minutes: 25")
    channels.load_folder(path=write(tmp_path, a=later), by=BY, at=timezone.now(), note="moins d’attente")


@pytest.fixture
def gaelle(screen, request, signed_in, territory):
    page = request.getfixturevalue(screen)
    return Integrator(signed_in(page, Role.INTEGRATOR, None, "Gaëlle (fictif)"))


@pytest.fixture
def keep(screen, screenshots, reads_well):
    """Return a way to end: the page reads well, and a picture of it is kept."""

    def kept(page, name):
        reads_well(page)
        screenshots(page, f"{name}-{screen}")

    return kept


@SCREENS
def test_an_alert_leads_to_the_message_and_its_cause(gaelle, keep):
    arrives(admission("J1", nda=""))
    gaelle.given_i_am_at("/echanges/")
    gaelle.then_i_read("Que faire", "personne ne s’en occupe encore")
    keep(gaelle.page, "echanges")

    gaelle.page.locator(".alert h2 a").first.click()
    keep(gaelle.page, "alerte")
    gaelle.when_i_press("Je m’en occupe")
    gaelle.then_i_read("Gaëlle (fictif)")
    gaelle.when_i_follow("Regarder")
    gaelle.when_i_follow(re.compile("Ni NDA"))
    gaelle.main.get_by_role("table").get_by_role("link").first.click()

    gaelle.then_i_read("Erreur en PID-18", "le séjour ne peut pas être reconnu", "Que faire", "erreur ici")
    keep(gaelle.page, "message-en-echec")


@SCREENS
def test_a_channel_is_tried_with_a_pasted_message_and_keeps_nothing(gaelle, declared, keep):
    gaelle.given_i_am_at("/echanges/canaux/")
    keep(gaelle.page, "canaux")
    gaelle.when_i_follow("Essayer un message")
    gaelle.page.get_by_role("textbox", name="Message à essayer").fill(admission("J2"))
    gaelle.when_i_press("Essayer")

    gaelle.then_i_read("Accepté et appliqué", "la base est comme avant", "PV1-10", "181", "MSA|AA|J2")
    keep(gaelle.page, "essai")
    assert not Message.objects.exists()
    assert not Resource.objects.exists()


@SCREENS
def test_a_version_is_compared_and_taken_back_with_a_reason(gaelle, declared, keep):
    gaelle.given_i_am_at("/echanges/canaux/channel/aubagne-gam/")
    keep(gaelle.page, "canal")
    gaelle.when_i_follow("Versions")
    gaelle.then_i_read("minutes: 40", "minutes: 25", "moins d’attente")
    keep(gaelle.page, "versions")
    gaelle.when_i_follow("Reprendre la version 1")
    gaelle.when_i_press("Reprendre la version 1")
    expect(gaelle.page).to_have_url(re.compile("/versions/1/reprendre/"))  # without a reason, nothing is done
    gaelle.when_i_say_why("Trop d’alertes la nuit")
    keep(gaelle.page, "reprise")
    gaelle.when_i_press("Reprendre la version 1")

    gaelle.then_i_read("La version 1 est de nouveau en vigueur.", "Version 3", "Trop d’alertes la nuit", "minutes: 40")
    channels.forget()
    assert channels.channel("aubagne-gam").silence.minutes == 40


@SCREENS
def test_a_dead_letter_is_corrected_by_a_copy_and_applied(gaelle, keep):
    arrives(admission("J4", nda=""))
    gaelle.given_i_am_at("/echanges/echecs/")
    keep(gaelle.page, "echecs")
    gaelle.when_i_follow(re.compile("Ni NDA"))
    keep(gaelle.page, "echecs-cause")
    gaelle.main.get_by_role("table").get_by_role("link").first.click()
    gaelle.when_i_follow("Corriger une copie")
    gaelle.page.get_by_label("Message, un segment par ligne").fill(admission("J4", nda="88004"))
    gaelle.when_i_say_why("NDA demandé à l’admission")
    gaelle.when_i_press("Voir ce qui serait répondu")
    gaelle.then_i_read("Acceptée", "Ce que vous changez", "PID-18")
    keep(gaelle.page, "copie")
    gaelle.when_i_press("Envoyer la copie")
    the_workers_work()
    gaelle.page.reload()

    gaelle.then_i_read("Appliqué au dossier", "NDA demandé à l’admission")
    keep(gaelle.page, "copie-appliquee")
    gaelle.given_i_am_at("/echanges/echecs/")
    gaelle.then_i_read("Aucun message en échec.")


@SCREENS
def test_a_replay_by_filter_is_tried_then_done(gaelle, keep):
    arrives(admission("J5"))
    gaelle.given_i_am_at("/echanges/messages/?type=ADT^A01")
    keep(gaelle.page, "messages")
    gaelle.when_i_follow("Relancer ce filtre")
    gaelle.then_i_read("1 message")
    gaelle.when_i_press("Essayer à blanc")
    gaelle.then_i_read("Essai à blanc", "1 sur 1")
    keep(gaelle.page, "relance-essai")
    gaelle.when_i_say_why("Unité créée depuis")
    gaelle.when_i_press("Relancer")
    the_replays_go_on()
    gaelle.page.reload()

    gaelle.then_i_read("terminée", "1 relancé", "Unité créée depuis")
    keep(gaelle.page, "relance")


@SCREENS
def test_a_doubtful_delivery_is_decided(gaelle, declared, keep):
    publish("E1", trigger="A40")
    Item.objects.update(state="ambiguous", reason="aucune réponse en 30 s", begun_at=timezone.now())
    gaelle.given_i_am_at("/soins/")
    gaelle.main.get_by_role("listitem").filter(has_text="peut-être arrivé").get_by_role("link").click()
    keep(gaelle.page, "envois")
    gaelle.when_i_follow("1")
    gaelle.when_i_follow("ADT^A40")
    gaelle.then_i_read("Aucune réponse en 30 s", "Demandez au destinataire s’il l’a reçu")
    keep(gaelle.page, "envoi")
    gaelle.when_i_say_why("Reçu, dit le laboratoire")
    gaelle.when_i_press("Considérer délivré")

    gaelle.then_i_read("la suite part", "Reçu, dit le laboratoire", "Gaëlle (fictif)")
    keep(gaelle.page, "envoi-decide")
    assert Item.objects.get().state == "delivered"


@SCREENS
def test_a_destination_is_paused_and_resumed(gaelle, declared, keep):
    gaelle.given_i_am_at("/echanges/envois/archive/")
    gaelle.when_i_press("Suspendre les envois")
    expect(gaelle.main.get_by_role("button", name="Suspendre les envois")).to_be_visible()  # a reason is asked
    gaelle.when_i_say_why("Mise à jour du laboratoire")
    gaelle.when_i_press("Suspendre les envois")
    gaelle.then_i_read("Suspendu", "Mise à jour du laboratoire", "Gaëlle (fictif)")
    keep(gaelle.page, "envois-suspendus")
    gaelle.when_i_press("Reprendre les envois")

    gaelle.then_i_read("la file part maintenant")
    gaelle.then_i_do_not_read("Mise à jour du laboratoire")
    keep(gaelle.page, "envois-repris")
