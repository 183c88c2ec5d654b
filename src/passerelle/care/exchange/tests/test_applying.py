from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from passerelle.care.exchange.api import Rejected, apply_one, apply_waiting, insert_new, receive, route_new_messages
from passerelle.care.exchange.handlers import register_handler, remove_handler
from passerelle.care.exchange.models import LaneKey, Message, State, Step
from passerelle.care.exchange.services.applying import recover
from passerelle.care.exchange.services.deciding import NotParked, ReasonRequired, replay, set_aside
from passerelle.care.exchange.tests.declaring import MLLP, declare
from passerelle.care.exchange.tests.samples import AT, admission, merge
from passerelle.core.audit.api import Actor

pytestmark = pytest.mark.django_db
GAELLE = Actor(account_id=None, name="Gaëlle Salin", role="integrator")


def send(*messages):
    for raw in messages:
        receive(raw, peer="peer", at=AT)


def work(at=AT):
    settled = None
    while settled != 0:
        settled = route_new_messages() + apply_waiting(clock=lambda: at)


def states():
    return dict(Message.objects.values_list("control_id", "state"))


def parked(recorder, control_id):
    recorder.failures[control_id] = Rejected("PID^1^3", "à décider")


def test_messages_are_applied_once_in_their_order(facility, recorder):
    send(*(admission(f"M{n}", ipp=str(n % 3)) for n in range(30)))

    work()
    work()

    assert len(recorder.seen) == 30
    for patient in range(3):
        mine = [int(seen[1:]) for seen in recorder.seen if int(seen[1:]) % 3 == patient]
        assert mine == sorted(mine)
    assert set(states().values()) == {State.APPLIED}


def test_handlers_are_called_in_their_order(facility, recorder):
    called = []
    register_handler(lambda inbound: called.append("record"), order=20, name="late")
    register_handler(lambda inbound: called.append("identity"), order=10, name="early")
    send(admission("M1"))

    work()

    remove_handler("late")
    remove_handler("early")
    assert called == ["identity", "record"]


def test_a_handler_gets_the_typed_event_and_its_circumstances(facility, recorder):
    given = []
    register_handler(given.append, order=10, name="given")
    send(admission("M1", ipp="77"))

    work()

    remove_handler("given")
    (inbound,) = given
    assert inbound.event.patient.ipp.value == "77"
    assert (inbound.establishment, inbound.sending_application, inbound.received_at) == ("essai", "GAM", AT)
    assert inbound.message_id == Message.objects.get().pk


def test_a_rejected_message_parks_its_patient_and_nobody_else(facility, recorder):
    parked(recorder, "M1")
    send(admission("M1", ipp="1"), admission("M2", ipp="1"), admission("M3", ipp="2"))

    work()

    assert states() == {"M1": State.PARKED, "M2": State.RECEIVED, "M3": State.APPLIED}
    message = Message.objects.get(control_id="M1")
    assert (message.error_where, message.error_why, message.attempts) == ("PID^1^3", "à décider", 1)


def test_what_a_rejected_message_wrote_is_undone(facility, recorder):
    def write_then_refuse(inbound):
        LaneKey.objects.create(key="trace", value="trace", lane=0)
        raise Rejected("", "non")

    register_handler(write_then_refuse, order=1, name="writer")
    send(admission("M1"))

    work()

    remove_handler("writer")
    assert states() == {"M1": State.PARKED}
    assert not LaneKey.objects.filter(key="trace").exists()


def test_a_message_that_comes_behind_a_parked_one_waits_too(facility, recorder):
    parked(recorder, "M1")
    send(admission("M1", ipp="1"))
    work()

    send(admission("M2", ipp="1"))
    work()

    assert states()["M2"] == State.RECEIVED
    assert Message.objects.get(control_id="M2").held


def test_an_unexpected_fault_is_tried_five_times_then_parked(facility, recorder):
    recorder.failures["M1"] = KeyError("nom du patient")
    send(admission("M1"))

    work()
    assert states()["M1"] == State.RECEIVED
    for hours in range(1, 6):
        work(AT + timedelta(hours=hours))

    message = Message.objects.get()
    assert (message.state, message.attempts) == (State.PARKED, 5)
    assert "KeyError" in message.error_why
    assert "nom du patient" not in message.error_why


def test_a_delayed_message_keeps_its_place(facility, recorder):
    recorder.failures["M1"] = OperationalError("deadlock detected")
    send(admission("M1", ipp="1"), admission("M2", ipp="1"))
    work()
    assert recorder.seen == []

    recorder.failures.clear()
    work(AT + timedelta(minutes=1))

    assert recorder.seen == ["M1", "M2"]
    assert list(Step.objects.values_list("kind", flat=True)) == ["delayed"]


def test_a_faulty_message_does_not_spoil_its_group(facility, recorder):
    recorder.failures["M5"] = ValueError("défaut")
    send(*(admission(f"M{n}", ipp=str(n)) for n in range(10)))

    work()

    assert [name for name, state in states().items() if state != State.APPLIED] == ["M5"]


def test_a_replayed_message_takes_its_place_before_those_that_waited(facility, recorder):
    parked(recorder, "M1")
    send(admission("M1", ipp="1"), admission("M2", ipp="1"))
    work()
    recorder.failures.clear()

    replay(message_id=Message.objects.get(control_id="M1").pk, by=GAELLE, at=AT, reason="corrigé")
    work()

    assert recorder.seen[-2:] == ["M1", "M2"]
    assert list(Step.objects.order_by("pk").values_list("kind", "actor_name", "note"))[-1] == (
        "replayed",
        "Gaëlle Salin",
        "corrigé",
    )


def test_a_message_set_aside_lets_the_lane_go_on(facility, recorder):
    parked(recorder, "M1")
    send(admission("M1", ipp="1"), admission("M2", ipp="1"))
    work()

    set_aside(message_id=Message.objects.get(control_id="M1").pk, by=GAELLE, at=AT, reason="doublon")
    work()

    assert states() == {"M1": State.SET_ASIDE, "M2": State.APPLIED}


def test_setting_aside_needs_a_reason(facility, recorder):
    parked(recorder, "M1")
    send(admission("M1"))
    work()

    with pytest.raises(ReasonRequired):
        set_aside(message_id=Message.objects.get().pk, by=GAELLE, at=AT, reason="  ")


@pytest.mark.parametrize("decide", [replay, set_aside])
def test_only_a_parked_message_waits_for_a_decision(facility, recorder, decide):
    send(admission("M1"))
    work()

    with pytest.raises(NotParked):
        decide(message_id=Message.objects.get().pk, by=GAELLE, at=AT, reason="motif")


def lane_of(control_id):
    return Message.objects.get(control_id=control_id).lane


def test_a_merge_joins_the_lanes_of_both_patients(facility, recorder):
    send(admission("M1", ipp="1"), admission("M2", ipp="2"))
    work()
    assert lane_of("M1") != lane_of("M2")

    send(merge("M3", survivor="1", victim="2"), admission("M4", ipp="2"))
    work()

    assert len({lane_of(name) for name in ("M1", "M2", "M3", "M4")}) == 1
    assert recorder.seen == ["M1", "M2", "M3", "M4"]


def test_a_join_keeps_the_order_of_what_still_waits(facility, recorder):
    parked(recorder, "M1")
    send(admission("M1", ipp="1"), admission("M2", ipp="2"))
    work()

    send(admission("M3", ipp="1"), merge("M4", survivor="1", victim="2"), admission("M5", ipp="2"))
    work()
    assert recorder.seen == ["M2"]

    recorder.failures.clear()
    replay(message_id=Message.objects.get(control_id="M1").pk, by=GAELLE, at=AT)
    work()
    assert recorder.seen == ["M2", "M1", "M3", "M4", "M5"]


def test_lanes_join_in_chain_within_one_group(facility, recorder):
    send(
        admission("M1", ipp="1"),
        admission("M2", ipp="2"),
        admission("M3", ipp="3"),
        merge("M4", survivor="2", victim="3"),
        merge("M5", survivor="1", victim="2"),
    )

    work()

    assert set(LaneKey.objects.values_list("lane", flat=True)) == {lane_of("M1")}
    assert len(set(Message.objects.values_list("lane", flat=True))) == 1


def test_refused_messages_are_never_applied(facility, recorder):
    send(admission("M1", kind="ACK^A01^ACK"), admission("M2", facility="INCONNU"))

    work(timezone.now())

    assert recorder.seen == []
    assert set(states().values()) == {State.REFUSED}


def test_a_message_that_kills_the_worker_is_parked_and_the_others_go_on(facility, recorder):
    recorder.failures["M1"] = SystemExit("killed")  # nothing catches it, as nothing catches a kill
    send(admission("M1", ipp="1"), admission("M2", ipp="1"), admission("M3", ipp="2"))
    route_new_messages()
    for _ in range(3):
        with pytest.raises(SystemExit):
            recover(clock=lambda: AT)

    recover(clock=lambda: AT)

    assert states() == {"M1": State.PARKED, "M2": State.RECEIVED, "M3": State.APPLIED}
    assert "arrêté net" in Message.objects.get(control_id="M1").error_why


def test_a_database_that_goes_away_is_not_held_against_a_message(facility, recorder):
    recorder.failures["M1"] = SystemExit("the database, as the worker sees it: it survives")
    send(admission("M1"))
    route_new_messages()
    survived = set()
    for _ in range(5):
        with pytest.raises(SystemExit):
            recover(clock=lambda: AT, survived=survived)
    recorder.failures.clear()

    recover(clock=lambda: AT, survived=survived)

    assert states() == {"M1": State.APPLIED}


def test_recovery_applies_what_was_left_in_order(facility, recorder):
    send(*(admission(f"M{n}", ipp=str(n % 2)) for n in range(6)))
    route_new_messages()

    assert recover(clock=lambda: AT) == 6
    assert recorder.seen == [f"M{n}" for n in range(6)]


def test_recovery_is_bounded(facility, recorder):
    send(*(admission(f"M{n}", ipp=str(n)) for n in range(6)))
    route_new_messages()

    assert recover(clock=lambda: AT, most=2) == 2


class Foreseer:
    """A handler that notes what it foresaw, and what it found of a patient when its turn came."""

    def __init__(self):
        self.foreseen, self.found = [], []

    def foresee(self, lanes):
        self.foreseen.append([[inbound.message.control_id for inbound in lane] for lane in lanes])
        for lane in lanes:
            lane[0].findings.keep(lane[0].message.control_id)

    def __call__(self, inbound):
        self.found.append(inbound.findings.get(str))
        inbound.findings.keep(inbound.message.control_id)


@pytest.fixture
def foreseer(recorder):
    foreseer = Foreseer()
    register_handler(foreseer, order=6, name="foreseer", foresee=foreseer.foresee)
    yield foreseer
    remove_handler("foreseer")


def test_the_messages_of_a_lane_share_what_is_foreseen_and_found(facility, foreseer):
    send(admission("M1", ipp="1"), admission("M2", ipp="2"), admission("M3", ipp="1"))

    work()

    assert foreseer.foreseen[0] == [["M1", "M3"], ["M2"]]
    assert foreseer.found == ["M1", "M2", "M1"]


def test_when_something_else_is_written_the_rest_is_foreseen_again(facility, foreseer):
    def write_at_the_first(inbound):
        if inbound.message.control_id == "M1":
            LaneKey.objects.create(key="trace", value="trace", lane=0)

    register_handler(write_at_the_first, order=7, name="writer")
    send(admission("M1", ipp="1"), admission("M2", ipp="2"), admission("M3", ipp="1"))

    work()

    remove_handler("writer")
    assert foreseer.foreseen[1] == [["M2"], ["M3"]]
    assert foreseer.found == ["M1", "M2", "M3"]


def test_a_message_alone_foresees_nothing(facility, foreseer):
    send(admission("M1"))
    route_new_messages()

    apply_one(clock=lambda: AT)

    assert (foreseer.foreseen, foreseer.found) == ([], [None])


def test_a_group_that_supposed_wrongly_is_taken_one_by_one(facility, recorder):
    def suppose(inbound):
        insert_new("INSERT INTO exchange_lanekey (key, value, lane) VALUES ('x', 'x', 0) ON CONFLICT DO NOTHING", [])

    register_handler(suppose, order=6, name="supposer")
    send(admission("M1", ipp="1"), admission("M2", ipp="2"))

    work()

    remove_handler("supposer")
    assert set(states().values()) == {State.APPLIED}
    assert LaneKey.objects.filter(key="x").count() == 1


def test_a_foresight_that_fails_stops_nobody(facility, recorder):
    def fail(lanes):
        raise ValueError

    register_handler(lambda inbound: None, order=6, name="failing", foresee=fail)
    send(admission("M1", ipp="1"), admission("M2", ipp="2"))

    work()

    remove_handler("failing")
    assert set(states().values()) == {State.APPLIED}


@pytest.fixture
def commits(recorder):
    """What `synchronous_commit` is while each message is applied."""
    found = []

    def note(_inbound):
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            found.append(cursor.fetchone()[0])

    register_handler(note, order=10, name="note")
    yield found
    remove_handler("note")


def wait_for_the_disk():
    """Forget what the transactions before, which are one here, asked for."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")


def test_a_group_is_on_disk_a_moment_after_its_commit(facility, commits):
    send(admission("M1"), admission("M2", ipp="2"))
    route_new_messages()
    wait_for_the_disk()

    apply_waiting(clock=lambda: AT)

    assert commits == ["off", "off"]


def test_a_message_taken_alone_waits_for_the_disk(facility, commits):
    send(admission("M1"))
    route_new_messages()
    wait_for_the_disk()

    apply_one(clock=lambda: AT)

    assert commits == ["on"]


def test_groups_wait_for_the_disk_while_a_sender_is_answered_once_its_message_is_applied(facility, commits, tmp_path):
    declare(tmp_path, MLLP + "contract: {acknowledge: applied, wait_seconds: 5}\n")
    send(admission("M1"))
    route_new_messages()
    wait_for_the_disk()

    apply_waiting(clock=lambda: AT)

    assert commits == ["on"]
