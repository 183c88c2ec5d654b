"""How long acknowledgements take: counted by the listener, added up by the database, told as a histogram."""

import threading

import pytest
from django.db import connection

from passerelle.care.exchange.doors.contract import ByContract
from passerelle.care.exchange.doors.latency import Latencies
from passerelle.care.exchange.metrics.collector import exposition
from passerelle.care.exchange.models import AckLatency
from passerelle.care.exchange.tests.samples import AT

pytestmark = pytest.mark.django_db


def told():
    lines = exposition(at=AT).decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if line.startswith("passerelle_exchange_acknowledgement_seconds"))


def sample(name, door, le=None):
    labels = f'door="{door}"' + (f',le="{le}"' if le else "")
    return float(told()[f"passerelle_exchange_acknowledgement_seconds_{name}{{{labels}}}"])


def test_processes_add_to_one_histogram_by_door_and_nothing_twice():
    one, other = Latencies(), Latencies()
    for seconds in (0.0005, 0.001, 0.004, 30.0):
        one.add("mllp", seconds)
    other.add("mllp", 0.004)
    other.add("mllps", 0.3)

    one.write()
    one.write()
    other.write()
    one.add("mllp", 0.004)
    one.write()

    assert [sample("bucket", "mllp", le) for le in ("0.001", "0.002", "0.005", "10.0", "+Inf")] == [2, 2, 5, 5, 6]
    assert sample("count", "mllp") == 6
    assert sample("sum", "mllp") == pytest.approx(30.0135)
    assert sample("bucket", "mllps", "0.5") == 1


def test_the_front_counts_what_is_answered_by_door_and_not_what_is_not():
    latencies = Latencies()
    answers = {b"stored": b"MSA|AA", b"lost": None}
    front = ByContract(lambda raw, peer, answer, **_: answer(answers[raw]), None, None, None, latencies)
    heard = []

    front.submit(b"stored", "10.1.1.1:1", heard.append)
    front.submit(b"stored", "10.1.1.1:1", heard.append, certificate="ab")
    front.submit(b"lost", "10.1.1.1:1", heard.append)
    latencies.write()

    assert heard == [b"MSA|AA", b"MSA|AA", None]
    assert (sample("count", "mllp"), sample("count", "mllps")) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_the_thread_writes_what_is_left_when_it_is_stopped():
    latencies = Latencies(every_s=60)
    latencies.start()
    latencies.add("mllp", 0.002)

    stopping = threading.Thread(target=latencies.stop)
    stopping.start()
    stopping.join(10)

    assert AckLatency.objects.get().count == 1
    assert connection.is_usable()
