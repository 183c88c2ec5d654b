import os
from datetime import timedelta

from passerelle.care.exchange.rules.ids import ordered_id
from passerelle.care.exchange.tests.samples import AT


def test_an_id_tells_its_millisecond_and_comes_after_those_of_earlier_ones():
    early, late = ordered_id(AT), ordered_id(AT + timedelta(milliseconds=1))

    assert early.version == late.version == 7
    assert early.variant == "specified in RFC 4122"
    assert late.int >> 80 == (early.int >> 80) + 1
    assert early < late


def test_ids_of_one_millisecond_differ_far_beyond_what_is_drawn_at_once():
    assert len({ordered_id(AT) for _ in range(5_000)}) == 5_000


def test_a_child_does_not_give_the_ids_of_its_parent():
    ordered_id(AT)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, ordered_id(AT).bytes)
        os._exit(0)
    os.waitpid(child, 0)

    told = os.read(reading, 16)

    assert told not in {ordered_id(AT).bytes for _ in range(5_000)}
    os.close(reading)
    os.close(writing)
