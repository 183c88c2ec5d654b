"""What comes back, good and hostile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.protocols.insi import api as insi
from passerelle.protocols.insi.answers import MAX_BYTES, read_answer, read_verification
from passerelle.protocols.insi.simulator.directory import Record
from passerelle.protocols.insi.simulator.replies import result_message

ZOE = insi.PublishedDirectory().records[0].identity
GOOD = result_message(insi.Outcome.FOUND, Record(ZOE))


def test_a_published_answer_is_read():
    assert read_answer(GOOD).identity == ZOE


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "xml"),
        (b"<a/>", "cr"),
        (b"<!DOCTYPE a []><a/>", "doctype"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "doctype"),
        (GOOD.replace(b">00<", b">99<"), "cr"),
        (GOOD.replace(b"INDIVIDU>", b"AUTRE>"), "individu"),
        (GOOD.replace(b">F<", b">I<"), "tiq"),
        (GOOD.replace(b"OID>", b"AUTRE>"), "matricule"),
        (b"<a>" + b" " * MAX_BYTES + b"</a>", "size"),
    ],
)
def test_another_form_is_a_typed_error(content, code):
    with pytest.raises(insi.InsiUnreadable) as failure:
        read_answer(content)

    assert failure.value.code == code


@given(st.binary(max_size=200) | st.integers(0, len(GOOD)).map(lambda cut: GOOD[:cut]))
def test_any_bytes_are_read_or_refused_and_nothing_else(content):
    for read in (read_answer, read_verification):
        try:
            read(content)
        except insi.InsiError as failure:
            told = failure.code
        else:
            told = "read"
        assert told


def test_retries_are_spaced_and_end_after_about_a_day():
    delays = [insi.retry_delay(attempts) for attempts in range(1, 40)]
    kept = [delay for delay in delays if delay is not None]

    assert delays[:4] == [timedelta(minutes=wait) for wait in (1, 5, 15, 60)]
    assert timedelta(hours=20) < sum(kept, timedelta()) < timedelta(hours=30)
    assert delays[-1] is None


def test_every_published_test_identity_has_a_right_key_and_a_test_number():
    records = insi.PublishedDirectory().records

    assert len({record.identity.matricule for record in records}) == len(records)
    assert {record.identity.oid for record in records} == {"1.2.250.1.213.1.4.10"}
    assert all(len(record.identity.matricule) == 15 for record in records)


def test_every_outcome_has_its_words():
    assert all(outcome.label for outcome in insi.Outcome)
