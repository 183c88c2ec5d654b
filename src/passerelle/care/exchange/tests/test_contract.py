"""The contract « applied » through the real listener and worker."""

import asyncio
import threading
import time

import pytest
from django.db import connections
from django.utils import timezone

from passerelle.care.channels import api as channels
from passerelle.care.exchange.client import Connection
from passerelle.care.exchange.doors.applied import Applications
from passerelle.care.exchange.doors.contract import ByContract
from passerelle.care.exchange.handlers import Rejected
from passerelle.care.exchange.listener.intake import Intake
from passerelle.care.exchange.listener.server import Server
from passerelle.care.exchange.services.applying import apply_waiting
from passerelle.care.exchange.services.lanes import route_new_messages
from passerelle.care.exchange.tests.declaring import MLLP, declare
from passerelle.care.exchange.tests.samples import admission, open_facility

pytestmark = pytest.mark.django_db(transaction=True)


class House:
    """A listener in a thread, and a worker in another which starts when told."""

    def __init__(self):
        self._ready, self._end = threading.Event(), threading.Event()
        self.may_work = threading.Event()
        self._threads = [
            threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True),
            threading.Thread(target=self._work, daemon=True),
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *error):
        self._end.set()
        self.may_work.set()
        self._loop.call_soon_threadsafe(self._stop.set)
        for thread in self._threads:
            thread.join(10)

    async def _serve(self):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        intake, applications = Intake(self._loop), Applications()
        server = Server(ByContract(intake.submit, applications, self._loop, timezone.now))
        self.port = await server.open("127.0.0.1", 0)
        intake.start()
        applications.start()
        self._ready.set()
        await self._stop.wait()
        await server.close()
        await asyncio.to_thread(applications.stop)
        await asyncio.to_thread(intake.stop)

    def _work(self):
        self.may_work.wait(20)
        while not self._end.is_set():
            route_new_messages()
            apply_waiting(clock=timezone.now)
            time.sleep(0.01)
        connections.close_all()


@pytest.fixture
def house(transactional_db, tmp_path, recorder):
    open_facility()
    channels.forget()
    declare(tmp_path, MLLP + "contract: {acknowledge: applied, wait_seconds: 5}\n")
    channels.current()
    with House() as house:
        yield house
    connections.close_all()
    channels.forget()


def test_the_answer_comes_once_the_message_is_applied(house, recorder) -> None:
    house.may_work.set()
    with Connection("127.0.0.1", house.port, timeout_s=10) as connection:
        assert connection.send(admission("M1")).code == "AA"
    assert recorder.seen == ["M1"]


def test_a_refusal_of_the_worker_comes_back_with_its_place(house, recorder) -> None:
    recorder.failures["M1"] = Rejected("PID-18", "ni NDA ni venue")
    house.may_work.set()
    with Connection("127.0.0.1", house.port, timeout_s=10) as connection:
        answer = connection.send(admission("M1"))
        again = connection.send(admission("M1"))
    assert (answer.code, again.code) == ("AE", "AE")
    assert "ni NDA ni venue" in answer.text


def test_a_worker_that_does_not_come_asks_for_the_same_bytes_later(house, tmp_path, recorder) -> None:
    declare(tmp_path, MLLP + "contract: {acknowledge: applied, wait_seconds: 0.2}\n")
    channels.current()
    with Connection("127.0.0.1", house.port, timeout_s=10) as connection:
        late = connection.send(admission("M1"))
        house.may_work.set()
        deadline = time.monotonic() + 10
        while (again := connection.send(admission("M1"))).code != "AA" and time.monotonic() < deadline:
            time.sleep(0.05)
    assert (late.code, again.code, recorder.seen) == ("AR", "AA", ["M1"])


def test_another_application_of_the_sender_is_answered_at_once(house) -> None:
    with Connection("127.0.0.1", house.port, timeout_s=10) as connection:
        assert connection.send(admission("M9", application="AUTRE")).code == "AA"
