"""Subscription resources, channel rest-hook. https://hl7.org/fhir/R4/subscription.html."""

from datetime import timedelta

import pytest
from django.utils import timezone

from passerelle.care.channels import api as channels
from passerelle.care.delivery.models import Item, Line, State
from passerelle.care.delivery.transports.opening import Place, resolve
from passerelle.care.delivery.transports.parcel import NotSent
from passerelle.care.record import api as record
from passerelle.care.record.rules import writes
from passerelle.care.record.rules.subscriptions import destination_code
from passerelle.care.record.services.fhir.applying import apply
from passerelle.care.record.services.subscriptions import watch_subscriptions
from passerelle.care.record.tests import pages
from passerelle.core.access.api import Role, Viewer
from passerelle.core.audit.models import AuditEvent
from passerelle.protocols import fhir

pytestmark = pytest.mark.django_db
APPLICATION = Viewer(
    application="suivi",
    name="Application de suivi",
    assignments=frozenset({(Role.APPLICATION, "aphm")}),
    scopes=frozenset({"system/*.cruds"}),
    second_factor=True,
)
ASKED = {
    "resourceType": "Subscription",
    "status": "requested",
    "reason": "Suivre les séjours",
    "criteria": "Encounter?status=finished",
    "channel": {"type": "rest-hook", "endpoint": "https://suivi.exemple.fr/nouveau"},
}


@pytest.fixture(autouse=True)
def ground(db, settings):
    settings.SUBSCRIPTION_HOSTS = frozenset({"suivi.exemple.fr"})
    settings.SUBSCRIPTION_PRIVATE_HOSTS = frozenset({"127.0.0.1", "serveur.interne"})
    channels.forget()
    pages.lay_the_ground()
    yield
    channels.forget()


def write(resource, *, method=writes.CREATE, id_=None, by=APPLICATION):
    written = fhir.read_written(fhir.dumps(resource))
    (done,) = apply([writes.Asked(method, "Subscription", id=id_, written=written)], by=by, at=timezone.now())
    return done.id


def kept(subscription_id):
    return fhir.loads(record.read("Subscription", subscription_id).body)


def an_operator():
    return pages.client_of("Olga", Role.OPERATOR)


def approve(client, subscription_id):
    return client.post(f"/abonnements/{subscription_id}/approuver", follow=True)


def told(subscription_id):
    return Item.objects.filter(destination=destination_code(subscription_id))


def a_stay_ends():
    _, here = pages.a_person("aphm")
    pages.a_stay(here, documents=0, results=0)


def test_created_by_an_application_it_waits_for_an_approval_whatever_it_says():
    for status in ("requested", "active", "error"):
        assert kept(write(ASKED | {"status": status}))["status"] == "requested"
    assert kept(write(ASKED | {"status": "off"}))["status"] == "off"


def test_until_it_is_approved_nothing_is_told():
    subscription_id = write(ASKED)
    a_stay_ends()
    assert not told(subscription_id).exists()


def test_approved_the_subscriber_is_told_that_there_is_something_new_and_not_what():
    subscription_id = write(ASKED)
    approve(an_operator(), subscription_id)
    assert kept(subscription_id)["status"] == "active"
    declared = channels.destination(destination_code(subscription_id))
    assert (declared.enabled, declared.establishment) == (True, "aphm")
    assert declared.transport.options["payload"] == "empty"
    assert declared.transport.options["public"] is True
    a_stay_ends()
    assert told(subscription_id).count() == 1


def test_what_another_establishment_produces_or_does_not_meet_the_criteria_is_not_told():
    subscription_id = write(ASKED)
    approve(an_operator(), subscription_id)
    person_id, _ = pages.a_person("arles")
    pages.a_stay(pages.local_of(person_id, "arles"), documents=0, results=0)
    _, here = pages.a_person("aphm")
    pages.a_stay(here, lasting=None, documents=1, results=1)
    assert not told(subscription_id).exists()


def test_written_again_it_must_be_approved_again_and_is_silent_meanwhile():
    subscription_id = write(ASKED)
    approve(an_operator(), subscription_id)
    write(ASKED | {"id": str(subscription_id), "status": "active"}, method=writes.UPDATE, id_=subscription_id)
    assert kept(subscription_id)["status"] == "requested"
    assert watch_subscriptions(at=timezone.now()) == [subscription_id]
    a_stay_ends()
    assert not told(subscription_id).exists()


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"criteria": "Nothing?x=1"}, "Subscription.criteria"),
        ({"criteria": "Practitioner"}, "Subscription.criteria"),
        ({"criteria": "Encounter?colour=red"}, "Subscription.criteria"),
        ({"channel": {"type": "email", "endpoint": "mailto:a@b.fr"}}, "Subscription.channel.type"),
        (
            {"channel": ASKED["channel"] | {"payload": "application/fhir+json"}},
            "Subscription.channel.payload",
        ),
        ({"channel": ASKED["channel"] | {"header": ["Authorization: Bearer x"]}}, "Subscription.channel.header"),
    ],
)
def test_what_is_not_served_is_refused_where_it_is_asked(change, where):
    with pytest.raises(writes.WriteRefused) as refusal:
        write(ASKED | change)
    assert (refusal.value.status, refusal.value.issues[0].expression) == (422, where)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://suivi.exemple.fr/nouveau",
        "https://ailleurs.exemple.fr/",
        "https://suivi.exemple.fr.mechant.fr/",
        "https://suivi.exemple.fr@mechant.fr/",
        "https://utilisateur:secret@suivi.exemple.fr/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://localhost/",
        "https://2130706433/",
        "https://0x7f000001/",
        "file:///etc/passwd",
        "gopher://suivi.exemple.fr/",
        "//suivi.exemple.fr/",
        "https://suivi.exemple.fr\\@mechant.fr/",
        "https://suivi.exemple.fr:99999/",
        "",
    ],
)
def test_an_address_that_is_not_admitted_is_refused(endpoint):
    with pytest.raises(writes.WriteRefused):
        write(ASKED | {"channel": {"type": "rest-hook", "endpoint": endpoint}})


def test_a_host_of_the_outside_never_leads_inside(monkeypatch):
    for address in ("10.1.2.3", "192.168.1.1", "127.0.0.1", "169.254.169.254", "fd00::1", "::ffff:10.0.0.1", "0.0.0.0"):
        found = [(2, 1, 6, "", (address, 443))]
        monkeypatch.setattr("socket.getaddrinfo", lambda *_, found=found, **__: found)
        with pytest.raises(NotSent):
            resolve(Place("suivi.exemple.fr", 443), is_public=True)


def test_a_private_host_that_the_operator_admits_may_be_told_without_tls():
    subscription_id = write(ASKED | {"channel": {"type": "rest-hook", "endpoint": "http://serveur.interne:8080/n"}})
    approve(an_operator(), subscription_id)
    assert "public" not in channels.destination(destination_code(subscription_id)).transport.options


def test_a_host_no_longer_admitted_is_not_approved(settings):
    subscription_id = write(ASKED)
    settings.SUBSCRIPTION_HOSTS = frozenset()
    page = approve(an_operator(), subscription_id)
    assert "n’est pas de ceux" in page.content.decode()
    assert kept(subscription_id)["status"] == "requested"


def test_a_subscriber_that_is_not_reached_or_refuses_turns_it_in_error():
    unreached, refusing = write(ASKED), write(ASKED | {"criteria": "Encounter"})
    operator = an_operator()
    for one in (unreached, refusing):
        approve(operator, one)
    assert watch_subscriptions(at=timezone.now()) == []
    Line.objects.create(destination=destination_code(unreached), circuit="open", last_error="injoignable")
    a_stay_ends()
    told(refusing).update(state=State.FAILED, reason="le serveur répond 410")
    assert set(watch_subscriptions(at=timezone.now())) == {unreached, refusing}
    assert (kept(unreached)["status"], kept(unreached)["error"]) == ("error", "injoignable")
    assert kept(refusing)["error"] == "le serveur répond 410"
    assert not channels.destination(destination_code(unreached)).enabled


def test_at_its_end_it_is_off():
    end = (timezone.now() + timedelta(hours=1)).isoformat()
    subscription_id = write(ASKED | {"end": end})
    approve(an_operator(), subscription_id)
    assert watch_subscriptions(at=timezone.now()) == []
    assert watch_subscriptions(at=timezone.now() + timedelta(hours=2)) == [subscription_id]
    assert kept(subscription_id)["status"] == "off"


def test_stopped_nothing_more_is_told():
    subscription_id = write(ASKED)
    operator = an_operator()
    approve(operator, subscription_id)
    operator.post(f"/abonnements/{subscription_id}/arreter")
    assert kept(subscription_id)["status"] == "off"
    a_stay_ends()
    assert not told(subscription_id).exists()


def test_the_page_lists_those_to_approve_first_and_is_for_who_approves():
    off = write(ASKED | {"status": "off", "criteria": "Observation"})
    write(ASKED)
    page = an_operator().get("/abonnements/").content.decode()
    assert page.index("Encounter?status=finished") < page.index("<code>Observation</code>")
    assert "Demandé" in page
    for client in (pages.alice(), pages.charlie()):
        assert client.get("/abonnements/").status_code == 404
        assert approve(client, off).status_code == 404


def test_without_any_the_page_says_so():
    assert "Aucune application n’a demandé" in an_operator().get("/abonnements/").content.decode()


def test_an_approval_leaves_its_event():
    subscription_id = write(ASKED)
    approve(an_operator(), subscription_id)
    assert AuditEvent.objects.filter(target=f"fhir:Subscription/{subscription_id}", actor_name="Olga").exists()
