"""`kill -9` of the listener, the worker and the database while messages are sent."""

import random
import time

import pytest

from tests.faults.house import House
from tests.faults.ledger import ledger
from tests.faults.senders import Sender

SENDERS = 8


def storm(build, *, victims, pauses=(0.2, 1.0), seed=1):
    """Send while each of the victims is killed in a random order, let the house settle, and return the ledger."""
    chance = random.Random(seed)
    with House(build) as house:
        house.wait_until_listening()
        senders = [Sender(f"S{number}", house.port) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        for victim in chance.sample(victims, len(victims)):
            time.sleep(chance.uniform(*pauses))
            house.kill(victim)
        house.wait_until_listening()
        time.sleep(1)
        for sender in senders:
            sender.stop()
        for sender in senders:
            sender.join(timeout=30)
        house.wait_until_applied()
        assert not [sender for sender in senders if sender.refused]
        return ledger(house, senders)


def told(found):
    print(f"\n{found}")
    return found


@pytest.mark.timeout(180)
def test_nothing_acknowledged_is_lost_and_nothing_is_applied_twice():
    found = told(storm("right", victims=["listener", "worker", "postmaster"] * 2))

    assert found.acknowledged > 50
    assert found.is_kept(), found


@pytest.mark.timeout(180)
def test_a_listener_that_acknowledges_before_the_commit_is_found_out():
    found = told(storm("eager", victims=["listener", "postmaster"]))

    assert found.lost > 0, found


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [2, 3])
def test_nothing_is_lost_over_a_long_storm(seed):
    found = told(storm("right", victims=["listener", "worker", "worker", "postmaster"] * 25, seed=seed))

    assert found.acknowledged > 1000
    assert found.is_kept(), found
