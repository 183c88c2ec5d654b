"""The journal takes everything and gives nothing back: append-only, chained at commit, never forked."""

import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import InternalError, ProgrammingError, connection, connections, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.audit import rules
from passerelle.core.audit.actions import Action, Actor
from passerelle.core.audit.models import AuditEvent, AuditLink
from passerelle.core.audit.selectors.accesses import accesses_to
from passerelle.core.audit.selectors.verification import verify
from passerelle.core.audit.services.recording import record, written_by

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BOB = Actor(uuid.UUID(int=2), "Dr Bob Fictif", "clinician", "aubagne")


def _execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _chain_now():
    _execute("SET CONSTRAINTS ALL IMMEDIATE")
    _execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PASSERELLE_VAR = tmp_path


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET reason = 'autre'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event CASCADE",
        "UPDATE audit_link SET sequence = sequence + 1",
        "DELETE FROM audit_link",
        "TRUNCATE audit_link",
        "DELETE FROM audit_head",
        "TRUNCATE audit_head",
        "INSERT INTO audit_head VALUES (3, 0, '\\x00')",
        "UPDATE audit_head SET sequence = 0",
        "UPDATE audit_head SET sequence = sequence + 2",
    ],
)
def test_the_database_refuses_to_rewrite_the_journal(statement):
    record(Action.RECORD_READ, by=BOB, at=NOON, target="document:1", person_id=uuid.uuid4())
    _chain_now()

    with pytest.raises((ProgrammingError, InternalError), match=r"journal|tête"), transaction.atomic():
        _execute(statement)


@pytest.mark.django_db
def test_an_event_is_readable_at_once_and_chained_at_commit():
    person = uuid.uuid4()

    record(Action.DOCUMENT_OPENED, by=BOB, at=NOON, target="document:1", person_id=person, reason="garde")

    event = AuditEvent.objects.get(person_id=person)
    assert not AuditLink.objects.filter(event=event).exists()
    _chain_now()
    assert AuditLink.objects.get(event=event).shard == rules.shard_of(str(person))


@pytest.mark.django_db
def test_an_event_leaves_with_the_transaction_that_fails():
    person = uuid.uuid4()

    with transaction.atomic():
        record(Action.DOCUMENT_OPENED, by=BOB, at=NOON, target="document:1", person_id=person)
        transaction.set_rollback(True)

    assert not AuditEvent.objects.filter(person_id=person).exists()
    assert verify().ok


@pytest.mark.django_db
def test_a_savepoint_and_its_transaction_make_one_sound_chain():
    person = uuid.uuid4()

    record(Action.RECORD_READ, by=BOB, at=NOON, target="document:1", person_id=person)
    with transaction.atomic():
        record(Action.RECORD_READ, by=BOB, at=NOON, target="document:2", person_id=person)
    _chain_now()

    ranks = AuditLink.objects.filter(event__person_id=person).order_by("event_id").values_list("sequence", flat=True)
    assert ranks[1] == ranks[0] + 1
    assert verify().ok


@pytest.mark.django_db
def test_a_patient_reads_who_came_newest_first_and_no_refused_attempt():
    person = uuid.uuid4()
    for minute in range(3):
        moment = NOON + timedelta(minutes=minute)
        record(Action.RECORD_READ, by=BOB, at=moment, target=f"document:{minute}", person_id=person)
    record(Action.ACCESS_DENIED, by=BOB, at=NOON, target="document:9", person_id=person, outcome="denied")
    record(Action.RECORD_READ, by=BOB, at=NOON, target="document:8", person_id=uuid.uuid4())

    first = accesses_to(person, limit=2)
    second = accesses_to(person, limit=2, before=first[-1].at)

    assert [row.at for row in (*first, *second)] == [NOON + timedelta(minutes=minute) for minute in (2, 1, 0)]
    assert first[0].action_label == "Dossier consulté"
    assert first[0].actor_name == "Dr Bob Fictif"


@pytest.mark.django_db
def test_what_the_database_would_change_is_refused():
    with pytest.raises(rules.Unwritable):
        record(Action.RECORD_READ, by=BOB, at=NOON, target="x", detail={"ratio": 1e3})


@pytest.mark.django_db
@settings(deadline=None)
@given(
    text=st.text(max_size=400),
    detail=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3),
        max_leaves=8,
    ),
    at=st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_any_text_comes_back_as_it_was_digested(text, detail, at):
    record(Action.RECORD_READ, by=Actor(None, text), at=at, target=text, reason=text, detail={"d": detail})

    assert verify().ok


@pytest.mark.django_db(transaction=True)
def test_concurrent_recorders_never_fork_a_chain():
    """Real connections; each transaction touches several chains, in an order of its own."""
    people = [uuid.UUID(int=number) for number in range(40)]
    threads, rounds = 8, 15
    failures = []
    before = verify().events

    def turn_of(worker, turn):
        chosen = people[worker % 3 :: 7] if turn % 2 else people[:: -(worker % 5 + 3)]
        with transaction.atomic():
            for person in chosen:
                record(Action.RECORD_READ, by=BOB, at=NOON, target=f"w{worker}", person_id=person)

    def work(worker):
        try:
            for turn in range(rounds):
                turn_of(worker, turn)
        except Exception as failure:  # noqa: BLE001 - told to the main thread
            failures.append(failure)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert failures == []
    after = verify()
    assert after.ok, after.first_bad
    assert after.events - before > threads * rounds * 5


def test_shards_are_used_evenly():
    counts = [0] * rules.SHARDS
    for number in range(16_000):
        counts[rules.shard_of(str(uuid.UUID(int=number)))] += 1

    assert min(counts) > 800
    assert max(counts) < 1200


@settings(deadline=None)
@given(st.permutations([rules.Head(shard, shard, bytes([shard]) * 32) for shard in range(16)]))
def test_the_root_does_not_depend_on_the_order_of_reading(heads):
    assert rules.merkle_root(heads) == rules.merkle_root(sorted(heads, key=lambda head: head.shard))


@settings(deadline=None)
@given(place=st.integers(0, 15), change=st.sampled_from(["sequence", "hash"]))
def test_the_root_changes_with_any_head(place, change):
    heads = [rules.Head(shard, 4, bytes(32)) for shard in range(16)]
    changed = rules.Head(place, 5, bytes(32)) if change == "sequence" else rules.Head(place, 4, b"\x01" * 32)

    assert rules.merkle_root(heads) != rules.merkle_root([*heads[:place], changed, *heads[place + 1 :]])


@pytest.mark.django_db(transaction=True)
def test_an_event_handed_over_is_written_when_its_statement_is_sent_and_chained_as_any_other():
    sent = []
    with transaction.atomic():
        with written_by(lambda sql, values: sent.append((sql, values))):
            record(Action.RECORD_READ, by=BOB, at=NOON, target="document:remis")
        assert not AuditEvent.objects.filter(target="document:remis").exists()
        with connection.cursor() as cursor:
            cursor.execute(*sent[0])

    event = AuditEvent.objects.get(target="document:remis")
    assert AuditLink.objects.filter(event_id=event.pk).exists()
    assert len(sent) == 1
