from itertools import islice
from uuid import uuid4

import pytest

from passerelle.care.exchange.benchmark.load import Measure, admissions, put
from passerelle.care.exchange.benchmark.running import run
from passerelle.care.exchange.models import Message
from passerelle.care.exchange.rules.verdict import Arrival, judge
from passerelle.care.exchange.tests.samples import AT, house, open_facility
from passerelle.care.exchange.tests.test_listener import Limits, Listening
from passerelle.protocols import hl7v2, pamfr

KEYS = {
    "messages_per_s",
    "ack_p50_ms",
    "ack_p99_ms",
    "connections",
    "receive_only_per_s",
    "commit_limit_per_s",
    "copy_limit_per_s",
}


def test_the_load_is_made_of_good_messages_of_distinct_patients():
    drafts = [judge(Arrival(uuid4(), raw, "peer", AT), house(accepts_trials=True)) for raw in islice(admissions(), 20)]

    assert all(draft.accepted for draft in drafts)
    assert len({key for draft in drafts for key in draft.keys}) == 20 * 4


def test_a_patient_may_have_several_messages_and_they_follow_each_other():
    read = [pamfr.read(hl7v2.parse(raw)) for raw in islice(admissions(per_patient=3), 6)]

    assert [event.trigger for event in read] == ["A01", "A02", "A02"] * 2
    assert len({event.patient.ipp.value for event in read}) == 2
    assert [event.recorded_at for event in read[:3]] == sorted({event.recorded_at for event in read})


def test_a_message_of_the_load_is_as_large_as_french_ones():
    raw = next(admissions())

    assert 1_000 < len(raw) < 3_000
    assert len(hl7v2.parse(raw).segments) == 15


def test_a_production_house_refuses_the_load():
    assert not judge(Arrival(uuid4(), next(admissions()), "peer", AT), house()).accepted


def test_a_share_of_the_waits_is_read_on_the_ordered_waits():
    measure = Measure(waits_ms=[float(n) for n in range(100, 0, -1)], seconds=2.0)

    assert (measure.wait_ms(0.5), measure.wait_ms(0.99), measure.per_s) == (51.0, 100.0, 50.0)
    assert Measure().wait_ms(0.5) == 0.0


@pytest.mark.django_db(transaction=True)
def test_any_listener_is_measured_beside_the_limits_of_our_database(settings):
    settings.DEMO = True
    open_facility()
    with Listening(Limits()) as listening:
        figures = run(to=("127.0.0.1", listening.port), connections=3, seconds=0.4)

    assert set(figures) >= KEYS
    assert figures["refused"] == 0
    assert figures["messages_per_s"] > 0
    assert figures["receive_only_per_s"] is None
    assert Message.objects.count() > 0


@pytest.mark.django_db(transaction=True)
def test_every_answer_is_waited_for(settings):
    settings.DEMO = True
    open_facility()
    with Listening(Limits()) as listening:
        measure = put(("127.0.0.1", listening.port), connections=4, seconds=0.3)

    assert len(measure.waits_ms) == Message.objects.count()
