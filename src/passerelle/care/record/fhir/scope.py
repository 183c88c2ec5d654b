"""Who may see what through FHIR: the decision of the pages, as conditions of a search or a check of one resource."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.identity import api as identity
from passerelle.care.record.rules.columns import token
from passerelle.care.record.rules.documents import RESTRICTIONS
from passerelle.care.record.rules.visibility import (
    RESTRICTED_STATES,
    restrictions_of,
    states_of,
)
from passerelle.care.record.selectors.clauses import Clause
from passerelle.care.record.selectors.reading import document_relation
from passerelle.care.record.selectors.relations import relation_to, treating_since, workplaces
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, State, Viewer
from passerelle.protocols.fhir import api as fhir

KINDS = {
    "Patient": Kind.PATIENT,
    "Encounter": Kind.ENCOUNTER,
    "DocumentReference": Kind.DOCUMENT,
    "Observation": Kind.OBSERVATION,
    "Appointment": Kind.APPOINTMENT,
}
NOTHING = Clause("false")


@dataclass(frozen=True, slots=True)
class Scope:
    """The conditions that keep a search inside what the viewer may know of; whose record it is when it is one."""

    conditions: tuple[Clause, ...]
    relation: Relation
    person_id: UUID | None = None


def check_resource(viewer: Viewer, held: StoredResource, act: Act, *, at: datetime) -> UUID:
    """Decide on one stored resource, leave the trace, and return whose it is.

    Raises:
        AccessRefused: this viewer may not see it.
    """
    person_id = identity.person_of(held.local_identity_id)
    kind = KINDS[held.type]
    relation = document_relation(viewer, relation_to(viewer, person_id, at=at), held.establishment)
    states = states_of(restrictions_of(fhir.loads(held.body)))
    refused = [one for one in states if not access.allowed(viewer, kind, act, relation=relation, state=one)]
    access.check(
        viewer,
        kind,
        act,
        relation=relation,
        state=refused[0] if refused else states[0],
        target=f"fhir:{held.type}/{held.id}",
        person_id=person_id,
        at=at,
    )
    return person_id


def scope_of(viewer: Viewer, type_: str, params: Mapping[str, Sequence[str]], *, at: datetime) -> Scope:
    """Return what a viewer may find.

    A patient finds their own record. A professional who names a patient finds their record when the decision allows
    it; otherwise, the patients of their own establishments that they treat.
    """
    if viewer.person_id is not None:
        known = [one.id for one in identity.local_identities(viewer.person_id)]
        return _of_identities(viewer, type_, known, Relation.SELF, viewer.person_id)
    named = _named_patients(type_, params)
    if named is None:
        return _of_the_treated(viewer, type_, at)
    persons = identity.persons_of(named)
    if len(set(persons.values())) == 1:
        person_id = next(iter(persons.values()))
        return _of_identities(viewer, type_, persons, relation_to(viewer, person_id, at=at), person_id)
    treated = [one for one, person_id in persons.items() if relation_to(viewer, person_id, at=at) is Relation.TREATING]
    return _of_identities(viewer, type_, treated, Relation.TREATING, None)


def _named_patients(type_: str, params: Mapping[str, Sequence[str]]) -> list[UUID] | None:
    names = ("_id",) if type_ == "Patient" else ("patient", "subject", "subject:Patient")
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


def _of_identities(
    viewer: Viewer, type_: str, known: Iterable[UUID], relation: Relation, person_id: UUID | None
) -> Scope:
    inside = Clause("local_identity_id = ANY(%s)", (list(known),))
    return Scope((inside, *_visible(viewer, type_, relation)), relation, person_id)


def _of_the_treated(viewer: Viewer, type_: str, at: datetime) -> Scope:
    here = sorted(workplaces(viewer))
    treated = Clause(
        "local_identity_id IN (SELECT stay.local_identity_id FROM record_resource stay WHERE stay.type = 'Encounter'"
        " AND NOT stay.deleted AND stay.establishment = ANY(%s) AND stay.status <> ALL(%s)"
        " AND coalesce(stay.date_end, 'infinity') > %s)",
        (here, ["cancelled", "entered-in-error"], treating_since(at)),
    )
    conditions = (treated, *_visible(viewer, type_, Relation.TREATING)) if here else (NOTHING,)
    return Scope(conditions, Relation.TREATING)


def _visible(viewer: Viewer, type_: str, relation: Relation) -> tuple[Clause, ...]:
    """Return the conditions that leave out what the restrictions hide from this viewer."""
    kind = KINDS[type_]
    if not access.allowed(viewer, kind, Act.READ, relation=relation):  # finding an identity is for the pages
        return (NOTHING,)
    if kind not in {Kind.DOCUMENT, Kind.OBSERVATION}:
        return ()
    here = sorted(workplaces(viewer))
    own = document_relation(viewer, relation, here[0]) if here else relation
    hidden, hidden_at_home = (_hidden(viewer, kind, tie) for tie in (relation, own))
    return (
        Clause(
            "(security IS NULL"
            " OR NOT security && CASE WHEN establishment = ANY(%s) THEN %s::text[] ELSE %s::text[] END)",
            (here, hidden_at_home, hidden),
        ),
    )


def _hidden(viewer: Viewer, kind: Kind, relation: Relation) -> list[str]:
    def may(state: State) -> bool:
        return access.allowed(viewer, kind, Act.READ, relation=relation, state=state)

    return [token(RESTRICTIONS, code) for code, state in RESTRICTED_STATES.items() if not may(state)]
