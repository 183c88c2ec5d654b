import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import psycopg
from django.db import connection

from passerelle.core.audit import rules
from passerelle.core.audit.actions import SYSTEM, Action, Actor, Outcome
from passerelle.core.audit.services.gathering import Gathering, chain_of_this_process
from passerelle.core.audit.statements import Statement

_COLUMNS: Final = (*rules.FIELDS, "digest")
_INSERT: Final = (
    f"INSERT INTO audit_event ({', '.join(_COLUMNS)})"  # noqa: S608 - the names of our columns
    f" VALUES ({', '.join(f'%({name})s' for name in _COLUMNS)})"
)
_WRITE_LOT: Final = Statement("SELECT audit_write($1, $2)")
_handed: Final[ContextVar[Callable[[str, dict[str, Any]], None] | None]] = ContextVar("handed_events", default=None)


def record(  # noqa: PLR0913 - the shape of an event; every part is named at the call
    action: Action,
    *,
    by: Actor | None,
    at: datetime,
    target: str,
    person_id: UUID | None = None,
    outcome: Literal["allowed", "denied"] = "allowed",
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Write one event in the current transaction; it is chained when that transaction commits.

    Outside any transaction it is committed when this returns, perhaps together with those of other threads.

    `target` is a kind and an id (`document:0198…`), never a value. `detail` holds ids, codes and counts (no float),
    never clinical content. `by` None is the house itself.

    Raises:
        Unwritable: `detail` holds something that would not come back as written.
    """
    actor = by or SYSTEM
    event: dict[str, Any] = {
        "shard": 0,
        "at": at,
        "action": action.value,
        "outcome": Outcome(outcome).value,
        "account_id": actor.account_id,
        "actor_name": rules.storable_text(actor.name, 200),
        "role": actor.role,
        "establishment": actor.establishment,
        "person_id": person_id,
        "target": rules.storable_text(target, 200),
        "reason": rules.storable_text(reason, 300),
        "detail": rules.storable_detail(detail or {}),
    }
    if connection.in_atomic_block:
        event["shard"] = rules.shard_of(str(person_id or actor.account_id or target))
        _write(event)
    else:
        _gathering.add(event)


@contextmanager
def written_by(write: Callable[[str, dict[str, Any]], None]) -> Iterator[None]:
    """Hand what inserts the events of this block, inside a transaction, to `write`: they travel with its writes."""
    token = _handed.set(write)
    try:
        yield
    finally:
        _handed.reset(token)


def _write(event: dict[str, Any]) -> None:
    """Insert an event by a prepared statement: each reading and each write of the record leaves one."""
    values = event | {"detail": json.dumps(event["detail"], ensure_ascii=False), "digest": rules.digest(event)}
    handed = _handed.get()
    if handed is not None:
        handed(_INSERT, values)
        return
    connection.ensure_connection()
    with connection.wrap_database_errors:
        psycopg.Cursor(connection.connection).execute(_INSERT, values, prepare=True)


def write_lot(events: Iterable[dict[str, Any]]) -> None:
    """Write events by one statement, chained one after the other in the chain of this process."""
    chain = chain_of_this_process()
    texts = [rules.canonical(event | {"shard": chain}) for event in events]
    digests = "".join(hashlib.sha256(text).hexdigest() for text in texts)
    _WRITE_LOT.rows([b"[" + b",".join(texts) + b"]", f"\\x{digests}".encode()])


_gathering: Final = Gathering(write_lot)
