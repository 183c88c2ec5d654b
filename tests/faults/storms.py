"""Kill at random while establishments send, let the house settle, and count."""

import contextlib
import random
import time

from passerelle.care.delivery.tests.receivers import MllpReceiver
from tests.faults.house import House, wait_until
from tests.faults.ledger import ledger, real_effects
from tests.faults.senders import Sender

_WAITING = "SELECT count(*) FROM exchange_message WHERE state = 'received' AND NOT held"
_PARKED = "SELECT count(*) FROM exchange_message WHERE state = 'parked'"
_UNSENT = "SELECT count(*) FROM delivery_item WHERE state IN ('waiting', 'sending')"
_AT_ONCE = 0.3  # the share of kills that do not wait for the recovery from the one before


def storm(
    ground, *, kills, seed=1, victims=None, pauses=(0.0, 0.4), senders=8, rests_s=0.0, workers=1, is_real=True, **builds
):
    """Return the ledger of a house where processes were killed in a random order, as many of each."""
    chance = random.Random(seed)
    with contextlib.ExitStack() as stack:
        receiver = stack.enter_context(MllpReceiver(_slowly)) if is_real else None
        house = stack.enter_context(House(ground, workers=workers, receiver=receiver, **builds))
        told = [Sender(f"S{number}", house.port, rests_s=rests_s) for number in range(senders)]
        with sending(told):
            for victim in drawn(victims or [*house.roles(), "database"], kills, chance):
                strike(house, victim, told, chance, pauses)
            wait_for_news(told, house)
        suspected = settle(house, is_real=is_real)
        assert not [answer for sender in told for answer in sender.refused]
        found = ledger(house, told, seed=seed)
        found.suspected, found.revived = suspected, house.revived
        if is_real:
            found.real = real_effects(house, receiver)
        return found


def _slowly(_control_id, _times):
    """Answer a little late, so that a sender is often killed between the two."""
    return ("late", 0.003)


@contextlib.contextmanager
def sending(senders):
    """Let establishments send for the time of a block."""
    for sender in senders:
        sender.start()
    try:
        yield
    finally:
        for sender in senders:
            sender.stop()
        for sender in senders:
            sender.join(timeout=60)


def settle(house, *, is_real):
    """Wait until nothing waits any more, inside nor on its way out.

    A message that was begun at each of several kills is parked, as it may have caused them: it is replayed, as a person
    would, and counted.
    """
    suspected = 0
    house.wait_until_none(_WAITING)
    while parked := house.count(_PARKED):
        suspected += parked
        house.ground.do("replay_parked")
        house.wait_until_none(_WAITING)
    if is_real:
        house.wait_until_none(_UNSENT)
    return suspected


def drawn(victims, kills, chance):
    """Return victims in a random order, each as often as the others."""
    order = [victims[rank % len(victims)] for rank in range(kills)]
    chance.shuffle(order)
    return order


def strike(house, victim, senders, chance, pauses):
    if chance.random() > _AT_ONCE:
        wait_for_news(senders, house)
    time.sleep(chance.uniform(*pauses))
    house.kill(victim)


def wait_for_news(senders, house, seconds=90):
    """Wait until something more is acknowledged; what died by itself, its database being away, is started again."""
    before = sum(len(sender.acknowledged) for sender in senders)

    def is_news():
        house.revive()
        return sum(len(sender.acknowledged) for sender in senders) > before

    wait_until(is_news, "an acknowledgement", seconds, told_by=house.ground.log)
