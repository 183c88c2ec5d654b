"""Which resource a write is about: told by its id, found by its criteria, or new.

https://hl7.org/fhir/R4/http.html#ccreate, #cond-update, #3.1.0.7.1 (conditional delete) and #patch.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID, uuid4

from passerelle.care.exchange.api import ask
from passerelle.care.record.rules.writes import CREATE, DELETE, PATCH, Asked, refused
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.sight import Sight, sight_of
from passerelle.care.record.selectors.store import search
from passerelle.care.record.services.fhir.held import Key
from passerelle.core.access.api import Act

Criteria = Mapping[str, Sequence[str]]
_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_SEVERAL: Final = "ces critères désignent plusieurs ressources"


class Chosen(NamedTuple):
    """What a write is about. `is_settled` when there is nothing to do: `found` is there already, or nothing is."""

    asked: Asked
    key: Key
    is_settled: bool = False
    found: StoredResource | None = None


def choose(asked: Asked, sight: Sight) -> Chosen:
    """Return what a write is about, in the sight of its writer.

    Raises:
        WriteRefused: its criteria lead to several resources, or to another than the one it names.
    """
    if asked.method == CREATE and asked.if_none_exist:
        found = _only(asked.type, asked.if_none_exist, sight)
        if found is not None:
            return Chosen(asked, (found.type, found.id), is_settled=True, found=found)
    if asked.criteria is None:
        return Chosen(asked, (asked.type, asked.id if asked.id and asked.method != CREATE else uuid4()))
    found = _only(asked.type, asked.criteria, sight)
    if found is None:
        return _without_match(asked)
    if asked.id is not None and asked.id != found.id:
        raise refused(400, "invalid", "l’id de la ressource n’est pas celui que les critères désignent")
    return Chosen(asked, (asked.type, found.id))


def _without_match(asked: Asked) -> Chosen:
    if asked.method == PATCH:
        raise refused(404, "not-found", "Cette ressource n’existe pas.")
    key = (asked.type, asked.id or uuid4())
    return Chosen(asked, key, is_settled=asked.method == DELETE)


def only_match(type_: str, criteria: Criteria, sight: Sight) -> UUID | None:
    """Return the one resource that criteria find in the sight of a writer, None when there is none.

    Raises:
        WriteRefused: there are several.
        SearchError: a criterion cannot be searched.
    """
    found = _only(type_, criteria, sight)
    return found.id if found else None


def _only(type_: str, criteria: Criteria, sight: Sight) -> StoredResource | None:
    if not criteria:
        raise refused(412, "multiple-matches", "des critères sont attendus")
    if any("." in name or (name.startswith("_") and name != "_id") for name in criteria):
        raise refused(400, "not-supported", "une écriture conditionnelle n’a que des critères simples")
    ask(_ONE_AT_A_TIME, [f"{type_}?{sorted((name, *values) for name, values in criteria.items())}"])
    about = sight_of(sight.viewer, at=sight.at, act=Act.READ)
    page = search(type_, criteria, count=2, within=[about.clause(type_, "r")])
    if len(page.rows) > 1:
        raise refused(412, "multiple-matches", _SEVERAL)
    return page.rows[0] if page.rows else None
