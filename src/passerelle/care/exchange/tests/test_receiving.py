import pytest
from django.test import override_settings

from passerelle.care.exchange.api import receive
from passerelle.care.exchange.models import Message, State
from passerelle.care.exchange.tests.samples import AT, admission, code_of, open_facility

pytestmark = pytest.mark.django_db


def answered(raw):
    return receive(raw, peer="127.0.0.1:1", at=AT)


def test_bytes_are_kept_as_they_came(facility):
    answer = answered(admission("M1"))
    message = Message.objects.get()

    assert code_of(answer) == "AA"
    assert bytes(message.raw) == admission("M1")
    assert bytes(message.ack) == answer
    assert (message.state, message.establishment, message.lane) == (State.RECEIVED, "essai", None)


def test_the_same_message_again_gets_the_same_answer_and_has_no_second_effect(facility):
    first = answered(admission("M1"))

    assert answered(admission("M1")) == first
    assert Message.objects.count() == 1


def test_the_same_control_id_with_another_body_is_a_conflict_kept_for_a_person(facility):
    answered(admission("M1"))

    answer = answered(admission("M1", family="AUTRE"))

    assert code_of(answer) == "AE"
    assert "identifiant de contrôle déjà utilisé" in answer.decode()
    assert sorted(Message.objects.values_list("state", flat=True)) == [State.CONFLICT, State.RECEIVED]


def test_a_conflict_sent_again_is_kept_once(facility):
    answered(admission("M1"))
    first = answered(admission("M1", family="AUTRE"))

    assert answered(admission("M1", family="AUTRE")) == first
    assert Message.objects.count() == 2


def test_two_applications_may_use_the_same_control_id(facility):
    open_facility("LABO")

    answers = [
        answered(admission("M1")),
        answered(admission("M1", application="SIL")),
        answered(admission("M1", facility="LABO")),
    ]

    assert [code_of(answer) for answer in answers] == ["AA", "AA", "AA"]
    assert Message.objects.filter(state=State.RECEIVED).count() == 3


def test_a_refused_message_is_kept_once_however_often_it_comes(facility):
    first = answered(admission(kind="ACK^A01^ACK"))

    assert answered(admission(kind="ACK^A01^ACK")) == first
    assert Message.objects.get().state == State.REFUSED


def test_a_refused_control_id_stays_free_for_the_corrected_message(facility):
    answered(admission("M1", pid="PID|1"))

    assert code_of(answered(admission("M1"))) == "AA"


def test_the_same_bytes_are_accepted_once_their_sender_is_known(db):
    assert code_of(answered(admission("M1"))) == "AE"
    open_facility()

    assert code_of(answered(admission("M1"))) == "AA"
    assert Message.objects.get(accepted=True).establishment == "essai"


@pytest.mark.parametrize(("demo", "code"), [(True, "AA"), (False, "AR")])
def test_training_messages_are_for_demonstrations(facility, demo, code):
    with override_settings(DEMO=demo):
        assert code_of(answered(admission(processing="T"))) == code


def test_bytes_without_header_are_kept_in_quarantine(facility):
    answer = answered(b"ceci n'est pas un message")

    assert code_of(answer) == "AR"
    assert bytes(Message.objects.get(state=State.REFUSED).raw) == b"ceci n'est pas un message"


def test_a_sender_that_wants_no_answer_gets_none_and_is_stored(facility):
    assert answered(admission(commit_wanted="NE", application_wanted="NE")) == b""
    assert Message.objects.get().state == State.RECEIVED


def test_arrival_ranks_follow_arrival(facility):
    for number in range(5):
        answered(admission(f"M{number}"))

    in_order = Message.objects.order_by("seq").values_list("control_id", flat=True)
    assert list(in_order) == [f"M{number}" for number in range(5)]
