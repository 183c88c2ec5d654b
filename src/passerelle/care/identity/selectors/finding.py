"""Finding people by what one types."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F

from passerelle.care.identity.models import LocalIdentity
from passerelle.care.identity.rules import Query, read_query, search_form
from passerelle.care.identity.selectors.known import LocalIdentityRef, PersonTraits, best_traits

_MOST_ROWS = 20
# As `search_form` writes names, near enough to order the lines found.
_FORM = (
    r"btrim(regexp_replace(regexp_replace(upper(normalize({}, NFKD)), '[\u0300-\u036F]', '', 'g'),"
    r" '[^A-Z0-9]+', ' ', 'g'))"
)
_NAMED = (
    "coalesce((SELECT max(1 + (given <> '')::int) FROM unnest(%s::text[], %s::text[]) AS typed (family, given)"  # noqa: S608
    f" WHERE family IN ({_FORM.format('local.birth_name')}, {_FORM.format('local.used_name')})"
    f" AND given IN ('', {_FORM.format('local.first_given')})), 0)"
)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of a search: a person and where they are known."""

    person_id: UUID
    traits: PersonTraits
    local_identities: tuple[LocalIdentityRef, ...]

    @property
    def establishment_count(self) -> int:
        """Return how many establishments know the person."""
        return len({one.establishment for one in self.local_identities})


def search_people(
    text: str,
    *,
    birth_date: date | None = None,
    establishments: frozenset[str] | None = None,
    limit: int = _MOST_ROWS,
) -> list[PersonRow]:
    """Return at most `limit` (20) persons, best first: names by prefix in any order without accents, IPP, INS, birth.

    First those whose family name and first given name are what was typed, then whose family name is, then those whose
    names hold the most of its whole words, then by name.

    A birth date may be part of `text` (12/03/1984, 12-03-1984, 12.03.1984, 12031984, 1984-03-12). `establishments`
    keeps the persons known by at least one of them; None searches everywhere. An empty text finds no one.
    """
    query = read_query(text)
    if birth_date is not None:
        query = Query(query.words, query.numbers, query.ins, birth_date)
    if query.is_empty or (establishments is not None and not establishments):
        return []
    person_ids = _ranked_persons(query, establishments, max(1, min(limit, _MOST_ROWS)))
    return people(person_ids)


def _ranked_persons(query: Query, establishments: frozenset[str] | None, limit: int) -> list[UUID]:
    conditions, values = _conditions(query)
    known_by = ""
    if establishments is not None:
        known_by = (
            " AND EXISTS (SELECT 1 FROM identity_membership other JOIN identity_localidentity known"
            " ON known.id = other.local_identity_id WHERE other.person_id = membership.person_id"
            " AND other.until IS NULL AND known.establishment_id = ANY(%s))"
        )
        values = [*values, sorted(establishments)]
    exact = " + ".join(["(local.search_name LIKE %s)::int"] * len(query.words)) or "0"
    exact_values = [f"% {word} %" for word in query.words]
    families, givens = map(list, zip(*query.full_names(), strict=True))
    sql = (
        f"SELECT membership.person_id, max({_NAMED}) AS named, max({exact}) AS exact,"  # noqa: S608 - our words
        " min(local.search_name) AS name"
        " FROM identity_localidentity local"
        " JOIN identity_membership membership ON membership.local_identity_id = local.id AND membership.until IS NULL"
        f" WHERE {' AND '.join(conditions)}{known_by}"
        " GROUP BY membership.person_id ORDER BY named DESC, exact DESC, name, membership.person_id LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [families, givens, *exact_values, *values, limit])
        return [row[0] for row in cursor.fetchall()]


def namesakes(traits: PersonTraits) -> int:
    """Count the other persons who bear the birth name and the first given name of someone, accents apart."""
    words = read_query(f"{traits.birth_name} {traits.first_given}").words
    if not words or not traits.birth_name or not traits.first_given:
        return 0
    conditions = " AND ".join(["local.search_name LIKE %s"] * len(words))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT membership.person_id, local.birth_name, local.first_given"  # noqa: S608 - our words
            " FROM identity_localidentity local JOIN identity_membership membership"
            " ON membership.local_identity_id = local.id AND membership.until IS NULL"
            f" WHERE {conditions} AND membership.person_id <> %s",
            [*(f"% {word} %" for word in words), traits.person_id],
        )
        rows = cursor.fetchall()
    own = (search_form(traits.birth_name), search_form(traits.first_given))
    return len({person_id for person_id, name, given in rows if (search_form(name), search_form(given)) == own})


def _conditions(query: Query) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []
    for word in query.words:
        conditions.append("local.search_name LIKE %s")
        values.append(f"% {word}%")
    for number in query.numbers:
        conditions.append(
            "local.id IN (SELECT id FROM identity_localidentity WHERE ipp = %s AND ipp <> ''"
            " UNION SELECT local_identity_id FROM identity_identifier WHERE value = %s)"
        )
        values += [number, number]
    if query.ins:
        conditions.append("local.ins_matricule LIKE %s")
        values.append(f"{query.ins}%")
    if query.birth_date:
        conditions.append("local.birth_date = %s")
        values.append(query.birth_date)
    return conditions, values


def people(person_ids: Sequence[UUID]) -> list[PersonRow]:
    """Return these persons in the order given; those that nobody knows any more are absent."""
    known = (
        LocalIdentity.objects.filter(memberships__person_id__in=person_ids, memberships__until=None)
        .annotate(person_id=F("memberships__person_id"))
        .order_by("-updated_at", "pk")
    )
    by_person: dict[UUID, list[LocalIdentity]] = {person_id: [] for person_id in person_ids}
    for row in known:
        by_person[row.person_id].append(row)
    return [
        PersonRow(person_id, best_traits(person_id, rows), tuple(_reference(person_id, row) for row in rows))
        for person_id, rows in by_person.items()
        if rows
    ]


def _reference(person_id: UUID, row: LocalIdentity) -> LocalIdentityRef:
    return LocalIdentityRef(
        row.pk, person_id, row.establishment_id, row.ipp or None, row.status, superseded_by=row.superseded_by_id
    )
