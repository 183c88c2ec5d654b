"""Events of several requests written together: one commit for all, and chains as sound as one by one."""

import json
import threading
import uuid
from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
from django.db import InternalError, ProgrammingError, connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.audit import rules
from passerelle.core.audit.actions import Action, Actor
from passerelle.core.audit.models import AuditEvent, AuditLink
from passerelle.core.audit.selectors.verification import verify
from passerelle.core.audit.services.gathering import Gathering
from passerelle.core.audit.services.recording import record

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BOB = Actor(uuid.UUID(int=2), "Dr Bob Fictif", "clinician", "aubagne")
INSERT = (
    "INSERT INTO audit_event"
    " (shard, at, action, outcome, actor_name, role, establishment, target, reason, detail, digest)"
    " SELECT 3, now(), 'record_read', 'allowed', '', '', '', 'x', '', '{}', sha256('x') FROM generate_series(1, 3)"
)
TOGETHER = 24


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PASSERELLE_VAR = tmp_path


def _each_in_a_thread(work, count):
    """Do `work` by so many threads that start together; return what they raised."""
    start, failures = threading.Barrier(count), []

    def run(number):
        try:
            start.wait()
            work(number)
        except Exception as failure:  # noqa: BLE001 - told to the main thread
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return failures


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_an_event_is_chained_when_it_is_recorded():
    person = uuid.uuid4()

    record(Action.RECORD_READ, by=BOB, at=NOON, target="document:1", person_id=person, detail={"é": [1, None, "ô"]})

    event = AuditEvent.objects.get(person_id=person)
    assert AuditLink.objects.filter(event=event).exists()
    assert (event.actor_name, event.at, event.detail) == ("Dr Bob Fictif", NOON, {"é": [1, None, "ô"]})
    assert verify().ok


@pytest.mark.django_db(transaction=True)
def test_events_of_many_threads_are_all_there_and_soundly_chained():
    person, before = uuid.uuid4(), verify().events

    def work(number):
        for turn in range(5):
            record(Action.RECORD_READ, by=BOB, at=NOON, target=f"document:{number}-{turn}", person_id=person)

    assert _each_in_a_thread(work, TOGETHER) == []

    told = set(AuditEvent.objects.filter(person_id=person).values_list("target", flat=True))
    assert told == {f"document:{number}-{turn}" for number in range(TOGETHER) for turn in range(5)}
    found = verify()
    assert (found.ok, found.events - before) == (True, TOGETHER * 5), found.first_bad


@pytest.mark.django_db(transaction=True)
def test_lots_and_transactions_never_fork_a_chain():
    def record_three():
        for turn in range(3):
            record(Action.RECORD_READ, by=BOB, at=NOON, target=f"document:{turn}", person_id=uuid.uuid4())

    def work(number):
        for _ in range(4):
            with transaction.atomic() if number % 2 else nullcontext():
                record_three()

    assert _each_in_a_thread(work, 8) == []

    assert verify().ok


@pytest.mark.django_db
@pytest.mark.parametrize("said", ["at once", "", "whatever"])
def test_no_way_of_inserting_avoids_the_chain(said):
    before = verify().events
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('passerelle.journal', %s, true)", [said])
        cursor.execute(INSERT)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SELECT set_config('passerelle.journal', '', true)")
        cursor.execute(
            "SELECT count(*) FROM audit_event e WHERE NOT EXISTS (SELECT FROM audit_link l WHERE l.event_id = e.id)"
        )
        (unchained,) = cursor.fetchone()

    assert unchained == 0
    assert verify().events - before <= 3


@pytest.mark.django_db
@pytest.mark.parametrize("said", ["sequence = sequence + 1", "hash = sha256('x')", "sequence = sequence + 3"])
def test_a_head_goes_only_to_a_link_that_is_there(said):
    refused = pytest.raises((ProgrammingError, InternalError), match="tête")

    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE audit_head SET {said} WHERE shard = 3")


def test_a_fault_is_told_to_whose_event_it_is_and_the_others_are_written():
    written, first_may_go = [], threading.Event()

    def write(events):
        first_may_go.wait(5)
        if any(one["n"] == 13 for one in events):
            raise ValueError(13)
        written.extend(one["n"] for one in events)

    gathering = Gathering(write)
    threading.Timer(0.05, first_may_go.set).start()

    failures = _each_in_a_thread(lambda number: gathering.add({"n": number}), TOGETHER)

    assert [str(one) for one in failures] == ["13"]
    assert sorted(written) == [number for number in range(TOGETHER) if number != 13]


def test_those_who_wait_are_written_together():
    lots, first_may_go = [], threading.Event()

    def write(events):
        first_may_go.wait(5)
        lots.append(len(events))

    gathering = Gathering(write)
    threading.Timer(0.2, first_may_go.set).start()

    assert _each_in_a_thread(lambda number: gathering.add({"n": number}), TOGETHER) == []

    assert sum(lots) == TOGETHER
    assert len(lots) < TOGETHER


@given(
    st.dictionaries(
        st.text(max_size=9),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=20)
        | st.uuids()
        | st.datetimes(timezones=st.just(UTC)),
        max_size=6,
    )
)
def test_the_canonical_text_is_that_of_events_written_before(event):
    def plain(value):
        return value.isoformat(timespec="microseconds") if isinstance(value, datetime) else str(value)

    storable = {rules.storable_text(name, 99): value for name, value in event.items()}
    storable = {name: rules.storable_text(v, 99) if isinstance(v, str) else v for name, v in storable.items()}

    told = json.dumps(storable, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=plain)
    assert rules.canonical(storable) == told.encode()
