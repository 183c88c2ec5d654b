"""One sender at a time holds a destination, and only its results count."""

import pytest

from passerelle.care.delivery.models import Item, Line, Step
from passerelle.care.delivery.rules.answering import Answer
from passerelle.care.delivery.rules.outcomes import Fate, LineEffect, Next, Verdict
from passerelle.care.delivery.services import handling, lines
from passerelle.care.delivery.services.handling import FencedOff, Result
from passerelle.care.delivery.tests.receivers import MllpReceiver, eventually
from passerelle.care.delivery.tests.samples import (
    AT,
    declare,
    destination,
    mllp_options,
    publish,
    sending,
)

DONE = Result(Answer(Verdict.ACCEPTED, "AA"), Next(Fate.DELIVERED, LineEffect.HEALTHY), None)


@pytest.fixture
def queue(tmp_path):
    declare(tmp_path / "d", destination("labo", options=mllp_options(1)))
    publish("M1")
    return Item.objects.get().pk


@pytest.mark.django_db
def test_a_sender_that_lost_its_destination_marks_nothing(queue):
    slow = lines.take_line("labo")
    parcel = handling.begin(queue, token=slow, at=AT)

    quick = lines.take_line("labo")
    handling.recover("labo", is_idempotent=True, at=AT)
    again = handling.begin(queue, token=quick, at=AT)

    with pytest.raises(FencedOff):
        handling.mark(parcel, DONE, token=slow, at=AT)
    handling.mark(again, DONE, token=quick, at=AT)
    assert Item.objects.get().state == "delivered"
    assert [step.kind for step in Step.objects.order_by("pk")] == ["interrupted", "delivered"]


@pytest.mark.django_db
def test_a_sender_that_lost_its_destination_begins_nothing(queue):
    slow = lines.take_line("labo")
    lines.take_line("labo")

    assert handling.begin(queue, token=slow, at=AT) is None
    assert Item.objects.get().state == "waiting"


@pytest.mark.django_db
@pytest.mark.parametrize(("is_idempotent", "state"), [(True, "waiting"), (False, "ambiguous")])
def test_what_was_in_hand_is_settled_by_what_the_contract_promises(queue, is_idempotent, state):
    handling.begin(queue, token=lines.take_line("labo"), at=AT)

    assert handling.recover("labo", is_idempotent=is_idempotent, at=AT) == 1

    assert Item.objects.get().state == state


@pytest.mark.django_db
def test_nothing_is_begun_while_a_destination_is_paused(queue):
    token = lines.take_line("labo")
    Line.objects.update(paused_at=AT)

    assert handling.begin(queue, token=token, at=AT) is None


@pytest.mark.django_db(transaction=True)
def test_two_senders_side_by_side_send_each_message_once(tmp_path):
    with MllpReceiver() as receiver:
        declare(tmp_path / "d", destination("labo", options=mllp_options(receiver.port)))
        for number in range(60):
            publish(f"M{number}", ipp=str(number % 7))

        with sending(), sending():
            assert eventually(lambda: Item.objects.filter(state="delivered").count() == 60)

    assert sorted(receiver.received) == sorted(f"M{number}" for number in range(60))
