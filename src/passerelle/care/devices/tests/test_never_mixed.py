"""Devices go from hand to hand, messages come late, twice, and in any order: no measure is ever somebody else's."""

import random
from datetime import timedelta

import pytest

from passerelle.care.devices.models import HeldMeasure, Measure
from passerelle.care.devices.rules.words import Handling
from passerelle.care.devices.services.fleet import give_back, handle, pair
from passerelle.care.devices.services.taking import take
from passerelle.care.devices.tests import cast
from passerelle.care.devices.tests.cast import NOW, a_message, arrival
from passerelle.care.record import api as record

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def lend_around(device, persons, alice, chance):
    """Lend a device to one person after another over a month; return who really had it, and when."""
    turns, clock = [], NOW - 700 * HOUR
    while clock < NOW - 40 * HOUR:
        person_id, file = chance.choice(persons)
        start, end = clock + chance.uniform(1, 30) * HOUR, clock + chance.uniform(40, 150) * HOUR
        pair(device_id=device.pk, person_id=person_id, due_on=None, by=alice.viewer, at=start)
        if end >= NOW:
            return [*turns, (start, None, file)]
        give_back(device_id=device.pk, is_lost=False, note="", by=alice.viewer, at=end)
        handle(device_id=device.pk, what=Handling.CLEANED, note="", by=alice.viewer, at=end + 0.5 * HOUR)
        turns.append((start, end, file))
        clock = end + HOUR
    return turns


@pytest.mark.parametrize("seed", range(4))
def test_a_measure_is_of_who_had_the_device_whatever_the_order_and_the_repeats(db, seed):
    chance = random.Random(seed)
    cast.lay_the_ground()
    alice = cast.alice()
    persons = [cast.a_person(name=name) for name in ("UN", "DEUX", "TROIS")]
    device = cast.a_device(alice)
    turns = lend_around(device, persons, alice, chance)
    moments = [NOW - chance.uniform(0, 690) * HOUR for _ in range(60)]
    messages = []
    for rank, moment in enumerate(moments):
        sent = min(NOW, moment + chance.choice([0, 0, 3, 90]) * HOUR)
        values = {"8480-6": 100 + rank, "8462-4": 60}
        messages.append(arrival(device, a_message(values, at=moment, sent=sent), max(sent, moment)))
        if chance.random() < 0.2:  # a clock that nobody knows
            messages.append(arrival(device, a_message(values, at=moment + HOUR, sent=None), NOW))
    messages += chance.sample(messages, 25)
    chance.shuffle(messages)

    while messages:
        batch = [messages.pop() for _ in range(min(len(messages), chance.randrange(1, 20)))]
        take(batch)

    stored = list(Measure.objects.order_by("pk"))
    assert stored
    for one in stored:
        (file,) = [
            file for start, end, file in turns if start <= one.measured_at and (end is None or one.measured_at < end)
        ]
        assert one.local_identity_id == file
        assert record.read("Observation", one.pk).local_identity_id == file
    assert len({one.measured_at for one in stored}) == len(stored)
    assert HeldMeasure.objects.exists()
