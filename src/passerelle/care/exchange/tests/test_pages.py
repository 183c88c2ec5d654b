from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from passerelle.care.exchange.api import Rejected, apply_waiting, receive, route_new_messages
from passerelle.care.exchange.models import Message, State
from passerelle.care.exchange.rules.naming import EVENTS
from passerelle.care.exchange.tests.samples import admission, open_facility
from passerelle.core.access import api as access
from passerelle.core.access.tests.cast import account
from passerelle.core.audit.models import AuditEvent
from passerelle.protocols import pamfr

pytestmark = pytest.mark.django_db


@pytest.fixture
def places(db):
    open_facility("CHU-X", "essai")
    open_facility("CH-AUBAGNE", "aubagne", role="partie")


def signed_in(name, *roles, establishment=None):
    holder = account(name, *roles, establishment=establishment, password=None)
    browser = Client()
    browser.force_login(holder)
    session = browser.session
    session["passerelle_second_factor"] = str(holder.pk)
    session.save()
    return browser


@pytest.fixture
def gaelle(places):
    return signed_in("gaelle", access.Role.INTEGRATOR)


def send(*messages):
    for raw in messages:
        receive(raw, peer="10.1.1.1:4000", at=timezone.now())


def work():
    now = timezone.now()
    while route_new_messages() + apply_waiting(clock=lambda: now):
        pass


def page_of(control_id):
    return reverse("exchange:message", args=[Message.objects.get(control_id=control_id).pk])


def listed(browser, **criteria):
    return browser.get(reverse("exchange:messages") + "?" + urlencode(criteria)).content.decode()


def park(recorder, control_id="M1", **details):
    recorder.failures[control_id] = Rejected("PID^1^3", "identité à décider")
    send(admission(control_id, **details))
    work()


def test_an_empty_console_says_what_to_do(gaelle):
    page = gaelle.get(reverse("exchange:messages")).content.decode()

    assert "Aucun message n’est encore arrivé." in page


def test_the_list_shows_each_message_and_where_it_stands(gaelle, recorder):
    send(admission("M1"), admission("M2", kind="ACK^A01^ACK"))

    page = listed(gaelle)

    assert "ADT^A01" in page
    assert "reçu, à appliquer" in page
    assert "refusé" in page
    assert "type de message non pris en charge" in page


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        ({"q": "77"}, ["M1"]),
        ({"q": "N77"}, ["M1"]),
        ({"q": "M2"}, ["M2"]),
        ({"q": "9999"}, ["M4"]),
        ({"etat": "refused"}, ["M4"]),
        ({"etablissement": "aubagne"}, ["M3"]),
        ({"q": "inexistant"}, []),
        ({"du": "2000-01-01", "au": "2000-01-02"}, []),
    ],
)
def test_messages_are_found_by_patient_control_id_state_and_sender(gaelle, recorder, criteria, found):
    send(
        admission("M1", ipp="77"),
        admission("M2", ipp="88"),
        admission("M3", ipp="55", facility="CH-AUBAGNE"),
        admission("M4", ipp="9999", kind="ACK^A01^ACK"),
    )
    work()

    page = listed(gaelle, **criteria)

    assert [name for name in ("M1", "M2", "M3", "M4") if f"<td>{name}</td>" in page] == found


def test_the_list_goes_on_page_after_page(gaelle, recorder):
    send(*(admission(f"M{number:03d}") for number in range(60)))

    first = listed(gaelle)
    before = Message.objects.order_by("-seq")[49].seq
    second = listed(gaelle, avant=before)

    assert f"avant={before}" in first
    assert "M059" in first
    assert "M009" not in first
    assert "M009" in second
    assert "M059" not in second


def test_the_list_costs_as_many_queries_for_many_rows(gaelle, recorder, django_assert_max_num_queries):
    send(*(admission(f"M{number}", ipp=str(number)) for number in range(40)))

    with django_assert_max_num_queries(25):
        listed(gaelle)


def test_a_page_tells_the_life_of_a_message_and_names_its_fields(gaelle, recorder):
    send(admission("M1"))
    work()

    page = gaelle.get(page_of("M1")).content.decode()

    assert "Reçu et enregistré" in page
    assert "Acquitté par AA" in page
    assert "Appliqué au dossier" in page
    assert "PID-5" in page
    assert "ESSAI^CAMILLE" in page
    assert "MSA|AA|M1" in page


def test_opening_a_message_is_journalled(gaelle, recorder):
    send(admission("M1"))

    gaelle.get(page_of("M1"))

    event = AuditEvent.objects.filter(action="message_read").get()
    assert event.target == f"message:{Message.objects.get().pk}"
    assert event.actor_name == "Gaelle"


def test_searching_for_a_patient_is_journalled(gaelle, recorder):
    listed(gaelle, q="77")

    assert AuditEvent.objects.filter(target="message:recherche").count() == 1


def test_an_error_is_shown_at_its_place_with_what_to_do(gaelle, recorder):
    park(recorder)

    page = gaelle.get(page_of("M1")).content.decode()

    assert "Erreur en PID-3" in page
    assert "erreur ici" in page
    assert "identité à décider" in page
    assert "Que faire" in page
    assert "Relancer" in page


def test_the_landing_page_says_that_a_message_awaits_a_decision(gaelle, recorder):
    landing = gaelle.get("/soins/").content.decode()
    assert "Ce qui vous attend" not in landing

    park(recorder)

    landing = gaelle.get("/soins/").content.decode()
    assert "Un message attend une décision, depuis" in landing
    assert reverse("exchange:dead_letters") in landing


def test_an_event_is_called_by_its_name(gaelle, recorder):
    send(admission("M1"))

    assert "admission</span>" in listed(gaelle)
    assert "ADT^A01\u00a0: admission" in gaelle.get(page_of("M1")).content.decode()


def test_every_event_that_is_read_has_a_name():
    assert {f"{code}^{trigger}" for code, trigger in pamfr.SUPPORTED} == set(EVENTS)


def test_an_unreadable_message_has_a_page(gaelle, recorder):
    send(b"ceci n'est pas un message <script>")
    address = reverse("exchange:message", args=[Message.objects.get().pk])

    page = gaelle.get(address).content.decode()

    assert "Ce message ne se découpe pas en segments" in page
    assert "&lt;script&gt;" in page


def test_a_conflict_leads_to_the_first_message(gaelle, recorder):
    send(admission("M1"), admission("M1", family="AUTRE"))
    first, other = Message.objects.order_by("seq")

    page = gaelle.get(reverse("exchange:message", args=[other.pk])).content.decode()

    assert reverse("exchange:message", args=[first.pk]) in page


def test_the_bytes_come_back_as_they_came(gaelle, recorder):
    send(admission("M1"))

    answer = gaelle.get(reverse("exchange:raw", args=[Message.objects.get().pk]))

    assert answer.content == admission("M1")
    assert "attachment" in answer["Content-Disposition"]


def test_a_parked_message_is_replayed_from_its_page(gaelle, recorder):
    park(recorder)
    recorder.failures.clear()

    answer = gaelle.post(reverse("exchange:replay", args=[Message.objects.get().pk]), follow=True)
    work()

    assert "Le message est relancé." in answer.content.decode()
    assert Message.objects.get().state == State.APPLIED
    assert AuditEvent.objects.filter(action="message_replayed", actor_name="Gaelle").count() == 1


def test_setting_aside_asks_why(gaelle, recorder):
    park(recorder)
    address = reverse("exchange:set_aside", args=[Message.objects.get().pk])

    refused = gaelle.post(address, follow=True).content.decode()
    assert "Écrivez pourquoi ce message est écarté." in refused
    assert Message.objects.get().state == State.PARKED

    gaelle.post(address, {"reason": "doublon"})
    assert Message.objects.get().state == State.SET_ASIDE


def test_a_message_already_decided_is_not_decided_again(gaelle, recorder):
    send(admission("M1"))
    work()

    answer = gaelle.post(reverse("exchange:replay", args=[Message.objects.get().pk]), follow=True)

    assert "n’attend pas de décision" in answer.content.decode()


def test_reading_never_decides(gaelle, recorder):
    park(recorder)

    assert gaelle.get(reverse("exchange:replay", args=[Message.objects.get().pk])).status_code == 405


def test_the_counters_tell_what_waits_and_since_when(gaelle, recorder):
    park(recorder)
    send(admission("M2", ipp="1001"), admission("M3", kind="ACK^A01^ACK"))
    Message.objects.filter(control_id="M2").update(received_at=timezone.now() - timedelta(minutes=5))

    page = gaelle.get(reverse("exchange:counters")).content.decode()

    assert "Files arrêtées" in page
    assert "le plus ancien attend depuis 5\u00a0min" in page


def test_an_integrator_sees_the_flows_of_his_establishment_only(places, recorder):
    send(admission("M1"), admission("M2", facility="CH-AUBAGNE"), admission("M3", facility="INCONNU"))
    bob = signed_in("bob", access.Role.INTEGRATOR, establishment="aubagne")

    page = listed(bob)

    assert "<td>M2</td>" in page
    assert "<td>M3</td>" in page
    assert "<td>M1</td>" not in page
    assert bob.get(page_of("M1")).status_code == 404
    assert bob.post(reverse("exchange:replay", args=[Message.objects.get(control_id="M1").pk])).status_code == 404


def test_who_keeps_no_flow_sees_no_console(places, recorder):
    send(admission("M1"))
    charlie = signed_in("charlie", access.Role.DIRECTOR)

    assert charlie.get(reverse("exchange:messages")).status_code == 404
    assert charlie.get(page_of("M1")).status_code == 404
