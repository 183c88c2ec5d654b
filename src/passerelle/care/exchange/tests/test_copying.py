"""The two ways of writing a message give the same row."""

from uuid import uuid4

import pytest
from django.db import connection
from msgspec.structs import fields, replace

from passerelle.care.exchange.models import Message
from passerelle.care.exchange.rules.ids import ordered_id
from passerelle.care.exchange.rules.verdict import Arrival, Draft, judge
from passerelle.care.exchange.services.copying import COPY, rows
from passerelle.care.exchange.services.storing import store
from passerelle.care.exchange.tests.samples import AT, admission, house

pytestmark = pytest.mark.django_db
_OWN = {"id", "control_id", "seq"}


def copied(drafts):
    connection.ensure_connection()
    with connection.connection.cursor().copy(COPY) as copy:
        copy.write(rows(drafts))


def draft_of(raw, **changes):
    return replace(judge(Arrival(uuid4(), raw, "10.0.0.1:1234", AT), house()), **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"keys": ()},
        {"peer": "é" * 90, "keys": ("clé|à|Ü", "b|c|d"), "charset_fallback": True},
        {"accepted": False, "state": "refused", "ack": b"", "error_where": "PID^1", "error_why": "raison « é »"},
    ],
)
def test_a_copied_message_is_stored_as_an_inserted_one(changes):
    first = draft_of(admission("M1"), **changes)
    second = replace(first, id=uuid4(), control_id="M2", sha256=b"2" * 32)
    copied([first])
    store([second], at=AT)

    rank = [field.attname for field in Message._meta.concrete_fields if field.attname not in _OWN | {"sha256"}]
    one, other = (Message.objects.values(*rank).get(pk=draft.id) for draft in (first, second))
    assert {name: _plain(value) for name, value in one.items()} == {name: _plain(v) for name, v in other.items()}


def test_every_part_of_a_draft_is_copied():
    draft = draft_of(admission("M1"))
    copied([draft])

    row = Message.objects.get(pk=draft.id)
    for field in fields(Draft):
        stored = _plain(getattr(row, field.name))
        assert stored == (list(draft.keys) if field.name == "keys" else getattr(draft, field.name)), field.name


def test_a_group_keeps_the_order_it_is_given_in():
    copied([draft_of(admission(f"M{rank}")) for rank in range(200)])

    assert list(Message.objects.order_by("seq").values_list("control_id", flat=True)) == [f"M{n}" for n in range(200)]


def test_ids_are_in_the_order_of_arrival_and_never_the_same():
    later = AT.replace(microsecond=AT.microsecond + 5_000)

    ids = [ordered_id(AT) for _ in range(100)]

    assert max(ids) < ordered_id(later)
    assert len(set(ids)) == 100
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}


def _plain(value):
    return bytes(value) if isinstance(value, memoryview) else value
