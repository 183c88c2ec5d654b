"""Commit messages in groups. The only place that writes a message for the first time."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

import psycopg
from django.db import connection

from passerelle.care.exchange.rules.verdict import Draft, conflict

CHANNEL = "exchange_received"


class NotDurable(RuntimeError):
    """PostgreSQL est réglé de telle sorte qu’un message validé peut être perdu (fsync ou synchronous_commit éteint)."""


_BETWEEN_KEYS = "\x1f"
_TYPES = {
    "id": "uuid",
    "received_at": "timestamp with time zone",
    "raw": "bytea",
    "sha256": "bytea",
    "ack": "bytea",
    "form": "bytea",
    "keys": "text[]",
}
_BOOLEANS = frozenset({"accepted", "charset_fallback"})
_COLUMNS = Draft.__struct_fields__
_KEYS_PLACE = _COLUMNS.index("keys")
_values = attrgetter(*_COLUMNS)
_CONTROL_ID_KEY = ("control_id", "sending_application", "sending_facility")


def _insert_statement() -> str:
    columns = ", ".join(_COLUMNS)
    arrays = ", ".join("%b::text[]" if name == "keys" else f"%b::{column_type(name)}[]" for name in _COLUMNS)
    values = ", ".join("string_to_array(keys, E'\\x1f')" if name == "keys" else name for name in _COLUMNS)
    return f"""
        WITH stored AS (
            INSERT INTO exchange_message ({columns}, held, attempts)
            SELECT {values}, false, 0 FROM unnest({arrays}) AS given ({columns})
            ON CONFLICT DO NOTHING RETURNING id
        )
        SELECT array_agg(id), pg_notify('{CHANNEL}', '') FROM stored
    """  # noqa: S608 - column names are those of the draft


def column_type(name: str) -> str:
    """Return the type of a column of a draft."""
    return "boolean" if name in _BOOLEANS else _TYPES.get(name, "text")


_INSERT = _insert_statement()
_FIND_ACCEPTED = """
    SELECT sha256, ack FROM exchange_message
    WHERE accepted AND control_id = %s AND sending_application = %s AND sending_facility = %s
"""
_FIND_REFUSED = """
    SELECT ack FROM exchange_message WHERE NOT accepted AND sha256 = %s AND state = %s AND error_where = %s
"""


def store(drafts: Sequence[Draft], *, at: datetime) -> list[bytes]:
    """Store messages in one statement and return the acknowledgement of each, in the order given.

    Outside a transaction the statement is its own commit: what returns is on disk. A message already there is not
    stored again and gets the answer of its first time; a control id that served for another body makes a conflict,
    kept beside it.
    """
    cursor = _cursor()
    # Two groups that share messages lock them in the same order.
    ordered = sorted(drafts, key=lambda draft: (draft.control_id, draft.sha256))
    new = _insert(cursor, ordered)
    return [draft.ack if draft.id in new else _settle(cursor, draft, at) for draft in drafts]


def _cursor() -> psycopg.Cursor[Any]:
    connection.ensure_connection()
    # Parameters bound by the server: no message is ever quoted into SQL text, and bytes travel as they are.
    return psycopg.Cursor(connection.connection)


def _insert(cursor: psycopg.Cursor[Any], drafts: Sequence[Draft]) -> frozenset[Any]:
    rows = [_storable(draft) for draft in drafts]
    cursor.execute(_INSERT, [list(column) for column in zip(*rows, strict=True)])
    answer = cursor.fetchone()
    return frozenset(answer[0] or ()) if answer else frozenset()


def _storable(draft: Draft) -> tuple[Any, ...]:
    values: tuple[Any, ...] = _values(draft)
    return (*values[:_KEYS_PLACE], _BETWEEN_KEYS.join(draft.keys), *values[_KEYS_PLACE + 1 :])


def _settle(cursor: psycopg.Cursor[Any], draft: Draft, at: datetime) -> bytes:
    """Answer a message that was not inserted: seen before, or the control id of another."""
    if not draft.accepted:
        return _refused_before(cursor, draft)
    known = cursor.execute(_FIND_ACCEPTED, [getattr(draft, name) for name in _CONTROL_ID_KEY]).fetchone()
    if known is not None and bytes(known[0]) == draft.sha256:
        return bytes(known[1])
    refused = conflict(draft, at=at)
    return refused.ack if refused.id in _insert(cursor, [refused]) else _refused_before(cursor, refused)


def _refused_before(cursor: psycopg.Cursor[Any], draft: Draft) -> bytes:
    known = cursor.execute(_FIND_REFUSED, [draft.sha256, draft.state, draft.error_where]).fetchone()
    return bytes(known[0]) if known else draft.ack
