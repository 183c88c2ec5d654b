"""The second wall: the database is told who looks, in the very transaction that reads, and hides every other row.

The policies are of `record/migrations/0007_second_wall.py`. Within a request, what is told is the viewer; a part of it
that reads for the house says so (`as_machine`). Outside any request nothing is told: jobs and commands work as the
owner of the tables, or as a role that bypasses policies.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.db import connection, transaction

from passerelle.core.access.matrix import current_matrix
from passerelle.core.access.rules import decide, may
from passerelle.core.access.viewer import Viewer
from passerelle.core.access.vocabulary import RECORD_KINDS, Act, Kind, Relation, Role, State

#: The role of pages and of FHIR: it owns no table.
RUNTIME_ROLE: Final = "passerelle_app"
#: What a statement on a walled table has in its text; one told for nothing costs a moment, one missed sees no row.
_WALLED: Final = ("record_", "consent_")
_TELL: Final = (
    "SELECT set_config('passerelle.reach', %s, true), set_config('passerelle.account', %s, true),"
    " set_config('passerelle.person', %s, true), set_config('passerelle.rpps', %s, true),"
    " set_config('passerelle.places', %s, true)"
)
Told = tuple[str, str, str, str, str]
_MACHINE: Final[Told] = ("machine", "", "", "", "")


@dataclass(slots=True)
class _Looking:
    """Who looks for the time of a request; resolved when a walled table is first read."""

    viewer_of: Callable[[], Viewer]
    told: Told | None = None

    def words(self) -> Told:
        if self.told is None:
            self.told = told_of(self.viewer_of())
        return self.told


_looking: ContextVar[_Looking | None] = ContextVar("looking", default=None)


@contextmanager
def behind(viewer_of: Callable[[], Viewer]) -> Iterator[None]:
    """Let this block see what its viewer may at most see; `viewer_of` is asked when a walled table is first read."""
    token = _looking.set(_Looking(viewer_of))
    try:
        with connection.execute_wrapper(_before):
            yield
    finally:
        _looking.reset(token)


@contextmanager
def as_machine() -> Iterator[None]:
    """Let this block of a request read for the house: counts, routing, what a message does. Never for a page's rows."""
    if _looking.get() is None:
        yield
        return
    token = _looking.set(_Looking(Viewer, _MACHINE))
    try:
        yield
    finally:
        _looking.reset(token)


def told_of(viewer: Viewer) -> Told:
    """Return what the database is told of a viewer: reach, account, person, RPPS, and the places of their roles."""
    reach, places = _by_roles(viewer.assignments)
    person = viewer.person_id if viewer.has(Role.PATIENT) else None
    return reach, str(viewer.account_id or ""), str(person or ""), viewer.professional_rpps or "", places


@lru_cache(maxsize=1024)
def _by_roles(assignments: frozenset[tuple[Role, str | None]]) -> tuple[str, str]:
    matrix, roles = current_matrix(), {role for role, _ in assignments}
    reads = {role for role in roles if any(may(matrix, (role,), kind, Act.READ) for kind in RECORD_KINDS)}
    reach = ["viewer"]
    if may(matrix, roles, Kind.ACCESS, Act.VERIFY):
        reach.append("control")
    if decide(matrix, roles, Relation.TERRITORY, kind=Kind.PATIENT, act=Act.READ, state=State.NORMAL).allowed:
        reach.append("identities")
    return ",".join(reach), ",".join(sorted({code for role, code in assignments if code and role in reads}))


def is_behind() -> bool:
    """Tell whether this is inside a request, where policies are in force: a COPY would be refused."""
    return _looking.get() is not None


def to_tell(sql: str) -> tuple[str, Told] | None:
    """Return the statement to run first, in the same transaction, before this one; None when there is nothing to tell.

    For those who talk to psycopg themselves; it is then taken as told.
    """
    looking = _looking.get()
    if looking is None or not _is_walled(sql):
        return None
    words = looking.words()
    if connection.in_atomic_block:
        if _is_told(words):
            return None
        _note_told(words)
    return _TELL, words


def _is_walled(sql: str) -> bool:
    return any(word in sql for word in _WALLED)


def _before(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Mapping[str, Any]) -> Any:  # noqa: FBT001 - Django's own
    """Tell who looks before a statement on a walled table (`execute_wrapper`)."""
    looking = _looking.get()
    if looking is None or not _is_walled(sql):
        return execute(sql, params, many, context)
    if not connection.in_atomic_block:
        with transaction.atomic():
            return _before(execute, sql, params, many, context)
    words = looking.words()
    if not _is_told(words):
        execute(_TELL, words, False, context)
        _note_told(words)
    return execute(sql, params, many, context)


def _is_told(words: Told) -> bool:
    """Tell whether this transaction was told so, and did not go back behind it since.

    Django makes a new list of hooks at each end of a transaction and at each return to a savepoint.
    """
    hooks, told = getattr(connection, "passerelle_told", (None, None))
    return hooks is connection.run_on_commit and told == words


def _note_told(words: Told) -> None:
    connection.passerelle_told = (connection.run_on_commit, words)  # type: ignore[attr-defined]  # ours
