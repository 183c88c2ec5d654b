"""What leaves arrives once and in order, or is kept for a person; a doubtful answer marks nothing."""

import pytest

from passerelle.care.delivery.models import Item, Line, Step
from passerelle.care.delivery.tests.receivers import MllpReceiver, eventually, silent_port
from passerelle.care.delivery.tests.samples import (
    declare,
    destination,
    mllp_options,
    publish,
    sending,
    state_of,
    states,
)

pytestmark = pytest.mark.django_db(transaction=True)


def all_settled(count):
    return lambda: Item.objects.filter(state="delivered").count() == count


def test_a_published_message_is_delivered_with_the_envelope_of_its_destination(tmp_path):
    with MllpReceiver() as receiver:
        options = mllp_options(receiver.port, receiving_application="LABO", receiving_facility="CHIAP")
        declare(tmp_path / "d", destination("labo", options=options))
        publish("M1")

        with sending():
            assert eventually(all_settled(1))

    item = Item.objects.get()
    assert bytes(item.payload).startswith(b"MSH|^~\\&|GAM|CHU-X|LABO|CHIAP|")
    assert item.answer_code == "AA"
    assert receiver.received == ["M1"]
    assert Line.objects.get().last_success_at is not None


def test_nothing_is_written_for_a_type_nobody_asked_for(tmp_path, django_assert_num_queries):
    declare(tmp_path / "d", destination("labo", options=mllp_options(1), sends=["MDM^T02"]))
    publish("M0")  # the declarations are read

    with django_assert_num_queries(0):
        assert publish("M1") == 0


def test_a_cause_is_sent_once_to_each_destination(tmp_path):
    declare(tmp_path / "d", destination("labo", options=mllp_options(1)), destination("radio", options=mllp_options(2)))

    publish("M1", cause="a cause")
    publish("M1", cause="a cause")

    assert [one.destination for one in Item.objects.order_by("id")] == ["labo", "radio"]


def test_messages_of_a_patient_arrive_in_order(tmp_path):
    with MllpReceiver() as receiver:
        declare(tmp_path / "d", destination("labo", options=mllp_options(receiver.port)))
        for number in range(20):
            publish(f"M{number:02d}", ipp=str(number % 2))

        with sending():
            assert eventually(all_settled(20))

    assert receiver.received == [f"M{number:02d}" for number in range(20)]


def test_a_refused_message_is_a_dead_letter_with_its_reason_and_the_others_go_on(tmp_path):
    behave = lambda control_id, times: "AE:IPP inconnu" if control_id == "M1" else "AA"  # noqa: E731
    with MllpReceiver(behave) as receiver:
        declare(tmp_path / "d", destination("labo", options=mllp_options(receiver.port)))
        publish("M1")
        publish("M2")

        with sending():
            assert eventually(all_settled(1))

    assert states() == [("M1", "failed"), ("M2", "delivered")]
    failed = Item.objects.get(control_id="M1")
    assert failed.reason == "PID-3 : IPP inconnu"
    assert b"MSA|AE|M1" in bytes(Step.objects.get(item=failed).answer)


def test_a_message_put_off_is_sent_again_before_what_follows_of_its_patient(tmp_path):
    behave = lambda control_id, times: "AR" if control_id == "M1" and times < 3 else "AA"  # noqa: E731
    with MllpReceiver(behave) as receiver:
        declare(tmp_path / "d", destination("labo", options=mllp_options(receiver.port)))
        publish("M1", ipp="1")
        publish("M2", ipp="1")
        publish("N1", ipp="2")

        with sending():
            assert eventually(all_settled(3))

    order = receiver.received
    assert order.index("N1") < order.index("M2")
    assert order.count("M1") == 3
    assert order.index("M2") > max(rank for rank, one in enumerate(order) if one == "M1")


def test_an_answer_to_another_message_marks_nothing_and_closes_the_connection(tmp_path):
    behave = lambda control_id, times: ("as", "M0") if control_id == "M1" else "AA"  # noqa: E731
    with MllpReceiver(behave) as receiver:
        declare(tmp_path / "d", destination("labo", options=mllp_options(receiver.port)))
        publish("M1", ipp="1")
        publish("M2", ipp="2")

        with sending():
            assert eventually(all_settled(1))

    assert states() == [("M1", "ambiguous"), ("M2", "delivered")]
    assert "« M0 »" in Item.objects.get(control_id="M1").reason
    assert receiver.connections == 2


@pytest.mark.timeout(600)
@pytest.mark.parametrize("count", [24, pytest.param(2000, marks=pytest.mark.slow)])
def test_late_answers_are_never_taken_for_those_of_the_next_messages(tmp_path, count):
    """Late acknowledgements, many in a row: none may mark another message (loss catalogue, M1)."""
    behave = lambda control_id, times: ("late", 0.1) if int(control_id[1:]) % 2 else "AE:refusé"  # noqa: E731
    with MllpReceiver(behave) as receiver:
        declare(tmp_path / "d", destination("labo", options=mllp_options(receiver.port, timeout_seconds=0.1)))
        for number in range(count):
            publish(f"M{number}", ipp=str(number))

        with sending():
            assert eventually(lambda: not Item.objects.filter(state__in=["waiting", "sending"]).exists(), seconds=500)

    by_answer = {bool(int(control_id[1:]) % 2): set() for control_id, _ in states()}
    for control_id, state in states():
        by_answer[bool(int(control_id[1:]) % 2)].add(state)
    assert by_answer[False] == {"failed"}
    assert by_answer[True] <= {"ambiguous", "delivered"}
    for step in Step.objects.exclude(answer=b"").select_related("item"):
        assert f"|{step.item.control_id}\r".encode() in bytes(step.answer)


def test_an_unanswered_message_is_sent_again_when_the_contract_says_that_it_is_harmless(tmp_path):
    behave = lambda control_id, times: "hang" if times == 1 else "AA"  # noqa: E731
    with MllpReceiver(behave) as receiver:
        declare(tmp_path / "d", destination("labo", options=mllp_options(receiver.port, idempotent=True)))
        publish("M1")

        with sending():
            assert eventually(all_settled(1))

    assert receiver.received == ["M1", "M1"]


@pytest.mark.parametrize("act", ["hang", "close"])
def test_an_unanswered_message_waits_for_a_person_and_keeps_its_patient_back(tmp_path, act):
    behave = lambda control_id, times: act if control_id == "M1" else "AA"  # noqa: E731
    with MllpReceiver(behave) as receiver:
        declare(tmp_path / "d", destination("labo", options=mllp_options(receiver.port)))
        publish("M1", ipp="1")
        publish("M2", ipp="1")
        publish("N1", ipp="2")

        with sending():
            assert eventually(all_settled(1))

    assert states() == [("M1", "ambiguous"), ("M2", "waiting"), ("N1", "delivered")]
    assert receiver.times["M1"] == 1


def test_one_dead_destination_stops_nobody_and_gets_everything_in_order_afterwards(tmp_path):
    """One of five is down (loss catalogue, M4)."""
    port = silent_port()
    receivers = [MllpReceiver() for _ in range(4)]
    for receiver in receivers:
        receiver.__enter__()
    try:
        alive = [destination(f"d{rank}", options=mllp_options(one.port)) for rank, one in enumerate(receivers)]
        declare(tmp_path / "d", *alive, destination("morte", options=mllp_options(port)))
        for number in range(10):
            publish(f"M{number}", ipp=str(number % 3))
        with sending():
            assert eventually(all_settled(40), seconds=4), (
                states(),
                list(Line.objects.values_list("destination", "circuit", "last_error")),
                [r.received for r in receivers],
            )
            assert {state for _, state in states("morte")} == {"waiting"}
            assert eventually(lambda: Line.objects.get(pk="morte").circuit == "open")
            assert "rien n’écoute" in Line.objects.get(pk="morte").last_error

            with MllpReceiver(port=port) as revived:
                assert eventually(all_settled(50))
    finally:
        for receiver in receivers:
            receiver.__exit__()

    expected = [f"M{number}" for number in range(10)]
    assert revived.received == expected
    assert all(receiver.received == expected for receiver in receivers)
    assert Line.objects.get(pk="morte").circuit == "closed"


def test_a_receiver_in_trouble_is_not_stormed(tmp_path):
    """Retries back off and the breaker opens: a struggling receiver sees few messages (loss catalogue, M2)."""
    with MllpReceiver(lambda control_id, times: "AR") as receiver:
        patience = {"first_seconds": 0.2, "longest_seconds": 60}
        declare(tmp_path / "d", destination("labo", options=mllp_options(receiver.port), retry=patience))
        for number in range(200):
            publish(f"M{number}", ipp=str(number))

        with sending():
            assert eventually(lambda: Line.objects.filter(pk="labo", circuit="open").exists())

    assert len(receiver.received) <= 8


def test_a_connection_cut_while_waiting_is_tried_again(tmp_path):
    """A time-out is never the end of a message to an idempotent receiver (loss catalogue, M3)."""
    behave = lambda control_id, times: "close" if times < 4 else "AA"  # noqa: E731
    with MllpReceiver(behave) as receiver:
        declare(tmp_path / "d", destination("labo", options=mllp_options(receiver.port, idempotent=True)))
        publish("M1")

        with sending():
            assert eventually(all_settled(1))

    assert state_of("M1") == "delivered"
    assert receiver.times["M1"] == 4
