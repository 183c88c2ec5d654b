"""Pages of whoever keeps the gateways; the phones of the demonstration."""

import time
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from passerelle.core.access import api as access
from passerelle.core.access.api import Role
from passerelle.core.audit.models import AuditEvent
from passerelle.core.notify import api as notify
from passerelle.core.notify.models import Line, Message, SimulatedMessage
from passerelle.core.notify.selectors.queue import digest_of
from passerelle.core.notify.tests.cast import awaits, number

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]


def _someone(role=Role.INTEGRATOR, establishment=None):
    now = timezone.now()
    account = access.open_account(email=f"{role.value}@exemple.invalid", display_name="Ines", by=None, at=now)
    access.grant_role(
        account=account, role=role, establishment=establishment, starts_on=date(2020, 1, 1), by=None, at=now
    )
    client = Client()
    client.force_login(account)
    session = client.session
    session["passerelle_second_factor"] = str(account.pk)
    session["passerelle_proved_at"] = time.time()
    session.save()
    return client


@pytest.fixture
def keeper(settings, simulator):
    return _someone()


def _asked(rank=0, **changes):
    now = timezone.now()
    notify.enqueue([awaits(rank, expires_at=now + timedelta(days=1), **changes)], at=now)
    return Message.objects.get(key=f"essai:{rank}")


def test_the_queue_shows_what_failed_why_and_what_to_do(keeper):
    message = _asked()
    Message.objects.update(state="failed", reason="non remis par l’opérateur", settled_at=timezone.now())

    listed = keeper.get("/envois-aux-personnes/?etat=failed").content.decode()
    page = keeper.get(f"/envois-aux-personnes/message/{message.pk}/").content.decode()

    assert "non remis par l’opérateur" in listed
    assert "…00" in listed
    assert "639980000" not in listed + page
    assert "Vérifiez le numéro" in page
    assert "AP-HM : quelque chose vous attend" in page


def test_a_person_is_found_by_number_without_writing_it_in_an_address(keeper):
    _asked(0)
    _asked(1)

    found = keeper.post("/envois-aux-personnes/chercher/", {"recipient": "06 39 98 00 01"})

    assert found["Location"] == f"/envois-aux-personnes/?empreinte={digest_of(number(1))}"
    page = keeper.get(found["Location"]).content.decode()
    assert "…01" in page
    assert "…00" not in page


def test_a_stop_is_shown_and_lifted_at_the_request_of_its_person(keeper):
    notify.stop(recipient=number(0), by="SMS reçu", at=timezone.now())
    address = f"/envois-aux-personnes/?empreinte={digest_of(number(0))}"

    assert "a dit STOP" in keeper.get(address).content.decode()
    keeper.post("/envois-aux-personnes/stop/lever/", {"digest": digest_of(number(0))})

    assert not notify.has_stopped(number(0))
    assert AuditEvent.objects.filter(action="resource_changed", actor_name="Ines", reason="STOP levé").count() == 1


def test_what_opens_the_door_of_a_person_is_not_shown_to_who_keeps_the_gateways(keeper):
    words = {"place": "aphm", "link": "mon-espace/ouvrir/4F7KQ2M9", "code": "4729-1805"}
    message = _asked(0, template="invitation_sms", words=words)

    page = keeper.get(f"/envois-aux-personnes/message/{message.pk}/").content.decode()

    assert "vous invite" in page
    assert "4F7KQ2M9" not in page
    assert "4729" not in page


@pytest.mark.parametrize(("act", "state"), [("renvoyer", "waiting"), ("parti", "sent")])
def test_a_doubt_is_decided_with_a_reason(keeper, act, state):
    message = _asked()
    Message.objects.update(state="doubtful")
    address = f"/envois-aux-personnes/message/{message.pk}/{act}/"

    assert "Dites pourquoi" in keeper.post(address, follow=True).content.decode()
    assert Message.objects.get().state == "doubtful"
    keeper.post(address, {"reason": "absent du journal de la passerelle"})

    assert Message.objects.get().state == state
    assert Message.objects.get().steps.get().actor_name == "Ines"
    assert "il a changé entre-temps" in keeper.post(address, {"reason": "encore"}, follow=True).content.decode()


def test_an_expired_message_is_not_sent_again(keeper):
    message = _asked()
    Message.objects.update(state="failed", created_at="2020-01-01T00:00:00Z", expires_at="2020-01-02T00:00:00Z")

    answer = keeper.post(f"/envois-aux-personnes/message/{message.pk}/renvoyer/", {"reason": "oui"}, follow=True)

    assert "périmé" in answer.content.decode()


def test_a_gateway_is_suspended_and_taken_up_again(keeper):
    keeper.post("/envois-aux-personnes/passerelle/sms/suspendre/", {"reason": "maintenance"})
    assert "suspendue" in keeper.get("/envois-aux-personnes/").content.decode()

    keeper.post("/envois-aux-personnes/passerelle/sms/reprendre/")
    assert Line.objects.get().paused_at is None


def test_who_keeps_no_flow_finds_nothing(keeper):
    message = _asked(0)
    clerk = _someone(Role.ADMISSION_CLERK, "aphm")

    assert clerk.get("/envois-aux-personnes/").status_code == 404
    assert clerk.get(f"/envois-aux-personnes/message/{message.pk}/").status_code == 404


def test_templates_are_read_as_a_person_would(keeper):
    page = keeper.get("/envois-aux-personnes/modeles/").content.decode()

    assert "2 SMS au plus" in page
    assert "Hopital de votre ville" in page


def test_the_page_costs_as_many_queries_for_five_messages_as_for_one(keeper, django_assert_max_num_queries):
    _asked(0)
    keeper.get("/envois-aux-personnes/")
    with django_assert_max_num_queries(25) as one:
        keeper.get("/envois-aux-personnes/")
    for rank in range(1, 6):
        _asked(rank)

    with django_assert_max_num_queries(len(one)):
        keeper.get("/envois-aux-personnes/")


def test_the_phones_are_of_the_demonstration_only(client, settings):
    settings.DEMO = False
    assert client.get("/envois-aux-personnes/telephone/").status_code == 404

    settings.DEMO = True
    SimulatedMessage.objects.create(number="+33639980000", text="Bonjour https://x.exemple/r/A", at=timezone.now())
    page = client.get("/envois-aux-personnes/telephone/").content.decode()
    assert "simulateur" in page
    assert 'href="https://x.exemple/r/A"' in page
    client.post("/envois-aux-personnes/telephone/?numero=%2B33639980000", {"text": "STOP"})
    assert notify.has_stopped("+33639980000")
