"""The `search-type` interaction, by GET or by POST `_search`. https://hl7.org/fhir/R4/http.html#search."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from passerelle.care.record.fhir.answers import answer
from passerelle.care.record.fhir.gate import interaction
from passerelle.care.record.fhir.read import shown
from passerelle.care.record.fhir.scope import KINDS, Scope, scope_of
from passerelle.care.record.rules.parameters import RESULT_PARAMETERS
from passerelle.care.record.selectors.clauses import SearchError
from passerelle.care.record.selectors.store import count_matching, search
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Viewer
from passerelle.protocols.fhir import api as fhir

_USUAL_COUNT = 50
_MOST = 500


@dataclass(frozen=True, slots=True)
class _Asked:
    params: dict[str, list[str]]
    count: int
    sort: str | None
    cursor: str | None
    wants_total: bool


@interaction("GET", "HEAD")
def search_type(request: AuthenticatedRequest, type_: str) -> HttpResponse:
    """Search by the query string."""
    return _searched(request, type_, dict(request.GET.lists()))


@interaction("POST")
def search_by_post(request: AuthenticatedRequest, type_: str) -> HttpResponse:
    """Search by a form, with what the query string adds."""
    told = {name: [*request.GET.getlist(name), *values] for name, values in request.POST.lists()}
    return _searched(request, type_, dict(request.GET.lists()) | told)


def _searched(request: AuthenticatedRequest, type_: str, told: Mapping[str, Sequence[str]]) -> HttpResponse:
    asked = _asked(told)
    at = timezone.now()
    scope = scope_of(request.viewer, type_, asked.params, at=at)
    within = scope.conditions
    page = search(type_, asked.params, count=max(asked.count, 1), cursor=asked.cursor, sort=asked.sort, within=within)
    total = count_matching(type_, asked.params, within=within) if asked.wants_total or asked.count == 0 else None
    _trace(request.viewer, type_, scope, at)
    rows = page.rows if asked.count else ()
    base = request.build_absolute_uri(reverse("fhir:search", args=[type_]))
    following = {**told, "_cursor": [page.next_cursor]} if page.next_cursor and asked.count else None
    bundle = fhir.bundle_searchset(
        [(f"{base}/{row.id}", shown(row)) for row in rows],
        self_url=f"{base}?{urlencode(dict(told), doseq=True)}",
        next_url=f"{base}?{urlencode(following, doseq=True)}" if following else None,
        total=total,
    )
    return answer(bundle)


def _asked(told: Mapping[str, Sequence[str]]) -> _Asked:
    params = {name: list(values) for name, values in told.items() if name not in RESULT_PARAMETERS}
    last = {name: values[-1] for name, values in told.items() if values}
    count = last.get("_count", str(_USUAL_COUNT))
    if not (count.isascii() and count.isdecimal() and len(count) < 9):
        raise SearchError(parameter="_count", why="attend un nombre entier")
    total = last.get("_total", "none")
    if total not in {"none", "accurate", "estimate"}:
        raise SearchError(parameter="_total", why="attend none, estimate ou accurate")
    return _Asked(params, min(int(count), _MOST), last.get("_sort"), last.get("_cursor"), total != "none")


def _trace(viewer: Viewer, type_: str, scope: Scope, at: datetime) -> None:
    """Leave the event of the search; a refusal is not told, it has found nothing."""
    with suppress(access.AccessRefused):
        access.check(
            viewer,
            KINDS[type_],
            Act.SEARCH,
            relation=scope.relation,
            target=f"fhir:{type_}",
            person_id=scope.person_id,
            at=at,
        )
