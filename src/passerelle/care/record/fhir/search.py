"""The `search-type` and `search-system` interactions, by GET or by POST `_search`, alone or in a compartment.

https://hl7.org/fhir/R4/http.html#search and https://hl7.org/fhir/R4/search.html
"""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone

from passerelle.care.record.fhir.answers import Refusal
from passerelle.care.record.fhir.gate import interaction
from passerelle.care.record.fhir.prefer import base_of
from passerelle.care.record.fhir.scope import KINDS, Scope, scope_of
from passerelle.care.record.fhir.searchset import bundle, entry, texts_of, warning
from passerelle.care.record.rules.asking import Asked, Malformed, read_asked
from passerelle.care.record.rules.parameters import SEARCHED
from passerelle.care.record.selectors.clauses import SearchError, TooCostly, UnknownParameter, criterion_clause
from passerelle.care.record.selectors.cost import Budget
from passerelle.care.record.selectors.finding import Found, Group, TookTooLong, find, in_good_time, total_of
from passerelle.care.record.selectors.included import Bringing, spend
from passerelle.care.record.selectors.joins import Asking, conditions
from passerelle.care.record.selectors.ordering import keys_of, place_of
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.sql import Clause, joined
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Viewer
from passerelle.protocols.fhir import api as fhir

_CHEAP = 10


@dataclass(frozen=True, slots=True)
class Compartment:
    """What is of one Patient, Encounter, Practitioner, RelatedPerson or Device."""

    type: str
    id: UUID

    def clause(self, type_: str) -> Clause:
        """Return the condition of being in it.

        Raises:
            Refusal: no resource of this type ever is.
        """
        names = fhir.COMPARTMENTS[self.type].get(type_, ())
        if not names:
            raise Refusal(404, "not-supported", f"Aucun {type_} n’est dans un compartiment {self.type}.")
        asked = fhir.ReferenceCriterion(self.type, str(self.id))
        return joined("OR", [criterion_clause(type_, name, asked, "r") for name in names])


@dataclass(frozen=True, slots=True)
class Ground:
    """What one search stands on: the request, the types looked at, the compartment they are in, if any."""

    request: AuthenticatedRequest
    address: str
    types: tuple[str, ...]
    told: Mapping[str, Sequence[str]]
    compartment: Compartment | None = None


@interaction("GET", "HEAD")
def search_type(request: AuthenticatedRequest, type_: str) -> HttpResponse:
    """Search one type by the query string."""
    return answer_search(Ground(request, type_, (type_,), dict(request.GET.lists())))


@interaction("POST")
def search_by_post(request: AuthenticatedRequest, type_: str) -> HttpResponse:
    """Search one type by a form, with what the query string adds."""
    return answer_search(Ground(request, type_, (type_,), _posted(request)))


@interaction("GET", "HEAD")
def search_system(request: AuthenticatedRequest) -> HttpResponse:
    """Search the types told by `_type`."""
    return _everywhere(request, dict(request.GET.lists()))


@interaction("POST")
def search_system_by_post(request: AuthenticatedRequest) -> HttpResponse:
    """Search the types told by `_type`, by a form."""
    return _everywhere(request, _posted(request))


@interaction("GET", "HEAD")
def search_compartment(request: AuthenticatedRequest, compartment: str, id_: str, type_: str) -> HttpResponse:
    """Search one type inside a compartment."""
    return _inside(request, compartment, id_, (type_, dict(request.GET.lists())))


@interaction("POST")
def search_compartment_by_post(request: AuthenticatedRequest, compartment: str, id_: str, type_: str) -> HttpResponse:
    """Search one type inside a compartment, by a form."""
    return _inside(request, compartment, id_, (type_, _posted(request)))


def _posted(request: AuthenticatedRequest) -> dict[str, list[str]]:
    told = {name: [*request.GET.getlist(name), *values] for name, values in request.POST.lists()}
    return dict(request.GET.lists()) | told


def _everywhere(request: AuthenticatedRequest, told: Mapping[str, Sequence[str]]) -> HttpResponse:
    types = _read(told).types
    if not types:
        raise SearchError(parameter="_type", why="une recherche sans type demande _type")
    return answer_search(Ground(request, "", types, told))


def _inside(
    request: AuthenticatedRequest, compartment: str, id_: str, asked: tuple[str, dict[str, list[str]]]
) -> HttpResponse:
    type_, told = asked
    if compartment not in fhir.COMPARTMENTS:
        raise Refusal(404, "not-supported", f"Aucun compartiment de ce nom : {compartment[:64]}")
    try:
        whole = Compartment(compartment, UUID(id_))
    except ValueError:
        raise Refusal(404, "not-found", "Cette ressource n’existe pas.") from None
    whole.clause(type_)
    return answer_search(Ground(request, f"{compartment}/{id_}/{type_}", (type_,), told, whole))


def answer_search(ground: Ground) -> HttpResponse:
    """Answer a search with a searchset.

    Raises:
        SearchError: a parameter is unknown or ill-formed.
        Refusal: it would cost too much, or took too long.
    """
    try:
        return _answered(ground)
    except TooCostly as refusal:
        raise Refusal(400, "too-costly", f"{refusal.parameter} : {refusal.why}", refusal.parameter) from refusal
    except TookTooLong as refusal:
        why = "La recherche dépasse 5 secondes : précisez un patient, une date ou un code."
        raise Refusal(429, "timeout", why) from refusal


def _read(told: Mapping[str, Sequence[str]]) -> Asked:
    try:
        return read_asked(told)
    except Malformed as fault:
        raise SearchError(fault.parameter, fault.why) from fault


def _answered(ground: Ground) -> HttpResponse:
    at = timezone.now()
    asked, ignored = _without_unknown(ground, _read(ground.told))
    budget = Budget(is_narrow=_is_narrow(ground, asked))
    scopes = {type_: scope_of(ground.request.viewer, type_, _named(ground, asked), at=at) for type_ in ground.types}
    sight = next(iter(scopes.values())).sight
    asking = Asking(sight.clause, budget)
    groups = [Group(type_, _wanted(asking, ground, type_, asked)) for type_ in ground.types]
    spend(budget, asked.includes, asked.revincludes)
    limit = _limit_for(budget, asked)
    with in_good_time() if limit is _Limit.OF_ALL else nullcontext():
        found = _page(ground, asked, groups, is_limited=limit is _Limit.OF_ONE)
        total = total_of(groups, is_estimate=asked.total == "estimate") if asked.wants_total else None
        brought = Bringing(sight.clause, found.rows)
        brought.bring(found.rows, asked.includes, asked.revincludes)
        entries = _entries(ground, asked, found.rows, brought.rows)
    for type_, scope in scopes.items():
        _trace(ground.request.viewer, type_, scope, at)
    entries += _warnings(ignored, is_cut=brought.is_cut)
    return bundle("searchset", entries, links=_links(ground, found, ignored), total=total)


class _Limit(Enum):
    """What five seconds are given to."""

    NONE = auto()
    OF_ONE = auto()
    OF_ALL = auto()


def _limit_for(budget: Budget, asked: Asked) -> _Limit:
    """Return the limit of time of a search: none when it reads few rows by an index, that of its only statement…"""
    if budget.is_narrow and budget.spent <= _CHEAP:
        return _Limit.NONE
    is_one = not (asked.wants_total or asked.includes or asked.revincludes)
    return _Limit.OF_ONE if is_one else _Limit.OF_ALL


def _page(ground: Ground, asked: Asked, groups: Sequence[Group], *, is_limited: bool) -> Found:
    about = f"{ground.address} {asked.sort or ''}"
    keys = keys_of(ground.types[0], asked.sort)
    for type_ in ground.types[1:]:
        if keys_of(type_, asked.sort) != keys:
            raise SearchError(parameter="_sort", why="ces types ne se trient pas ensemble ainsi")
    place = place_of(asked.cursor, about) if asked.cursor is not None else None
    count = asked.count if asked.wants_rows else 0
    return find(groups, keys, count=count, place=place, about=about, is_limited=is_limited)


def _wanted(asking: Asking, ground: Ground, type_: str, asked: Asked) -> tuple[Clause, ...]:
    inside = [ground.compartment.clause(type_)] if ground.compartment else []
    return (*inside, *conditions(asking, type_, asked.params), asking.visible(type_, "r"))


def _without_unknown(ground: Ground, asked: Asked) -> tuple[Asked, list[str]]:
    """Return the search without the parameters no type has, when it is asked to be lenient.

    Raises:
        UnknownParameter: it is not.
    """
    unknown = [told for told in asked.params if not all(_is_known(type_, told) for type_ in ground.types)]
    if not unknown:
        return asked, []
    if "handling=lenient" not in ground.request.headers.get("Prefer", ""):
        raise UnknownParameter(unknown[0][:100], f"paramètre de recherche inconnu pour {', '.join(ground.types)[:80]}")
    kept = {told: values for told, values in asked.params.items() if told not in unknown}
    return replace(asked, params=kept), unknown


def _is_known(type_: str, told: str) -> bool:
    name = told.partition(".")[0].partition(":")[0]
    return name == "_has" or name in SEARCHED[type_]


def _is_narrow(ground: Ground, asked: Asked) -> bool:
    """Tell whether a search names the patient, the stay or the resource it is about."""
    if ground.compartment is not None or "_id" in asked.params:
        return True
    return len(ground.types) == 1 and any(
        told.partition(":")[0] in {"patient", "subject", "encounter", "identifier"} and "." not in told
        for told in asked.params
    )


def _named(ground: Ground, asked: Asked) -> dict[str, list[str]]:
    """Return the parameters by which a search names patients; a compartment of one is about that one."""
    if ground.compartment is not None and ground.compartment.type == "Patient":
        name = "_id" if ground.types == ("Patient",) else "patient"
        return {name: [str(ground.compartment.id)]}
    return asked.params


def _entries(
    ground: Ground, asked: Asked, rows: Sequence[StoredResource], brought: Sequence[StoredResource]
) -> list[str]:
    base, text = base_of(ground.request), texts_of([*rows, *brought], asked)
    return [
        *(entry(base, row, text, "match") for row in rows),
        *(entry(base, row, text, "include") for row in brought),
    ]


def _warnings(ignored: Sequence[str], *, is_cut: bool) -> list[str]:
    told = [f"paramètre inconnu, laissé de côté : {name[:80]}" for name in ignored]
    if is_cut:
        told.append("Trop de ressources liées : seules les 1 000 premières sont jointes.")
    return [warning(one) for one in told]


def _links(ground: Ground, found: Found, ignored: Sequence[str]) -> dict[str, str | None]:
    address = base_of(ground.request) + ground.address
    kept = {name: values for name, values in ground.told.items() if name not in ignored}
    following = {**kept, "_cursor": [found.next_cursor]} if found.next_cursor else None
    return {
        "self": f"{address}?{urlencode(kept, doseq=True)}",
        "next": f"{address}?{urlencode(following, doseq=True)}" if following else None,
    }


def _trace(viewer: Viewer, type_: str, scope: Scope, at: datetime) -> None:
    """Leave the event of the search; a refusal is not told, it has found nothing."""
    with suppress(access.AccessRefused):
        access.check(
            viewer,
            KINDS.get(type_, Kind.DOCUMENT),
            Act.SEARCH,
            relation=scope.relation,
            target=f"fhir:{type_}",
            person_id=scope.person_id,
            at=at,
        )
