"""A message is sent once: claim, send, mark. What may have left is not sent again blindly."""

from collections import Counter
from datetime import timedelta

import pytest

from passerelle.core.notify import api as notify
from passerelle.core.notify.models import Line, Message, Step
from passerelle.core.notify.sending.claiming import claim
from passerelle.core.notify.sending.sender import Sender
from passerelle.core.notify.services.doubts import note_interrupted, settle_doubts
from passerelle.core.notify.services.receipts import take_receipt
from passerelle.core.notify.simulator.kannel import Fate
from passerelle.core.notify.tests.cast import AT, NIGHT, awaits, number

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("places")]


def _send(gateway, at=AT):
    return Sender(clock=lambda: at, gateways=[gateway]).run()


def _states():
    return dict(Counter(Message.objects.values_list("state", flat=True)))


def test_an_sms_leaves_in_the_alphabet_of_gsm_with_the_name_of_its_place(simulator, gateway):
    notify.enqueue([awaits(0)], at=AT)

    assert _send(gateway) == 1

    [taken] = simulator.taken
    assert taken.number == "+33639980000"
    assert "https://passerelle.exemple/rappels/r/4F7KQ2M9" in taken.text
    assert taken.text.startswith("AP-HM : quelque chose vous attend")
    message = Message.objects.get()
    assert (message.state, message.parts) == ("sent", 1)


def test_each_message_leaves_once_whatever_the_number_of_turns(simulator, gateway):
    notify.enqueue([awaits(rank) for rank in range(120)], at=AT)

    for _ in range(3):
        _send(gateway, AT + timedelta(seconds=5))

    assert Counter(taken.number for taken in simulator.taken) == Counter(
        f"+33{number(rank)[1:]}" for rank in range(120)
    )
    assert _states() == {"sent": 120}


def test_nothing_leaves_at_night_but_what_was_just_asked_for(simulator, gateway):
    later = AT + timedelta(days=2)
    invited = awaits(
        1,
        template="invitation_sms",
        words={"place": "aphm", "link": "mon-espace/", "code": "4729-1805"},
        expires_at=later,
    )
    notify.enqueue([awaits(0, expires_at=later), invited], at=NIGHT)

    assert _send(gateway, NIGHT) == 0
    assert _send(gateway, NIGHT + timedelta(hours=11)) == 2


def test_a_message_past_its_time_is_not_sent_late(simulator, gateway):
    notify.enqueue([awaits(0, expires_at=AT + timedelta(hours=1))], at=AT)

    assert _send(gateway, AT + timedelta(hours=1)) == 0

    assert _states() == {"expired": 1}


@pytest.mark.parametrize("declared", [True, False], ids=["paused", "not declared"])
def test_without_its_gateway_a_message_past_its_time_is_set_aside_all_the_same(gateway, declared):
    notify.enqueue([awaits(0, expires_at=AT + timedelta(hours=1))], at=AT)
    Line.objects.create(code="sms", paused_at=AT, paused_by="Ines", paused_reason="essai")

    Sender(clock=lambda: AT + timedelta(hours=1), gateways=[gateway] if declared else []).run()

    assert _states() == {"expired": 1}


def test_a_stop_said_since_it_was_asked_holds_the_message(simulator, gateway):
    notify.enqueue([awaits(0), awaits(1)], at=AT)
    notify.stop(recipient=number(0), by="SMS reçu", at=AT)

    _send(gateway)

    assert [taken.number for taken in simulator.taken] == ["+33639980001"]


def test_a_gateway_that_answers_503_gets_the_message_later(simulator, gateway):
    notify.enqueue([awaits(0)], at=AT)
    simulator.fate = lambda _number, _text: Fate.TEMPORARY

    _send(gateway)
    assert _states() == {"waiting": 1}
    assert _send(gateway, AT) == 0
    simulator.fate = lambda _number, _text: Fate.ACCEPT
    _send(gateway, AT + timedelta(minutes=1))

    assert _states() == {"sent": 1}
    assert [step.kind for step in Step.objects.order_by("pk")] == ["later", "accepted"]


def test_a_dead_gateway_costs_one_try_at_a_time_and_heals_by_itself(simulator, gateway):
    notify.enqueue([awaits(rank) for rank in range(40)], at=AT)
    simulator.fate = lambda _number, _text: Fate.TEMPORARY
    at = AT
    for _ in range(8):
        _send(gateway, at)
        at = max(at, Line.objects.get().retry_at)
    before = simulator.requests

    _send(gateway, at)

    assert Line.objects.get().circuit == "open"
    assert simulator.requests == before + 1
    simulator.fate = lambda _number, _text: Fate.ACCEPT
    _send(gateway, Line.objects.get().retry_at + timedelta(hours=1))
    _send(gateway, Line.objects.get().retry_at or at + timedelta(hours=2))
    assert Line.objects.get().circuit == "closed"
    assert _states() == {"sent": 40}


def test_a_refused_message_is_not_tried_again_and_says_why(simulator, gateway):
    notify.enqueue([awaits(0)], at=AT)
    simulator.fate = lambda _number, _text: Fate.REFUSE

    _send(gateway)

    message = Message.objects.get()
    assert (message.state, message.reason) == (
        "failed",
        "refusé par la passerelle (400\u00a0: Receiver number rejected)",
    )
    assert notify.followed(["essai:0"])["essai:0"].has_failed


def test_wrong_credentials_lose_no_message(simulator, gateway):
    notify.enqueue([awaits(0)], at=AT)
    simulator.account = ("passerelle", "un autre")

    _send(gateway)

    assert _states() == {"waiting": 1}
    assert "403" in Line.objects.get().last_error


@pytest.mark.parametrize("fate", [Fate.SILENT, Fate.CUT])
def test_what_left_without_an_answer_is_not_sent_again_blindly(simulator, gateway, fate):
    notify.enqueue([awaits(0)], at=AT)
    simulator.fate = lambda _number, _text: fate

    _send(gateway)
    simulator.fate = lambda _number, _text: Fate.ACCEPT
    _send(gateway, AT + timedelta(hours=5))

    assert _states() == {"doubtful": 1}
    assert simulator.requests == 1


def test_a_late_receipt_settles_a_doubt(simulator, gateway):
    notify.enqueue([awaits(0)], at=AT)
    simulator.fate = lambda _number, _text: Fate.SILENT
    _send(gateway)

    take_receipt(public_id=Message.objects.get().public_id, bits=8, at=AT + timedelta(minutes=1))

    assert _states() == {"sent": 1}


def test_a_killed_sender_leaves_a_doubt_that_later_receipts_settle(simulator, gateway):
    notify.enqueue([awaits(0)], at=AT)
    assert len(claim(gateway, at=AT).messages) == 1
    later = AT + timedelta(minutes=20)

    assert note_interrupted(at=AT + timedelta(seconds=30)) == 0
    assert note_interrupted(at=later) == 1
    assert settle_doubts(["sms"], at=later) == 0
    notify.enqueue([awaits(1)], at=later)
    _send(gateway, later)
    take_receipt(public_id=Message.objects.get(key="essai:1").public_id, bits=8, at=later)

    assert settle_doubts(["sms"], at=later) == 1
    _send(gateway, later + timedelta(seconds=2))
    assert [taken.number for taken in simulator.taken] == ["+33639980001", "+33639980000"]


def test_a_second_doubt_is_for_a_person(simulator, gateway):
    test_a_killed_sender_leaves_a_doubt_that_later_receipts_settle(simulator, gateway)
    Message.objects.filter(key="essai:0").update(state="doubtful", begun_at=AT)

    assert settle_doubts(["sms"], at=AT + timedelta(hours=1)) == 0


def test_what_the_gateway_took_is_never_put_back(simulator, gateway):
    notify.enqueue([awaits(0), awaits(1)], at=AT)
    simulator.fate = lambda number, _text: Fate.SILENT if number.endswith("0") else Fate.ACCEPT
    _send(gateway)
    for message in Message.objects.all():
        take_receipt(public_id=message.public_id, bits=8, at=AT)

    assert settle_doubts(["sms"], at=AT + timedelta(hours=1)) == 0


def test_two_senders_never_take_the_same_message(gateway):
    notify.enqueue([awaits(rank) for rank in range(30)], at=AT)

    first, second = claim(gateway, at=AT), claim(gateway, at=AT)

    assert len(first.messages) == 20
    assert len(second.messages) == 10
    assert {one.row for one in first.messages}.isdisjoint(one.row for one in second.messages)


def test_the_rhythm_of_a_gateway_holds_for_all_its_senders():
    from passerelle.core.notify.sending.declared import Declared

    slow = Declared(code="sms", channel="sms", label="SMS", per_second=5, batch=50)
    notify.enqueue([awaits(rank) for rank in range(30)], at=AT)

    counts = [len(claim(slow, at=AT + timedelta(seconds=tenths / 10)).messages) for tenths in range(21)]

    assert counts[0] == 5
    assert sum(counts) == 15


def test_a_suspended_gateway_gets_nothing(gateway):
    notify.enqueue([awaits(0)], at=AT)
    Line.objects.create(code="sms", paused_at=AT)

    assert claim(gateway, at=AT).messages == ()


def test_an_answer_after_the_lease_still_counts_for_its_own_claim(simulator, gateway):
    from passerelle.core.notify.rules.outcomes import Outcome, Verdict
    from passerelle.core.notify.sending.settling import Tried, settle

    notify.enqueue([awaits(0)], at=AT)
    taken = claim(gateway, at=AT)
    note_interrupted(at=AT + timedelta(hours=1))

    tried = [Tried(taken.messages[0].row, 1, 1, Outcome(Verdict.ACCEPTED))]
    settle(tried, gateway="sms", token=taken.token, at=AT + timedelta(hours=1))

    assert _states() == {"sent": 1}
