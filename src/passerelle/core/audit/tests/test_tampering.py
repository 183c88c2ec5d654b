"""Whatever is done to the journal by someone who holds the database, `verify` finds it."""

import random
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from passerelle.core.audit import rules, seals
from passerelle.core.audit.actions import Action, Actor
from passerelle.core.audit.selectors.verification import verify
from passerelle.core.audit.services.recording import record, write_lot
from passerelle.core.audit.services.sealing import seal

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
EVENTS = 120
LOT = 4
ATTACKS = 500


def _sql(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PASSERELLE_VAR = tmp_path


def _lot(chance, number):
    """Write several events by one statement, as requests of one moment are."""
    write_lot(
        {
            **dict.fromkeys(("actor_name", "role", "establishment", "reason"), ""),
            "at": START + timedelta(minutes=number),
            "action": "record_read",
            "outcome": "allowed",
            "account_id": None,
            "person_id": uuid.UUID(int=chance.getrandbits(128)),
            "target": f"document:{number}",
            "detail": {"kind": "document", "count": number},
        }
        for _ in range(LOT)
    )


@pytest.fixture
def journal():
    """A journal of its own, then a database whose triggers are off: what an attacker with all rights has."""
    _sql("SET LOCAL session_replication_role = replica")
    for table in ("audit_link", "audit_event", "audit_head"):
        _sql(f"DELETE FROM {table}")
    for shard in range(rules.SHARDS):
        _sql("INSERT INTO audit_head VALUES (%s, 0, %s)", shard, rules.genesis(shard))
    _sql("SET LOCAL session_replication_role = origin")
    chance = random.Random(20260301)
    people = [uuid.UUID(int=chance.getrandbits(128)) for _ in range(12)]
    for number in range(EVENTS):
        record(
            Action.RECORD_READ,
            by=Actor(uuid.UUID(int=number % 7 + 1), f"Dr Fictif {number % 7}", "clinician", "aphm"),
            at=START + timedelta(minutes=number),
            target=f"document:{number}",
            person_id=chance.choice(people),
            detail={"kind": "document", "count": number},
        )
        if number % LOT == 0:
            _lot(chance, number)
    _sql("SET CONSTRAINTS ALL IMMEDIATE")
    assert verify().ok
    _sql("SET LOCAL session_replication_role = replica")


def _forged_chain(shard, *, after):
    """Recompute the links of a chain from a rank on, as someone who knows the algorithm would."""
    rows = _sql("SELECT event_id, sequence FROM audit_link WHERE shard = %s ORDER BY sequence", shard)
    previous = rules.genesis(shard)
    for event_id, sequence in rows:
        digest = bytes(_sql("SELECT digest FROM audit_event WHERE id = %s", event_id)[0][0])
        previous = rules.next_hash(previous, digest)
        if sequence > after:
            _sql("UPDATE audit_link SET hash = %s WHERE event_id = %s", previous, event_id)
    return len(rows), previous


def _edit(chance):
    column, value = chance.choice(
        [
            ("actor_name", "Personne d’autre"),
            ("person_id", str(uuid.UUID(int=chance.getrandbits(128)))),
            ("account_id", str(uuid.UUID(int=chance.getrandbits(128)))),
            ("at", START - timedelta(days=chance.randint(1, 900))),
            ("action", "record_searched"),
            ("outcome", "denied"),
            ("role", "dpo"),
            ("establishment", "arles"),
            ("target", f"document:autre-{chance.random()}"),
            ("reason", "urgence"),
            ("detail", '{"kind": "autre"}'),
            ("digest", chance.randbytes(32)),
        ]
    )
    _sql(f"UPDATE audit_event SET {column} = %s WHERE id = %s", value, _any_event(chance))


def _edit_and_rehash(chance):
    """Edit an event and give it the digest of its new content: the link no longer follows."""
    event_id = _any_event(chance)
    _sql("UPDATE audit_event SET actor_name = 'Personne d’autre' WHERE id = %s", event_id)
    row = _sql(f"SELECT {', '.join(rules.FIELDS)} FROM audit_event WHERE id = %s", event_id)[0]
    event = dict(zip(rules.FIELDS, row, strict=True))
    event["detail"] = {"kind": "document", "count": int(event["target"].split(":")[1])}
    _sql("UPDATE audit_event SET digest = %s WHERE id = %s", rules.digest(event), event_id)


def _delete(chance):
    event_id = _any_event(chance)
    if chance.random() < 0.7:
        _sql("DELETE FROM audit_link WHERE event_id = %s", event_id)
    _sql("DELETE FROM audit_event WHERE id = %s", event_id)


def _delete_and_close_the_gap(chance):
    """Delete an event, renumber what follows and rebuild the chain; return its length and its new end."""
    event_id = _any_event(chance)
    shard, sequence = _sql("SELECT shard, sequence FROM audit_link WHERE event_id = %s", event_id)[0]
    _sql("DELETE FROM audit_link WHERE event_id = %s", event_id)
    _sql("DELETE FROM audit_event WHERE id = %s", event_id)
    for moved, rank in _sql(
        "SELECT event_id, sequence FROM audit_link WHERE shard = %s AND sequence > %s ORDER BY sequence",
        shard,
        sequence,
    ):
        _sql("UPDATE audit_link SET sequence = %s WHERE event_id = %s", rank - 1, moved)
    return shard, *_forged_chain(shard, after=sequence - 1)


def _unlink(chance):
    _sql("DELETE FROM audit_link WHERE event_id = %s", _any_event(chance))


def _insert(chance):
    _sql(
        """INSERT INTO audit_event (shard, at, action, outcome, account_id, actor_name, role, establishment, person_id,
        target, reason, detail, digest) SELECT shard, at, action, outcome, account_id, actor_name, role, establishment,
        person_id, target, reason, detail, digest FROM audit_event WHERE id = %s""",
        _any_event(chance),
    )


def _insert_at_the_end(chance):
    """Insert an event with a link that follows, without the head."""
    _insert(chance)
    event_id, shard, digest = _sql("SELECT id, shard, digest FROM audit_event ORDER BY id DESC LIMIT 1")[0]
    sequence, end = _sql("SELECT sequence, hash FROM audit_head WHERE shard = %s", shard)[0]
    following = rules.next_hash(bytes(end), bytes(digest))
    _sql("INSERT INTO audit_link VALUES (%s, %s, %s, %s)", event_id, shard, sequence + 1, following)


def _swap(chance):
    shard = chance.choice(_long_chains())
    one, other = chance.sample(_sql("SELECT event_id, sequence FROM audit_link WHERE shard = %s", shard), 2)
    _sql("UPDATE audit_link SET sequence = sequence + 1000000 WHERE event_id IN (%s, %s)", one[0], other[0])
    _sql("UPDATE audit_link SET sequence = %s WHERE event_id = %s", other[1], one[0])
    _sql("UPDATE audit_link SET sequence = %s WHERE event_id = %s", one[1], other[0])


def _swap_contents(chance):
    one, other = (row[0] for row in chance.sample(_sql("SELECT id FROM audit_event"), 2))
    columns = "at, actor_name, account_id, person_id, target, detail, digest"
    _sql(
        f"""UPDATE audit_event a SET ({columns}) = (SELECT {columns} FROM audit_event b
        WHERE b.id = CASE WHEN a.id = %s THEN %s ELSE %s END) WHERE a.id IN (%s, %s)""",
        one,
        other,
        one,
        one,
        other,
    )


def _cut(chance):
    shard = chance.choice(_long_chains())
    length = _sql("SELECT sequence FROM audit_head WHERE shard = %s", shard)[0][0]
    kept = chance.randrange(length)
    _sql(
        "WITH cut AS (DELETE FROM audit_link WHERE shard = %s AND sequence > %s RETURNING event_id) "
        "DELETE FROM audit_event WHERE id IN (SELECT event_id FROM cut)",
        shard,
        kept,
    )
    return shard, kept


def _cut_with_its_head(chance):
    shard, _ = _cut(chance)
    sequence, value = _forged_chain(shard, after=0)
    _sql("UPDATE audit_head SET sequence = %s, hash = %s WHERE shard = %s", sequence, value, shard)


def _rewrite_everything(chance):
    """Delete an event and rebuild its whole chain and its head: only a seal can tell."""
    shard, sequence, value = _delete_and_close_the_gap(chance)
    _sql("UPDATE audit_head SET sequence = %s, hash = %s WHERE shard = %s", sequence, value, shard)


def _move_the_head(chance):
    _sql("UPDATE audit_head SET sequence = sequence + 1 WHERE shard = %s", chance.randrange(rules.SHARDS))


def _drop_a_head(chance):
    _sql("DELETE FROM audit_head WHERE shard = %s", chance.randrange(rules.SHARDS))


def _move_to_another_chain(chance):
    _sql("UPDATE audit_event SET shard = (shard + 1) %% 16 WHERE id = %s", _any_event(chance))


BY_CHAINS = [
    _edit,
    _edit_and_rehash,
    _delete,
    _delete_and_close_the_gap,
    _unlink,
    _insert,
    _insert_at_the_end,
    _swap,
    _swap_contents,
    _cut,
    _move_the_head,
    _drop_a_head,
    _move_to_another_chain,
]
BY_SEALS = [_cut_with_its_head, _rewrite_everything]


def _any_event(chance):
    return chance.choice(_sql("SELECT id FROM audit_event ORDER BY id"))[0]


def _long_chains():
    return [row[0] for row in _sql("SELECT shard FROM audit_head WHERE sequence >= 2 ORDER BY shard")]


def _missed(attacks, chance, rounds):
    missed = []
    for number in range(rounds):
        attack = attacks[number % len(attacks)]
        with transaction.atomic():
            attack(chance)
            found = verify()
            transaction.set_rollback(True)
        if found.ok or not found.first_bad:
            missed.append((number, attack.__name__))
    return missed


def test_every_tampering_is_found_by_the_chains_alone(journal):
    missed = _missed(BY_CHAINS, random.Random(1), ATTACKS)

    assert missed == []
    assert verify().ok


def test_a_chain_rewritten_with_its_head_is_found_by_the_seal(journal):
    seal(at=START + timedelta(days=1))

    missed = _missed(BY_SEALS, random.Random(2), ATTACKS // 5)

    assert missed == []
    assert verify().ok


def test_without_a_seal_a_cut_with_its_head_is_not_seen(journal):
    """The negative control: what makes the seal necessary."""
    missed = _missed([_cut_with_its_head], random.Random(3), 5)

    assert len(missed) == 5


def test_what_is_recorded_after_a_seal_is_no_fault(journal):
    seal(at=START)
    _sql("SET LOCAL session_replication_role = origin")
    record(Action.AUDIT_READ, by=None, at=START, target="audit")

    assert verify().ok
    assert verify().events == EVENTS + EVENTS // LOT * LOT + 1


def _three_seals():
    for day in range(3):
        _sql("SET LOCAL session_replication_role = origin")
        record(Action.AUDIT_READ, by=None, at=START, target="audit")
        _sql("SET CONSTRAINTS ALL IMMEDIATE")
        seal(at=START + timedelta(days=day))


def test_a_minute_without_events_writes_no_seal(journal):
    first = seal(at=START)

    assert seal(at=START + timedelta(minutes=1)) == first
    assert len((seals.folder() / "seals.jsonl").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: [lines[0].replace('"root":"', '"root":"0', 1), *lines[1:]],
        lambda lines: lines[1:],
        lambda lines: [lines[0], lines[2]],
        lambda lines: [lines[1], lines[0], lines[2]],
        lambda lines: [*lines[:2], "{"],
        lambda lines: [lines[0].replace("2026-03-01", "2026-03-02"), *lines[1:]],
    ],
    ids=["root", "first gone", "one gone", "swapped", "unreadable", "moment"],
)
def test_a_damaged_seal_file_is_a_fault(journal, damage):
    _three_seals()
    path = seals.folder() / "seals.jsonl"
    path.write_text("\n".join(damage(path.read_text().splitlines())) + "\n")

    assert "sceau" in verify().first_bad


def test_a_seal_signed_by_another_key_is_a_fault(journal, tmp_path, settings):
    settings.PASSERELLE_VAR = tmp_path / "ailleurs"
    seal(at=START)
    forged = (seals.folder() / "seals.jsonl").read_text()
    settings.PASSERELLE_VAR = tmp_path
    seal(at=START)
    (seals.folder() / "seals.jsonl").write_text(forged)

    assert "signature" in verify().first_bad


def test_the_signing_key_is_readable_by_its_owner_only(journal):
    seal(at=START)

    assert (seals.folder() / "seal.key").stat().st_mode & 0o777 == 0o600
