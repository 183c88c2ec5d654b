"""Each wall taken away in turn: the test that finds nothing wrong in the right build must find each of these out."""

import pytest

from tests.faults.house import House, wait_until
from tests.faults.ledger import ledger
from tests.faults.senders import Sender
from tests.faults.storms import sending, settle, storm, wait_for_news

pytestmark = pytest.mark.timeout(600)


def short_storm(ground, *victims, name="", **options):
    """Run the exchange alone, with the witness as its only handler."""
    options = {"worker": "bare", "pauses": (0.2, 0.5)} | options
    found = storm(ground, kills=len(victims), victims=list(victims), is_real=False, **options)
    return found.written(f"planted-{name}")


def quiet_run(ground, *, messages=150, name="", is_late=False, **options):
    """Send without killing anybody; a worker that is late finds everything waiting."""
    with House(ground, **{"worker": "bare"} | options) as house:
        senders = [Sender(f"S{number}", house.port) for number in range(4)]
        with sending(senders):
            wait_for_news(senders, house)
            wait_until(lambda: sum(len(one.acknowledged) for one in senders) >= messages, f"{messages} messages", 120)
        if is_late:
            house.open("worker1", "work")
        settle(house, is_real=False)
        return ledger(house, senders).written(f"planted-{name}")


def test_the_exchange_alone_keeps_its_promises(ground):
    """The same way of running as the wrong builds below, with the right one."""
    found = short_storm(ground, "listener", "worker1", "worker2", "database", workers=2, name="none")

    assert not found.faults()


def test_a_listener_that_acknowledges_before_the_commit_is_found_out(ground):
    found = short_storm(
        ground, "listener", "listener", "listener", listener="acknowledges_first", name="acknowledges-first"
    )

    assert found.lost > 0


def test_a_worker_that_marks_before_the_effects_is_found_out(ground):
    found = short_storm(ground, *["worker1"] * 5, worker="marks_first", pauses=(0.4, 0.9), name="marks-first")

    assert found.not_applied > 0


def test_a_worker_that_marks_after_the_effects_is_found_out(ground):
    found = short_storm(ground, *["worker1"] * 5, worker="marks_after", pauses=(0.4, 0.9), name="marks-after")

    assert found.applied_twice > 0


def test_a_listener_that_does_not_know_a_message_again_is_found_out(ground):
    with ground.without_idempotency():
        found = quiet_run(ground, name="no-idempotency")

    assert found.repeated > 0
    assert found.stored_twice > 0
    assert found.applied_twice > 0


def test_two_workers_on_the_same_lanes_are_found_out(ground):
    found = quiet_run(ground, workers=2, worker="without_lock_nor_checked_mark", name="no-lock-nor-mark")

    assert found.applied_twice > 0


@pytest.mark.parametrize("build", ["without_lane_lock", "without_checked_mark"])
def test_one_wall_is_enough(ground, build):
    """The lock of the lane and the mark that checks the state each keep two workers apart without the other."""
    found = quiet_run(ground, workers=2, worker=build, name=build.replace("_", "-"))

    assert not found.faults()


def test_a_worker_that_takes_the_last_first_is_found_out(ground):
    found = quiet_run(ground, workers=0, is_late=True, worker="applies_last_first", name="last-first")

    assert found.out_of_order > 0
