"""`kill -9` of the listener, the workers, the sender and the database while messages are sent."""

import pytest

from tests.faults.storms import storm

pytestmark = pytest.mark.timeout(600)
_MOSTLY = ["listener"] * 3 + ["worker1"] * 3 + ["sender"] * 2 + ["database"]  # a database takes seconds to come back


def test_nothing_acknowledged_is_lost_and_nothing_is_applied_twice(ground):
    found = storm(ground, kills=30, victims=_MOSTLY, senders=4, rests_s=0.05, pauses=(0.0, 0.25)).written("storm-short")

    assert found.acknowledged > 50
    assert found.real["stay_events"] > 10
    assert not found.faults()


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_nothing_is_lost_over_a_long_storm_with_two_workers(ground):
    victims = [*_MOSTLY, "worker2", "worker2", "worker2", "database"]
    found = storm(ground, kills=220, victims=victims, workers=2, senders=4, rests_s=0.08, seed=2).written("storm-long")

    assert sum(found.kills.values()) >= 200
    assert found.acknowledged > 2000
    assert found.real["families"] > 200
    assert not found.faults()
