import threading
import time

import pytest
from django.db import connections
from django.utils import timezone

from passerelle.care.exchange.models import Message, State
from passerelle.care.exchange.services.receiving import receive
from passerelle.care.exchange.tests.samples import AT, admission, open_facility
from passerelle.care.exchange.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)


class Working:
    """Workers in threads of their own."""

    def __init__(self, count):
        self.workers = [Worker(clock=timezone.now) for _ in range(count)]
        self.threads = [threading.Thread(target=self._run, args=(worker,)) for worker in self.workers]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        for worker in self.workers:
            worker.stop()
        for thread in self.threads:
            thread.join(10)
            assert not thread.is_alive()

    @staticmethod
    def _run(worker):
        try:
            worker.run()
        finally:
            connections.close_all()


def wait_until_applied(count, seconds=20):
    until = time.monotonic() + seconds
    while Message.objects.filter(state=State.APPLIED).count() < count:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_message_is_applied_as_soon_as_it_comes(recorder):
    open_facility()
    with Working(1):
        time.sleep(0.3)
        receive(admission("M1"), peer="peer", at=AT)
        wait_until_applied(1)

    assert recorder.seen == ["M1"]


def test_several_workers_apply_each_message_once_and_in_order(recorder):
    open_facility()
    with Working(3):
        for number in range(120):
            receive(admission(f"M{number}", ipp=str(number % 6)), peer="peer", at=AT)
        wait_until_applied(120)

    assert len(recorder.seen) == len(set(recorder.seen)) == 120
    for patient in range(6):
        mine = [int(name[1:]) for name in recorder.seen if int(name[1:]) % 6 == patient]
        assert mine == sorted(mine)
