"""A sender that lost its database while it waited for an answer, and was replaced, may not mark what it had in hand."""

import threading

import pytest

from passerelle.care.delivery.tests.receivers import MllpReceiver
from passerelle.care.exchange.api import Connection
from tests.faults import stories
from tests.faults.house import House, wait_until

pytestmark = pytest.mark.timeout(300)
_STATE = "SELECT state FROM delivery_item"
_TOKEN = "SELECT coalesce(max(token), 0) FROM delivery_line"
_ALL_FALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'faults' AND pid <> pg_backend_pid()"
)


class SlowReceiver(MllpReceiver):
    """Refuses the first sender late, and accepts the second one later still."""

    def __init__(self):
        super().__init__(self._behave)
        self.first, self.second = threading.Event(), threading.Event()

    def _behave(self, _control_id, times):
        if times == 1:
            self.first.wait(120)
            return "AE:plus tard"
        self.second.wait(120)
        return "AA"


def state_after_a_replacement(ground, build):
    """Let a second sender take what a first one still waits for, answer the first, then the second."""
    with SlowReceiver() as receiver, House(ground, receiver=receiver, sender=build) as house:
        with Connection("127.0.0.1", house.port) as establishment:
            assert establishment.send(stories.message("F1", 0)).is_accepted
        wait_until(lambda: len(receiver.received) == 1, "the first sender", 60)
        with house.connect() as connection:
            connection.execute(_ALL_FALL)
        house.open("sender2", "deliver")
        wait_until(lambda: len(receiver.received) == 2, "the second sender", 60)
        assert house.count(_TOKEN) == 2
        receiver.first.set()
        wait_until(lambda: house.count(_STATE) != "sending" or "FencedOff" in ground.log(), "the first mark", 60)
        receiver.second.set()
        wait_until(lambda: house.count(_STATE) != "sending", "the second mark", 60)
        return house.count(_STATE)


def test_a_replaced_sender_marks_nothing(ground):
    assert state_after_a_replacement(ground, "right") == "delivered"


def test_a_replaced_sender_that_marks_is_found_out(ground):
    """What was delivered is told as refused: the word of the one that was replaced won."""
    assert state_after_a_replacement(ground, "marks_without_token") == "failed"
