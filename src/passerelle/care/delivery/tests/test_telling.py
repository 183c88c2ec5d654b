"""What the cockpit tells of the queues."""

from datetime import timedelta

import pytest

from passerelle.care.delivery.models import Item, Line, State
from passerelle.care.delivery.selectors import telling
from passerelle.care.delivery.tests.samples import AT, declare, destination, mllp_options, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def laboratory(tmp_path):
    declare(tmp_path / "declared", destination("labo", options=mllp_options(1)))


def rules(at):
    return [finding.rule for finding in telling.findings(at)]


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

    found = {
        (sample.name, sample.labels["destination"]): sample.value
        for metric in telling.figures()
        for sample in metric.samples
    }

    assert found["passerelle_delivery_pending_items", "labo"] == 2
    assert found["passerelle_delivery_oldest_pending_seconds", "labo"] > 0
    assert found["passerelle_delivery_circuit_open", "labo"] == 0
