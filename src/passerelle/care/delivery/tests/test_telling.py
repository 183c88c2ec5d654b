"""What the cockpit tells of the queues."""

from datetime import timedelta

import pytest

from passerelle.care.delivery.models import Item, Line, State
from passerelle.care.delivery.navigation import items_awaiting
from passerelle.care.delivery.selectors import telling
from passerelle.care.delivery.tests.samples import AT, declare, destination, mllp_options, publish
from passerelle.care.exchange.alerts.evaluating import evaluate
from passerelle.care.exchange.alerts.standing import open_alerts
from passerelle.core.access.api import Role, Viewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def laboratory(tmp_path):
    declare(tmp_path / "declared", destination("labo", options=mllp_options(1)))


def rules(at):
    return [finding.rule for finding in telling.findings(at)]


def figures():
    return {
        (sample.name, sample.labels["destination"]): sample.value
        for metric in telling.figures()
        for sample in metric.samples
    }


def test_an_empty_queue_says_nothing(laboratory):
    assert rules(AT) == []


def test_a_queue_that_does_not_move_is_told_after_half_an_hour_or_at_once_when_nobody_answers(laboratory):
    publish("M1")
    assert rules(AT + timedelta(minutes=29)) == []
    assert rules(AT + timedelta(minutes=31)) == ["delivery_stuck"]

    Line.objects.update_or_create(destination="labo", defaults={"circuit": "open"})

    assert rules(AT + timedelta(minutes=1)) == ["delivery_stuck"]


def test_a_destination_that_a_person_suspended_is_not_late(laboratory):
    publish("M1")
    Line.objects.update_or_create(destination="labo", defaults={"circuit": "open", "paused_at": AT})

    assert rules(AT + timedelta(hours=9)) == []


def test_an_item_that_may_have_arrived_asks_for_a_decision(laboratory):
    publish("M1")
    Item.objects.update(state=State.AMBIGUOUS)

    (finding,) = telling.findings(AT)

    assert finding.rule == "delivery_doubt"
    assert "Application labo" in finding.title
    assert finding.link.endswith("/labo/")


def test_figures_tell_each_queue(laboratory):
    publish("M1")
    publish("M2")

    found = figures()

    assert found["passerelle_delivery_pending_items", "labo"] == 2
    assert found["passerelle_delivery_oldest_pending_seconds", "labo"] > 0
    assert found["passerelle_delivery_circuit_open", "labo"] == 0


def test_a_dead_letter_is_told_counted_and_awaits_whoever_keeps_the_flows(laboratory):
    publish("M1")
    publish("M2")
    Item.objects.update(state=State.FAILED, settled_at=AT)

    (finding,) = telling.findings(AT)
    (awaiting,) = items_awaiting(Viewer(assignments=frozenset({(Role.INTEGRATOR, None)})), AT + timedelta(hours=1))

    assert (finding.rule, finding.evidence) == ("delivery_refused", str(Item.objects.latest("pk").pk))
    assert finding.title.startswith("2 envois vers")
    assert finding.link.endswith("/labo/?etat=failed")
    assert awaiting.sentence.startswith("2 envois ont été refusés")
    assert figures()["passerelle_delivery_failed_items", "labo"] == 2


def test_a_suspension_is_told_when_it_may_have_been_forgotten(laboratory):
    publish("M1")
    Line.objects.update_or_create(destination="labo", defaults={"paused_at": AT})

    assert rules(AT + timedelta(hours=25)) == ["delivery_suspended"]
    assert figures()["passerelle_delivery_stopped", "labo"] == 1


def test_what_waits_for_a_destination_that_its_declaration_stopped_is_told(laboratory, tmp_path):
    publish("M1")
    declare(tmp_path / "declared", destination("labo", options=mllp_options(1), enabled=False))

    (finding,) = telling.findings(AT + timedelta(hours=1))

    assert finding.rule == "delivery_stopped"
    assert "Application labo" in finding.title
    assert figures()["passerelle_delivery_stopped", "labo"] == 1


def test_alarms_reach_the_cockpit_and_the_figures(laboratory):
    publish("M1", ipp="1")
    publish("M2", ipp="2")
    publish("M3", ipp="3")
    Item.objects.filter(control_id="M1").update(state=State.AMBIGUOUS)
    Item.objects.filter(control_id="M2").update(state=State.FAILED)
    Line.objects.update_or_create(destination="labo", defaults={"circuit": "open"})

    for minute in range(7):
        evaluate(at=AT + timedelta(minutes=minute))

    viewer = Viewer(assignments=frozenset({(Role.INTEGRATOR, None)}))
    found = {alert.rule for alert in open_alerts(viewer, at=AT + timedelta(minutes=7))}
    assert {"Envoi à décider", "Envoi refusé", "Envoi en panne"} <= found
