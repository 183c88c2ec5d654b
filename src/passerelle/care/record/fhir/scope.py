"""Who may see what through FHIR: the persons a request names, the one decision on them, and the scopes of applications.

The decision itself is `selectors/sight.py`: what pages ask, FHIR asks too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.record.fhir.answers import Refusal
from passerelle.care.record.rules.kinds import KIND_OF
from passerelle.care.record.rules.visibility import reach_of
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.sight import Sight, sight_around, sight_of
from passerelle.care.record.selectors.sql import Clause
from passerelle.core.access.api import Act, Relation, Viewer
from passerelle.protocols import smart

KINDS = KIND_OF
_NAMING = ("patient", "subject", "subject:Patient", "beneficiary", "beneficiary:Patient")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a search may observe: the sight to put on each alias; the tie, and whose record it is when it is one."""

    sight: Sight
    type_: str
    relation: Relation
    person_id: UUID | None = None

    @property
    def conditions(self) -> tuple[Clause, ...]:
        return (self.sight.clause(self.type_, "r"),)


def check_scopes(viewer: Viewer, type_: str, act: Act) -> None:
    """Refuse what an application was given no scope for: this says nothing of what is stored.

    Raises:
        Refusal: 403, as SMART asks.
    """
    if reach_of(viewer, type_, act) is smart.Reach.NOTHING:
        raise Refusal(403, "forbidden", f"Aucune portée (scope) de cette application n’ouvre {type_} à cet acte.")


def check_resource(viewer: Viewer, held: StoredResource, act: Act, *, at: datetime) -> UUID | None:
    """Decide on one stored resource, leave the trace, and return whose it is (None: nobody's).

    Raises:
        AccessRefused: this viewer may not see it.
        Refusal: the application has no scope for it.
    """
    check_scopes(viewer, held.type, act)
    return Sight(viewer, at=at, act=act).check(held)


def scope_of(viewer: Viewer, type_: str, params: Mapping[str, Sequence[str]], *, at: datetime) -> Scope:
    """Return what a viewer may find.

    A patient finds their own record and those of whom they represent. A professional who names patients finds what the
    decision allows of these; otherwise, the patients treated at their establishments and those who chose them.

    Raises:
        Refusal: the application has no scope for it.
    """
    check_scopes(viewer, type_, Act.SEARCH)
    named = None if viewer.person_id is not None else _named_patients(type_, params)
    if named is None:
        sight = sight_of(viewer, at=at, act=Act.SEARCH)
    else:
        sight = sight_around(viewer, named, at=at, act=Act.SEARCH)
    if viewer.person_id is not None:
        return Scope(sight, type_, Relation.SELF, viewer.person_id)
    if sight.about is not None and len(sight.about) == 1:
        return Scope(sight, type_, sight.about[0].relation, sight.about[0].person_id)
    return Scope(sight, type_, Relation.TREATING)


def _named_patients(type_: str, params: Mapping[str, Sequence[str]]) -> list[UUID] | None:
    names = ("_id",) if type_ == "Patient" else _NAMING
    values = [value for name in names for value in params.get(name, ())]
    if not values:
        return None
    found: list[UUID] = []
    for one in (part for value in values for part in value.split(",")):
        try:
            found.append(UUID(one.rpartition("/")[2]))
        except ValueError:
            continue
    return found
