"""Drafts as rows of a COPY: what `storing` inserts, without a statement to bind nor a conflict to look for."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Final

from passerelle.care.exchange.rows import Table
from passerelle.care.exchange.rules.verdict import Draft
from passerelle.care.exchange.services.storing import column_type

_COLUMNS: Final = Draft.__struct_fields__
_TABLE: Final = Table(
    "exchange_message", {**{name: column_type(name) for name in _COLUMNS}, "held": "boolean", "attempts": "smallint"}
)
COPY: Final = _TABLE.copy
_values: Callable[[Draft], tuple[Any, ...]] = attrgetter(*_COLUMNS)


def rows(drafts: Sequence[Draft]) -> bytes:
    """Return the whole content of a COPY of these messages: not held, never attempted."""
    return _TABLE.content([(*_values(draft), False, 0) for draft in drafts])
