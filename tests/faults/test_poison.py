"""One message in a thousand cannot be applied: all the others are, and a person is told of each of these."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from passerelle.care.exchange import handlers
from passerelle.care.exchange.alerts.evaluating import evaluate
from passerelle.care.exchange.api import (
    Connection,
    Rejected,
    apply_waiting,
    register_handler,
    route_new_messages,
    write,
)
from passerelle.care.exchange.models import Alert, Message, State
from passerelle.care.exchange.rules.entering import Arrival
from passerelle.care.exchange.rules.ids import ordered_id
from passerelle.care.exchange.services.deciding import replay
from passerelle.care.exchange.services.receiving import house, judged
from passerelle.care.exchange.services.storing import store
from passerelle.care.exchange.tests.samples import open_facility
from passerelle.core.audit import api as audit
from tests.faults import stories
from tests.faults.builds import DEADLY
from tests.faults.house import House, wait_until
from tests.faults.ledger import out_of_order

AT = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
BY = audit.Actor(account_id=None, name="Essai")
_BATCH = 500
_EFFECTS = "SELECT control_id FROM fault_effect ORDER BY n"
_POISONED_RANK = 3  # followed by three messages of the same patient


@pytest.fixture
def handler(monkeypatch, db):
    """Enrol one handler alone."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE fault_effect (n bigserial, control_id text) ON COMMIT DROP")
    monkeypatch.setattr(handlers, "_enrolled", [])
    made = Poisoned()
    register_handler(made, order=1, name="poisoned")
    return made


class Poisoned:
    """Writes what it applies, without constraint; refuses or breaks on what it was told to."""

    def __init__(self):
        self.poison = {}

    def __call__(self, inbound):
        failure = self.poison.get(inbound.message.control_id)
        if failure is not None:
            raise failure
        write("INSERT INTO fault_effect (control_id) VALUES (%s)", [inbound.message.control_id])

    @property
    def applied(self):
        with connection.cursor() as cursor:
            cursor.execute(_EFFECTS)
            return [one for (one,) in cursor.fetchall()]


def arrive(families):
    """Store the stories of families, told all together."""
    lines = [(family, rank) for rank in range(len(stories.STORY)) for family in families]
    for start in range(0, len(lines), _BATCH):
        arrivals = [
            Arrival(id=ordered_id(AT), raw=stories.message(*line), peer="essai", at=AT)
            for line in lines[start : start + _BATCH]
        ]
        store(judged(arrivals, house()), at=AT)
    return {stories.control_id(*line) for line in lines}


def work(at):
    while route_new_messages() + apply_waiting(clock=lambda: at):
        pass


def by_state():
    found = defaultdict(set)
    for control_id, state in Message.objects.values_list("control_id", "state"):
        found[state].add(control_id)
    return found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("families", "poison"), [(300, 2), pytest.param(4300, 30, marks=pytest.mark.slow)], ids=["short", "long"]
)
def test_one_poisoned_message_in_a_thousand_stops_its_patient_alone(handler, families, poison):
    open_facility()
    names = [f"F{number}" for number in range(families)]
    poisoned = [stories.control_id(name, _POISONED_RANK) for name in names[:: families // poison][:poison]]
    failures = [Rejected("ZBE^1^7", "UF inconnue"), ZeroDivisionError()]
    handler.poison = {control_id: failures[rank % 2] for rank, control_id in enumerate(poisoned)}
    behind = {
        stories.control_id(stories.family_of(control_id), rank)
        for control_id in poisoned
        for rank in range(_POISONED_RANK + 1, len(stories.STORY))
    }

    every = arrive(names)
    work(AT)
    assert by_state()[State.APPLIED] == every - behind - set(poisoned)  # at once, with no delay for the others

    for seconds in range(60):
        work(AT + timedelta(seconds=seconds))
    assert by_state() == {
        State.APPLIED: every - behind - set(poisoned),
        State.PARKED: set(poisoned),
        State.RECEIVED: behind,
    }
    assert evaluate(at=AT + timedelta(seconds=60)).opened == 2  # one for each cause
    assert sorted(Alert.objects.values_list("rule", flat=True)) == ["parked", "poison"]

    handler.poison = {}
    for message in Message.objects.filter(state=State.PARKED):
        replay(message_id=message.pk, by=BY, at=AT, reason="essai")
    work(AT + timedelta(seconds=61))
    assert by_state() == {State.APPLIED: every}
    assert set(Counter(handler.applied).values()) == {1}
    assert out_of_order(handler.applied) == 0


@pytest.mark.timeout(300)
def test_a_message_that_kills_workers_is_parked_and_the_others_go_on(ground):
    names = [f"F{number}" for number in range(12)]
    told = [stories.control_id(name, rank) for rank in range(len(stories.STORY)) for name in names]
    behind = {one for one in told if stories.family_of(one) == stories.family_of(DEADLY) and one > DEADLY}
    with House(ground, worker="deadly") as place, Connection("127.0.0.1", place.port) as establishment:
        for control_id in told:
            message = stories.message(stories.family_of(control_id), stories.rank_of(control_id))
            assert establishment.send(message).is_accepted
        place.wait_until_none("SELECT 1 - count(*) FROM exchange_message WHERE state = 'parked'")
        place.wait_until_none("SELECT count(*) FROM exchange_message WHERE state = 'received' AND NOT held")
        assert set(effects(place)) == set(told) - behind - {DEADLY}

        place.rebuild("worker1", "bare")
        ground.do("replay_parked")
        wait_until(lambda: len(effects(place)) >= len(told), "all effects", 60)
        assert Counter(effects(place)) == Counter(told)
        assert out_of_order(effects(place)) == 0


def effects(place):
    with place.connect() as session:
        return [one for (one,) in session.execute(_EFFECTS)]
