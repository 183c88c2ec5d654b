"""What the worker does when no message waits."""

import time

import pytest
from django.utils import timezone

from passerelle.care.exchange.api import register_idle_work, remove_idle_work
from passerelle.care.exchange.tests.test_worker import Working
from passerelle.care.exchange.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def work():
    seen = []

    def count(clock):
        seen.append(clock())
        return 0

    register_idle_work(count, name="essai")
    yield seen
    remove_idle_work("essai")


def test_idle_work_is_done_while_no_message_waits(work):
    with Working(1):
        until = time.monotonic() + 20
        while not work and time.monotonic() < until:
            time.sleep(0.02)

    assert work


def test_idle_work_is_spaced_out_while_messages_never_cease(work):
    worker = Worker(clock=timezone.now)
    for _ in range(50):
        worker._idle_work()

    assert len(work) == 1
