"""What waits to be told by a professional before its patient, or who represents them, knows of it.

Which kinds wait, how long, and what was told: the package that keeps these rules registers a source (`register_holds`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from passerelle.care.record.rules.visibility import Standing
from passerelle.care.record.selectors.prepared import rows_of
from passerelle.core.access.api import Relation

#: The kind of every coded result and report; a document has the code of its type.
RESULT: Final = "result"
_FOR: Final = frozenset({Relation.SELF, Relation.REPRESENTATIVE})
# A deletion has no code nor date of its own any more: it waits as what it deleted did.
_HELD: Final = (
    "SELECT held.id, held.type FROM record_resource held"
    " WHERE held.local_identity_id = ANY(%(files)s)"
    " AND held.type IN ('DocumentReference', 'Observation', 'DiagnosticReport')"
    " AND held.id <> ALL(%(announced)s::uuid[])"
    " AND EXISTS (SELECT FROM unnest(%(places)s::text[], %(kinds)s::text[], %(days)s::int[])"
    " AS wait (place, kind, days) WHERE wait.place = held.establishment"
    " AND coalesce(held.date_start, held.last_updated) > %(at)s::timestamptz - make_interval(days => wait.days)"
    " AND CASE WHEN held.type <> 'DocumentReference' THEN wait.kind = %(result)s"
    " ELSE wait.kind <> %(result)s AND (held.deleted"
    " OR EXISTS (SELECT FROM unnest(held.codes) AS code WHERE split_part(code, '|', 2) = wait.kind)) END)"
)


@dataclass(frozen=True, slots=True)
class Wait:
    """The longest wait, in days, of a kind of piece of an establishment: `RESULT`, or the code of a document type."""

    establishment: str
    kind: str
    days: int


@dataclass(frozen=True, slots=True)
class Holds:
    """The waits in force, and the pieces of one person that a professional has spoken of."""

    waits: tuple[Wait, ...] = ()
    announced: frozenset[UUID] = frozenset()


HoldsSource = Callable[[UUID], Holds]


@dataclass(slots=True)
class _Register:
    source: HoldsSource | None = None


_register = _Register()


def register_holds(source: HoldsSource) -> None:
    """Let the record know what waits for a person; the source is asked when they or their representatives look."""
    _register.source = source


def with_holds(standing: Standing, *, at: datetime) -> Standing:
    """Return a standing with what waits, for the person and who represents them; anybody else's as it is."""
    if _register.source is None or standing.person_id is None or standing.relation not in _FOR:
        return standing
    holds = _register.source(standing.person_id)
    if not holds.waits or not standing.identities:
        return standing
    rows = rows_of(
        _HELD,
        {
            "files": list(standing.identities),
            "announced": sorted(holds.announced),
            "places": [one.establishment for one in holds.waits],
            "kinds": [one.kind for one in holds.waits],
            "days": [one.days for one in holds.waits],
            "at": at,
            "result": RESULT,
        },
    )
    documents = frozenset(id_ for id_, type_ in rows if type_ == "DocumentReference")
    return replace(standing, held=frozenset(id_ for id_, _ in rows), held_documents=documents)
