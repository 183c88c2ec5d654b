"""A sender killed at random instants loses nothing, sends nothing twice that it should not; a wrong one is caught."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict

import pytest
from django.db import connection

from passerelle.care.channels import api as channels
from passerelle.care.delivery.models import Item
from passerelle.care.delivery.tests.receivers import MllpReceiver, eventually
from passerelle.care.delivery.tests.samples import declare, destination, mllp_options, publish

pytestmark = pytest.mark.django_db(transaction=True)
PATIENTS = 12
RIGHT = ["-m", "passerelle", "deliver"]
EAGER = ["-m", "tests.faults.eager_sender"]


@pytest.fixture(autouse=True)
def fresh_declarations():
    channels.forget()
    yield
    channels.forget()


class KilledSender:
    """A real sender in a process of its own, killed and started again."""

    def __init__(self, command, seed):
        self._command = command
        self._chance = random.Random(seed)
        self._process = None
        self.kills = 0

    def start(self):
        environment = os.environ | {
            "PASSERELLE_DB_NAME": connection.settings_dict["NAME"],
            "DJANGO_SETTINGS_MODULE": "passerelle.config.settings",
            "PASSERELLE_LOG_LEVEL": "ERROR",
        }
        self._process = subprocess.Popen([sys.executable, *self._command], env=environment)

    def kill(self):
        """Kill at a random instant after something more has left."""
        time.sleep(self._chance.uniform(0, 0.15))
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.kills += 1

    def stop(self):
        self._process.terminate()
        self._process.wait(20)


def storm(tmp_path, *, kills, count, command=RIGHT, answer_s=0.005, **options):
    """Publish, send, kill again and again, then let it end; return the receiver."""
    behave = lambda control_id, times: ("late", answer_s)  # noqa: E731
    with MllpReceiver(behave) as receiver:
        declare(tmp_path / "d", destination("labo", options=mllp_options(receiver.port, timeout_seconds=5, **options)))
        for number in range(count):
            publish(f"M{number:04d}", ipp=str(number % PATIENTS))
        sender = KilledSender(command, seed=count)
        while sender.kills < kills:
            sender.start()
            before = len(receiver.received)
            assert eventually(lambda before=before: len(receiver.received) > before + 3 or _is_over())
            sender.kill()
        sender.start()
        assert eventually(_is_over, seconds=60)
        time.sleep(0.5)
        sender.stop()
    return receiver


def _is_over():
    """Tell whether nothing more will leave by itself: what waits is kept back by something doubtful."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM delivery_item item WHERE state = 'sending' OR (state = 'waiting' AND NOT EXISTS ("
            " SELECT FROM delivery_item other WHERE other.state = 'ambiguous' AND other.keys && item.keys))"
        )
        return cursor.fetchone()[0] == 0


def first_receptions(receiver):
    """Return the order in which each patient's messages first arrived."""
    by_patient = defaultdict(list)
    for control_id in dict.fromkeys(receiver.received):
        by_patient[int(control_id[1:]) % PATIENTS].append(control_id)
    return by_patient


@pytest.mark.parametrize(
    ("kills", "count"), [(3, 120), pytest.param(40, 4000, marks=pytest.mark.slow)], ids=["short", "long"]
)
def test_an_idempotent_receiver_gets_everything_in_order(tmp_path, kills, count):
    receiver = storm(tmp_path, kills=kills, count=count, idempotent=True)

    expected = {f"M{number:04d}" for number in range(count)}
    assert set(receiver.received) == expected
    assert Item.objects.filter(state="delivered").count() == count
    assert len(receiver.received) - count <= kills  # at most the one in hand at each kill comes twice
    for order in first_receptions(receiver).values():
        assert order == sorted(order)


@pytest.mark.parametrize(
    ("kills", "count"), [(3, 120), pytest.param(40, 4000, marks=pytest.mark.slow)], ids=["short", "long"]
)
def test_any_other_receiver_gets_nothing_twice_and_what_is_doubtful_is_kept(tmp_path, kills, count):
    receiver = storm(tmp_path, kills=kills, count=count)

    assert len(receiver.received) == len(set(receiver.received))
    states = dict(Item.objects.values_list("control_id", "state"))
    assert set(states.values()) <= {"delivered", "ambiguous", "waiting"}
    assert all(states[control_id] in {"delivered", "ambiguous"} for control_id in receiver.received)
    assert all(control_id in receiver.received for control_id, state in states.items() if state == "delivered")
    assert sum(1 for state in states.values() if state == "ambiguous") <= kills
    for order in first_receptions(receiver).values():
        assert order == sorted(order)


def test_a_sender_that_marks_before_the_answer_is_caught(tmp_path):
    receiver = storm(tmp_path, kills=1, count=200, command=EAGER, answer_s=0.1)

    delivered = set(Item.objects.filter(state="delivered").values_list("control_id", flat=True))
    lost = delivered - set(receiver.received)
    assert lost
