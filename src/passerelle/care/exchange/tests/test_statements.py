from contextlib import nullcontext

import pytest
from django.db import IntegrityError, connection, transaction

from passerelle.care.exchange.models import LaneKey
from passerelle.care.exchange.statements import SupposedWrong, ask, gathering_writes, insert_new, write

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
