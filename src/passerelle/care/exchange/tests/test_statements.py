from contextlib import nullcontext
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from passerelle.care.exchange.models import LaneKey
from passerelle.care.exchange.rows import Table
from passerelle.care.exchange.statements import (
    SupposedWrong,
    ask,
    gathering_writes,
    insert_missing,
    insert_new,
    insert_row,
    write,
)
from passerelle.core.access import api as access
from passerelle.core.access.api import Viewer

pytestmark = pytest.mark.django_db
INSERT = "INSERT INTO exchange_lanekey (key, value, lane) VALUES (%s, %s, %s)"
INSERT_NEW = f"{INSERT} ON CONFLICT DO NOTHING"
COUNT = "SELECT count(*) FROM exchange_lanekey WHERE lane >= %s"


def count():
    return ask(COUNT, [0]).fetchone()[0]


def test_alone_a_row_is_told_new_or_not():
    assert insert_new(INSERT_NEW, ["a", "a", 1])
    assert not insert_new(INSERT_NEW, ["a", "a", 1])
    assert count() == 1


def test_what_is_gathered_is_seen_by_what_is_asked_next():
    with gathering_writes():
        write(INSERT, ["a", "a", 1])
        assert count() == 1
        write(INSERT, ["b", "b", 2])
        assert LaneKey.objects.count() == 2


def test_what_is_gathered_is_sent_at_the_end_in_its_order():
    with gathering_writes():
        write(INSERT, ["a", "a", 1])
        write("UPDATE exchange_lanekey SET lane = %s WHERE key = %s", [5, "a"])

    assert LaneKey.objects.get().lane == 5


def test_a_row_supposed_new_that_was_there_is_told_at_the_latest_at_the_end():
    write(INSERT, ["a", "a", 1])

    def suppose():
        with transaction.atomic(), gathering_writes():
            assert insert_new(INSERT_NEW, ["b", "b", 2])
            assert insert_new(INSERT_NEW, ["a", "a", 1])

    with pytest.raises(SupposedWrong):
        suppose()

    assert list(LaneKey.objects.values_list("key", flat=True)) == ["a"]


def test_an_error_is_one_of_django_wherever_it_comes_out():
    write(INSERT, ["a", "a", 1])

    def write_again(block):
        with transaction.atomic(), block:
            write(INSERT, ["a", "a", 1])
            count()

    with pytest.raises(IntegrityError):
        write_again(nullcontext())
    with pytest.raises(IntegrityError):
        write_again(gathering_writes())
    assert count() == 1


def test_what_django_writes_is_noticed_and_what_it_reads_is_not():
    with gathering_writes() as gathered:
        LaneKey.objects.count()
        assert not gathered.others_wrote
        LaneKey.objects.create(key="a", value="a", lane=1)
        assert gathered.others_wrote


def test_an_error_in_the_block_sends_nothing():
    def fail():
        with transaction.atomic(), gathering_writes():
            write(INSERT, ["a", "a", 1])
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert count() == 0
    assert connection.execute_wrappers == []


KEYS = Table("exchange_lanekey", {"key": "varchar(300)", "value": "text", "lane": "bigint"})


def in_a_request():
    """Work as in a request, where a COPY would be refused."""
    viewer = Viewer(account_id=UUID(int=3), name="Essai", assignments=frozenset())
    return access.behind(lambda: viewer)


@pytest.mark.parametrize("where", [nullcontext, in_a_request])
@pytest.mark.parametrize("rows", [2, 30])
def test_rows_of_a_table_travel_together_before_what_is_gathered_with_them(rows, where):
    with where(), transaction.atomic(), gathering_writes():
        write("UPDATE exchange_lanekey SET lane = lane + %s", [100])
        assert all(insert_row(KEYS, [f"clé {rank}", "é", rank]) for rank in range(rows))
        assert count() == rows

    assert sorted(LaneKey.objects.values_list("lane", flat=True)) == [100 + rank for rank in range(rows)]


@pytest.mark.parametrize("where", [nullcontext, in_a_request])
@pytest.mark.parametrize("rows", [2, 30])
def test_a_row_of_a_table_that_was_there_is_told_at_the_end(rows, where):
    assert insert_row(KEYS, ["1", "1", 1])
    assert not insert_row(KEYS, ["1", "1", 1])

    def suppose():
        with where(), transaction.atomic(), gathering_writes():
            assert all(insert_row(KEYS, [str(rank), "", rank]) for rank in range(rows))

    with pytest.raises(SupposedWrong):
        suppose()

    assert list(LaneKey.objects.values_list("key", flat=True)) == ["1"]


def test_rows_that_may_be_there_are_inserted_once():
    insert_missing(KEYS, ["1", "avant", 1])
    insert_missing(KEYS, ["1", "après", 1])
    with gathering_writes():
        for rank in (1, 2, 2, 3):
            insert_missing(KEYS, [str(rank), "groupe", rank])

    assert dict(LaneKey.objects.values_list("key", "value")) == {"1": "avant", "2": "groupe", "3": "groupe"}


def test_every_type_of_column_is_copied_as_it_would_be_inserted():
    values = [
        UUID(int=7), "texte é", "court", b"\x00\xff", True, -3, 70_000, 2**40, 0.5, date(1912, 2, 29),
        datetime(1999, 12, 31, 23, 59, 59, 123456, tzinfo=UTC), '{"a": [1]}', ["é", ""], [], None,
    ]  # fmt: skip
    types = (
        "uuid,text,varchar(20),bytea,boolean,smallint,integer,bigint,double precision,date,"
        "timestamp with time zone,jsonb,text[],varchar(20)[],text"
    )
    columns = {f"c{rank}": type_ for rank, type_ in enumerate(types.split(","))}
    declared = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE every_type ({declared}) ON COMMIT DROP")
    table = Table("every_type", columns)

    ask(table.insert_new, values)
    with connection.connection.cursor().copy(table.copy) as copy:
        copy.write(table.content([values]))

    assert not table.may_be_told
    without_bytes = [None if isinstance(value, bytes) else value for value in values]
    ask(table.insert_told, [table.told([without_bytes, [None] * len(values)])])

    first, second, third, fourth = ask("SELECT * FROM every_type", []).fetchall()
    assert first == second
    assert second[:3] == (values[0], values[1], values[2])
    assert third == tuple(None if isinstance(value, bytes) else value for value in second)
    assert set(fourth) == {None}
