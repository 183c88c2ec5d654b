"""What comes with the matches of a search: what they link to, and what links to them.

Each row brought is under the access decision, as a match is.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from uuid import UUID

from passerelle.care.record.rules.asking import Include
from passerelle.care.record.rules.parameters import SEARCHED, Reads, is_repeated, references_of
from passerelle.care.record.selectors.cost import Budget
from passerelle.care.record.selectors.finding import rows_where
from passerelle.care.record.selectors.indexed import has_any_term
from passerelle.care.record.selectors.joins import Visible
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.sql import Clause, joined
from passerelle.protocols.fhir import api as fhir

MOST: Final = 1_000
_DEEPEST: Final = 3
_CANONICAL: Final = ("CodeSystem", "ConceptMap", "Questionnaire", "ValueSet")


def spend(budget: Budget, includes: Sequence[Include], revincludes: Sequence[Include]) -> None:
    """Spend what bringing costs.

    Raises:
        TooCostly: there is not so much left.
    """
    for one in (*includes, *revincludes):
        points = 5 * (4 if one.parameter == "*" else 1) * (2 if one.is_iterate else 1)
        budget.spend(points, "_revinclude" if one in revincludes else "_include")


class Bringing:
    """What is brought with some matches: a thousand rows at most, `is_cut` when there were more."""

    def __init__(self, visible: Visible, matches: Sequence[StoredResource]) -> None:
        self.visible, self.rows, self.is_cut = visible, list[StoredResource](), False
        self._seen = {(row.type, row.id) for row in matches}

    def bring(
        self, matches: Sequence[StoredResource], includes: Sequence[Include], revincludes: Sequence[Include]
    ) -> None:
        """Bring what these link to and what links to them; what iterates goes on with what was brought."""
        fresh: Sequence[StoredResource] = matches
        for level in range(_DEEPEST):
            asked = [one for one in includes if level == 0 or one.is_iterate]
            asked_back = [one for one in revincludes if level == 0 or one.is_iterate]
            if not fresh or not (asked or asked_back) or self.is_cut:
                return
            fresh = self._kept([*self._linked(fresh, asked), *self._linking(fresh, asked_back)])

    def _kept(self, rows: Iterable[StoredResource]) -> list[StoredResource]:
        new = {(row.type, row.id): row for row in rows if (row.type, row.id) not in self._seen}
        room = MOST - len(self.rows)
        self.is_cut = self.is_cut or len(new) > room
        kept = list(new.values())[:room]
        self._seen |= new.keys()
        self.rows += kept
        return kept

    def _linked(self, rows: Sequence[StoredResource], includes: Sequence[Include]) -> Iterator[StoredResource]:
        wanted: dict[str, set[str]] = {}
        for row in rows:
            mine = [one for one in includes if one.source == row.type]
            resource = fhir.loads(row.body) if mine else {}
            for one in mine:
                for type_, id_ in _targets(resource, one):
                    wanted.setdefault(type_, set()).add(id_)
        for type_ in sorted(wanted):
            yield from self._rows(type_, _named(type_, wanted[type_]))

    def _linking(self, rows: Sequence[StoredResource], revincludes: Sequence[Include]) -> Iterator[StoredResource]:
        for one in revincludes:
            names = references_of(one.source) if one.parameter == "*" else (one.parameter,)
            links = [link for name in names if (link := _links_to(one, name, rows)) is not None]
            if links:
                yield from self._rows(one.source, joined("OR", links))

    def _rows(self, type_: str, condition: Clause) -> list[StoredResource]:
        room = MOST - len(self.rows) + 1
        return rows_where(type_, [condition, self.visible(type_, "r")], limit=room)


def _targets(resource: fhir.Json, one: Include) -> Iterator[tuple[str, str]]:
    names = references_of(one.source) if one.parameter == "*" else (one.parameter,)
    for name in names:
        parameter = fhir.SEARCH[one.source][name]
        for value in fhir.values_of(resource, parameter):
            type_, _, id_ = str(value).partition("/")
            if type_ in SEARCHED and (not one.target or type_ == one.target):
                yield type_, id_
            elif "://" in str(value):
                allowed = parameter.targets or _CANONICAL
                yield from ((kind, str(value)) for kind in _CANONICAL if kind in allowed and one.target in {"", kind})


def _named(type_: str, ids: Iterable[str]) -> Clause:
    """Return the condition of being one of these, by id or by canonical address."""
    uuids, addresses = list[UUID](), list[str]()
    for one in sorted(ids):
        try:
            uuids.append(UUID(one))
        except ValueError:
            addresses.append(one.partition("|")[0])
    parts = [Clause("r.id = ANY(%s::uuid[])", (uuids,))]
    if type_ == "Patient":
        parts = [Clause("r.local_identity_id = ANY(%s::uuid[])", (uuids,))]
    if addresses and "url" in SEARCHED[type_]:
        parts.append(has_any_term("r", [f"{type_}.url={one}" for one in addresses]))
    return joined("OR", parts)


def _links_to(one: Include, name: str, rows: Sequence[StoredResource]) -> Clause | None:
    """Return the condition of linking to one of these rows, None when none may be linked to."""
    targets = fhir.SEARCH[one.source][name].targets
    mine = [row for row in rows if (not one.target or row.type == one.target) and (not targets or row.type in targets)]
    if not mine:
        return None
    terms = has_any_term("r", [f"{one.source}.{name}={row.type}/{row.id}" for row in mine])
    reads = SEARCHED[one.source][name].reads
    kept_in_column = [row for row in mine if row.type == _HELD.get(reads)]
    if not kept_in_column:
        return terms
    whose = Clause(
        "r.local_identity_id = ANY(%s::uuid[])", (sorted({row.local_identity_id for row in kept_in_column}),)
    )
    if reads is Reads.ENCOUNTER:
        stays = Clause("r.encounter = ANY(%s::uuid[])", ([row.id for row in kept_in_column],))
        whose = joined("AND", [whose, stays])
    is_all = len(kept_in_column) == len(mine) and not is_repeated(one.source, name)
    return whose if is_all else joined("OR", [whose, terms])


_HELD: Final = {Reads.SUBJECT: "Patient", Reads.ENCOUNTER: "Encounter"}
