"""Messages that come several times, mixed between patients, lead to the very state that a clean run leads to."""

import hashlib
import random
import re
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from passerelle.care.exchange.api import apply_waiting, route_new_messages
from passerelle.care.exchange.rules.entering import Arrival
from passerelle.care.exchange.rules.ids import ordered_id
from passerelle.care.exchange.services.receiving import house, judged
from passerelle.care.exchange.services.storing import store
from passerelle.care.exchange.tests.samples import open_facility
from tests.faults import stories

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
_BATCH = 100
_MOST_TIMES = 5
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NAMED = (
    "SELECT id::text, 'file ' || ipp FROM identity_localidentity",
    "SELECT id::text, 'message ' || control_id FROM exchange_message",
)
_OBSERVED = (
    "SELECT 'message', control_id, state, ack_code, lane IS NULL FROM exchange_message",
    "SELECT 'file', id, status, birth_name, given_names, birth_date, phone, trait_moments::text, superseded_by_id"
    " FROM identity_localidentity",
    "SELECT 'person', min(identity.ipp), array_agg(identity.ipp ORDER BY identity.ipp) FROM identity_membership member"
    " JOIN identity_localidentity identity ON identity.id = member.local_identity_id GROUP BY member.person_id",
    "SELECT 'merge', survivor_id, victim_id FROM identity_merge",
    "SELECT 'resource', type, id, local_identity_id, version, source, status, date_start, date_end, deleted, body"
    " FROM record_resource",
    "SELECT 'version', type, id, version, source, body FROM record_version",
    "SELECT 'stay', stay_id, local_identity_id, source, trigger, content::text FROM record_stayevent",
)


def world():
    """Return a hash of all that the messages left, ids drawn at random being told by what they name."""
    with connection.cursor() as cursor:
        names = {}
        for query in _NAMED:
            cursor.execute(query)
            names.update(cursor.fetchall())
        rows = []
        for query in _OBSERVED:
            cursor.execute(query)
            rows += [_UUID.sub(lambda found: names.get(found[0], found[0]), repr(row)) for row in cursor.fetchall()]
    assert len(rows) > len(names)
    return hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()


def after(lines):
    """Return the world after messages that come in this order, applied as they come; then undo it all."""
    with transaction.atomic():
        for start in range(0, len(lines), _BATCH):
            arrivals = [
                Arrival(id=ordered_id(AT), raw=stories.message(*line), peer="essai", at=AT)
                for line in lines[start : start + _BATCH]
            ]
            for arrival in arrivals:  # the same message may come twice at once
                store(judged([arrival], house()), at=AT)
            work()
        found = world()
        transaction.set_rollback(True)
    return found


def work():
    while route_new_messages() + apply_waiting(clock=lambda: AT):
        pass


def clean(families):
    return [(family, rank) for family in families for rank in range(len(stories.STORY))]


def mixed(families, chance):
    """Return each story in its order, mixed with the others, each message up to five times, at any later moment."""
    turns = [family for family in families for _ in stories.STORY]
    chance.shuffle(turns)
    ranks = dict.fromkeys(families, 0)
    timed = []
    for moment, family in enumerate(turns):
        line = (family, ranks[family])
        ranks[family] += 1
        timed.append((moment, line))
        timed += [(chance.uniform(moment, len(turns)), line) for _ in range(chance.randrange(_MOST_TIMES))]
    return [line for _, line in sorted(timed)]


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("count", "seed"), [(20, 1), pytest.param(600, 2, marks=pytest.mark.slow)], ids=["short", "long"]
)
def test_repeats_and_mixing_change_nothing(count, seed):
    open_facility()
    families = [f"F{number}" for number in range(count)]
    told = mixed(families, random.Random(seed))

    assert len(told) > 2 * count * len(stories.STORY)
    assert after(told) == after(clean(families))


def test_a_house_that_does_not_know_a_message_again_is_found_out():
    open_facility()
    families = [f"F{number}" for number in range(5)]
    expected = after(clean(families))
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX exchange_control_id_once")

    assert after(mixed(families, random.Random(3))) != expected


def test_a_message_that_lacks_would_show():
    """The hash sees the least of the messages of a story."""
    open_facility()
    told = clean(["F1"])
    expected = after(told)

    assert all(after([line for line in told if line != absent]) != expected for absent in told)
