import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from passerelle.care.delivery.models import Item, Line, Step
from passerelle.care.delivery.services import deciding
from passerelle.care.delivery.tests.samples import AT, declare, destination, mllp_options, publish
from passerelle.care.exchange.replaying import runs
from passerelle.care.exchange.tests.samples import open_facility
from passerelle.core.access import api as access
from passerelle.core.access.tests.cast import account
from passerelle.core.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def places(tmp_path):
    open_facility("CHU-X", "essai")
    open_facility("CH-AUBAGNE", "aubagne", role="partie")
    declare(
        tmp_path / "d",
        destination("labo", options=mllp_options(1), establishment="essai"),
        destination("groupe", options=mllp_options(1)),
        destination("ailleurs", options=mllp_options(1), establishment="aubagne"),
    )


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


@pytest.fixture
def bob(places):
    """Given the integrator of another establishment."""
    return signed_in("bob", access.Role.INTEGRATOR, establishment="aubagne")


def queued(control_id, state="waiting", *, code="labo", ipp="1", reason=""):
    publish(control_id, ipp=ipp)
    Item.objects.exclude(destination=code).delete()
    Item.objects.filter(control_id=control_id).update(state=state, reason=reason)
    return Item.objects.get(control_id=control_id)


def page(browser, name, *args, **criteria):
    return browser.get(reverse(f"delivery:{name}", args=args), criteria).content.decode()


def test_destinations_in_trouble_come_first_with_what_to_know(gaelle):
    queued("M1")
    Line.objects.create(
        destination="labo", circuit="open", failures=7, last_error="refuse la connexion", last_error_at=AT
    )

    told = page(gaelle, "destinations")

    assert told.index("Application labo") < told.index("Application groupe")
    assert "injoignable" in told
    assert "refuse la connexion" in told


def test_each_integrator_sees_the_destinations_that_concern_them(bob):
    told = page(bob, "destinations")

    assert "Application ailleurs" in told
    assert "Application groupe" in told
    assert "Application labo" not in told
    assert bob.get(reverse("delivery:destination", args=["labo"])).status_code == 404


def test_the_list_of_destinations_costs_as_many_queries_for_many_items(gaelle, django_assert_max_num_queries):
    for number in range(30):
        queued(f"M{number}")

    with django_assert_max_num_queries(25):
        page(gaelle, "destinations")


def test_a_queue_is_filtered_by_state_type_and_words(gaelle):
    queued("MSG1", "failed", reason="IPP inconnu")
    queued("MSG2", "delivered")

    assert "MSG1" in page(gaelle, "destination", "labo", etat="failed")
    assert "MSG2" not in page(gaelle, "destination", "labo", etat="failed")
    assert "MSG1" in page(gaelle, "destination", "labo", mots="inconnu")
    assert "MSG1" not in page(gaelle, "destination", "labo", type="ADT^A40")


def test_an_item_shows_its_bytes_its_tries_and_what_to_do(gaelle):
    item = queued("M1", "ambiguous", reason="aucune réponse en 30 s")
    Step.objects.create(item=item, at=AT, kind="unanswered", note="aucune réponse en 30 s", answer=b"MSA|AA|M0")

    told = page(gaelle, "item", item.pk)

    assert "ESSAI^CAMILLE" in told
    assert "MSA|AA|M0" in told
    assert "Que faire" in told
    assert "Considérer délivré" in told
    assert AuditEvent.objects.filter(action="message_read", target=f"delivery:{item.pk}").count() == 1


def test_the_bytes_come_as_they_are_sent(gaelle):
    item = queued("M1")

    answer = gaelle.get(reverse("delivery:raw", args=[item.pk]))

    assert answer.content == bytes(item.payload)


def test_nothing_of_another_establishment_is_shown_nor_decided(bob):
    item = queued("M1", "ambiguous")

    assert bob.get(reverse("delivery:item", args=[item.pk])).status_code == 404
    assert bob.get(reverse("delivery:raw", args=[item.pk])).status_code == 404
    assert bob.post(reverse("delivery:send_again", args=[item.pk]), {"reason": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("state", "act", "becomes"),
    [
        ("ambiguous", "send_again", "waiting"),
        ("ambiguous", "assume_delivered", "delivered"),
        ("ambiguous", "cancel", "cancelled"),
        ("failed", "retry", "waiting"),
        ("failed", "cancel", "cancelled"),
        ("waiting", "cancel", "cancelled"),
    ],
)
def test_a_decision_needs_a_reason_and_is_journalled(gaelle, state, act, becomes):
    item = queued("M1", state)

    gaelle.post(reverse(f"delivery:{act}", args=[item.pk]), {"reason": " "})
    assert Item.objects.get().state == state

    gaelle.post(reverse(f"delivery:{act}", args=[item.pk]), {"reason": "vu avec le laboratoire"})
    assert Item.objects.get().state == becomes
    assert Step.objects.get().actor_name == "Gaelle"
    assert AuditEvent.objects.filter(action="message_replayed", reason="vu avec le laboratoire").exists()


@pytest.mark.parametrize(("state", "act"), [("delivered", "send_again"), ("delivered", "retry"), ("sending", "cancel")])
def test_what_is_settled_is_not_decided_again(gaelle, state, act):
    item = queued("M1", state)

    told = gaelle.post(reverse(f"delivery:{act}", args=[item.pk]), {"reason": "x"}, follow=True).content.decode()

    assert "rien n’est fait" in told
    assert Item.objects.get().state == state


def test_dead_letters_are_counted_before_they_are_sent_again(gaelle):
    queued("M1", "failed", reason="IPP inconnu")
    queued("M2", "delivered")
    queued("M3", "failed", reason="date impossible", ipp="2")

    told = page(gaelle, "rehearse", "labo", mots="inconnu")
    assert "Arriveraient après de plus récents" in told
    assert Item.objects.filter(state="failed").count() == 2

    gaelle.post(reverse("delivery:retry_all", args=["labo"]) + "?mots=inconnu", {"reason": "IPP créé au laboratoire"})
    assert list(Item.objects.order_by("id").values_list("state", flat=True)) == ["waiting", "delivered", "failed"]


def test_more_than_a_thousand_dead_letters_leave_once_a_second_person_agreed(gaelle, monkeypatch):
    monkeypatch.setattr(deciding, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(runs, "ALONE_UP_TO", 2)
    monkeypatch.setattr(runs, "_SLICE", 2)
    for rank in range(3):
        queued(f"M{rank}", "failed", reason="IPP inconnu", ipp=str(rank))
    queued("M9", "failed", reason="date impossible", ipp="9")
    hugo = signed_in("hugo", access.Role.INTEGRATOR)

    assert "Une autre personne devra donner son accord" in page(gaelle, "rehearse", "labo", mots="inconnu")
    asked = gaelle.post(
        reverse("delivery:retry_all", args=["labo"]) + "?mots=inconnu", {"reason": "IPP créés au laboratoire"}
    )
    waiting = Item.objects.filter(state="waiting")
    assert asked.url.startswith("/echanges/relances/")
    assert waiting.count() == 0
    approve = asked.url + "accorder/"
    assert "d’une autre personne" in gaelle.post(approve, follow=True).content.decode()
    hugo.post(approve)
    run_id = asked.url.rstrip("/").rpartition("/")[2]
    while runs.advance(run_id=run_id, at=AT):
        pass

    assert sorted(waiting.values_list("control_id", flat=True)) == ["M0", "M1", "M2"]
    assert Step.objects.filter(kind="retried", note="IPP créés au laboratoire").count() == 3


def test_a_destination_is_paused_with_a_reason_and_resumed(gaelle):
    gaelle.post(reverse("delivery:pause", args=["labo"]), {"reason": ""})
    assert not Line.objects.exclude(paused_at=None).exists()

    gaelle.post(reverse("delivery:pause", args=["labo"]), {"reason": "mise à jour du laboratoire"})
    assert "mise à jour du laboratoire" in page(gaelle, "destination", "labo")

    gaelle.post(reverse("delivery:resume", args=["labo"]))
    assert Line.objects.get().paused_at is None


def test_trying_now_does_not_wait(gaelle):
    item = queued("M1")
    Item.objects.update(due_at=timezone.now())
    Line.objects.create(destination="labo", circuit="open", retry_at=timezone.now())

    gaelle.post(reverse("delivery:try_now", args=["labo"]))

    assert Item.objects.get(pk=item.pk).due_at is None
    assert Line.objects.get().retry_at is None


def test_only_who_keeps_the_whole_group_pauses_a_destination_of_the_group(bob):
    answer = bob.post(reverse("delivery:pause", args=["groupe"]), {"reason": "essai"})

    assert answer.status_code == 404
    assert not Line.objects.exists()
