"""The decision of `rules/visibility.py` as SQL, on one alias of `record_resource`, around persons of known standing.

Their local identities and what they decided are values of the statement. `seeing_bulk.py` is for records nobody named.
"""

from collections.abc import Iterable
from uuid import UUID

from passerelle.care.record.rules.kinds import NOBODY, kind_of
from passerelle.care.record.rules.visibility import (
    RESTRICTION_PREFIX,
    STATE_OF_LABEL,
    Part,
    Standing,
    is_within_scopes,
    places_of,
    source_of,
    states_allowed,
    ties_by_part,
    ties_of_nobodys,
)
from passerelle.care.record.selectors.conditions import EVERYTHING, NOTHING, all_of, any_of, choice
from passerelle.care.record.selectors.sql import Clause
from passerelle.core.access.api import Act, Kind, Relation, State, Viewer

_SOMEBODY = UUID(int=1)


def kind_of_somebodys(type_: str) -> Kind:
    """Return the kind of the resources of this type that are a patient's."""
    return kind_of(type_, _SOMEBODY)


def of_nobodys(viewer: Viewer, type_: str, alias: str, act: Act) -> Clause:
    """Return the condition on what is nobody's: directory, terminology, subscriptions."""
    kind = kind_of(type_, NOBODY)

    def seen(establishment: str) -> Clause:
        (tie,) = ties_of_nobodys(viewer, establishment)
        return of_labels(alias, states_allowed(viewer.roles, tie, kind, act))

    places, found = sorted(viewer.establishments), seen("")
    if places and seen(places[0]) != found:
        found = choice(Clause(f"{alias}.establishment = ANY(%s)", (places,)), seen(places[0]), found)
    return all_of([Clause(f"{alias}.local_identity_id = %s", (NOBODY,)), found])


def of_persons(viewer: Viewer, standings: Iterable[Standing], type_: str, alias: str, act: Act) -> Clause:
    """Return the condition on the records of persons whose standing is known."""
    seen: list[tuple[Clause, list[UUID]]] = []
    for standing in standings:
        if not standing.identities or not is_within_scopes(viewer, standing, type_, act):
            continue
        clause = _of_record(viewer, standing, type_, alias, act)
        alike = next((ids for one, ids in seen if one == clause), None)
        if alike is None:
            seen.append((clause, list(standing.identities)))
        else:
            alike.extend(standing.identities)
    return any_of(all_of([Clause(f"{alias}.local_identity_id = ANY(%s)", (ids,)), clause]) for clause, ids in seen)


def _of_record(viewer: Viewer, standing: Standing, type_: str, alias: str, act: Act) -> Clause:
    kind = kind_of_somebodys(type_)

    def part(which: Part, ties: Iterable[Relation]) -> Clause:
        def tie(relation: Relation) -> Clause:
            allowed = states_allowed(viewer.roles, relation, kind, act, standing.level)
            return _of_states(alias, allowed, standing, is_elsewhere=which is Part.ELSEWHERE)

        return any_of(tie(one) for one in ties)

    parts = {which: part(which, ties) for which, ties in ties_by_part(viewer, standing).items()}
    return by_part(viewer, parts, alias)


def by_part(viewer: Viewer, parts: dict[Part, Clause], alias: str) -> Clause:
    """Return one condition out of those of each part of a record."""
    elsewhere = parts[Part.ELSEWHERE]
    written, here = parts.get(Part.WRITTEN, elsewhere), parts.get(Part.HERE, elsewhere)
    found = elsewhere
    if here != elsewhere:
        found = choice(Clause(f"{alias}.establishment = ANY(%s)", (sorted(places_of(viewer)),)), here, elsewhere)
    if written != found:
        found = choice(Clause(f"{alias}.source = %s", (source_of(viewer),)), written, found)
    return found


def _of_states(alias: str, allowed: frozenset[State], standing: Standing, *, is_elsewhere: bool) -> Clause:
    """Return the condition under which every state of a row is allowed; `allowed` is empty when nothing is."""
    is_refused = standing.is_opposed and is_elsewhere and State.OPPOSED not in allowed
    if not allowed or is_refused or (standing.is_protected and State.PROTECTED not in allowed):
        return NOTHING
    parts = [of_labels(alias, allowed)]
    if State.OPPOSED not in allowed:
        parts.append(_names_none_of(alias, standing.masked))
    if State.UNANNOUNCED not in allowed:
        parts += [_is_none_of(alias, standing.held), _names_none_of(alias, standing.held_documents)]
    if standing.secret and State.MINOR_SECRET not in allowed:
        parts.append(
            Clause(
                f"NOT EXISTS (SELECT FROM unnest(%s::uuid[]) AS secret (id) WHERE {_is_secret(alias)})",
                (sorted(standing.secret),),
            )
        )
    return all_of(parts)


def _is_none_of(alias: str, pieces: frozenset[UUID]) -> Clause:
    return Clause(f"{alias}.id <> ALL(%s::uuid[])", (sorted(pieces),)) if pieces else EVERYTHING


def _names_none_of(alias: str, documents: frozenset[UUID]) -> Clause:
    """Return the condition that a row is none of these documents, and came in none of them."""
    if not documents:
        return EVERYTHING
    sql = f"NOT EXISTS (SELECT FROM unnest(%s::uuid[]) AS masked (id) WHERE {_is_masked(alias)})"
    return Clause(sql, (sorted(documents),))


def _is_masked(alias: str) -> str:
    return (
        f"({alias}.id = masked.id OR ({alias}.type <> 'DocumentReference'"
        f" AND position(masked.id::text IN {alias}.body) > 0))"
    )


def _is_secret(alias: str) -> str:
    return f"({alias}.id = secret.id OR position(secret.id::text IN {alias}.body) > 0)"


def of_labels(alias: str, allowed: frozenset[State]) -> Clause:
    """Return the condition under which every security label of a row gives a state that is allowed."""
    if not allowed:
        return NOTHING
    hidden = sorted(label for label, state in STATE_OF_LABEL.items() if state not in allowed)
    parts = [Clause(f"NOT {alias}.security && %s::text[]", (hidden,))] if hidden else []
    if State.OPPOSED not in allowed:  # a restriction that is unknown hides as an opposition
        known = sorted(label for label in STATE_OF_LABEL if label.startswith(RESTRICTION_PREFIX))
        parts.append(
            Clause(
                f"NOT EXISTS (SELECT FROM unnest({alias}.security) AS label"
                " WHERE starts_with(label, %s) AND label <> ALL(%s::text[]))",
                (RESTRICTION_PREFIX, known),
            )
        )
    return any_of([Clause(f"{alias}.security IS NULL"), all_of(parts)])
