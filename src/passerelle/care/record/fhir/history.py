"""The `history` interactions: of a resource, of a type, of everything. https://hl7.org/fhir/R4/http.html#history."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils import timezone

from passerelle.care.record.fhir.answers import Refusal, not_found
from passerelle.care.record.fhir.gate import interaction
from passerelle.care.record.fhir.prefer import base_of
from passerelle.care.record.fhir.read import uuid_of
from passerelle.care.record.fhir.scope import check_resource, check_scopes
from passerelle.care.record.fhir.searchset import bundle
from passerelle.care.record.rules.asking import MOST_COUNT, USUAL_COUNT
from passerelle.care.record.selectors import store
from passerelle.care.record.selectors.clauses import SearchError
from passerelle.care.record.selectors.finding import TookTooLong, in_good_time
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.sight import sight_of
from passerelle.care.record.selectors.sql import EVERYTHING
from passerelle.care.record.selectors.versions import Versions, Wanted, types_there, versions, versions_of
from passerelle.core.access.api import Act, AuthenticatedRequest
from passerelle.core.audit import api as audit
from passerelle.protocols.fhir import api as fhir

_KNOWN: Final = frozenset({"_count", "_since", "_at", "_cursor", "_format", "_pretty", "_sort"})


@interaction("GET", "HEAD")
def history_instance(request: AuthenticatedRequest, type_: str, id_: str) -> HttpResponse:
    """Give the versions of a resource, newest first; a deletion has no resource."""
    current = store.read(type_, uuid_of(id_))
    if current is None:
        raise not_found()
    check_resource(request.viewer, current, Act.HISTORY, at=timezone.now())
    found = versions_of(type_, EVERYTHING, _wanted(request), id_=current.id)
    return _answered(request, found, f"{type_}/{id_}/_history", total=_total(current, request, found))


@interaction("GET", "HEAD")
def history_type(request: AuthenticatedRequest, type_: str) -> HttpResponse:
    """Give the versions of the resources of a type that the viewer may see, newest first."""
    return _of_types(request, (type_,), f"{type_}/_history")


@interaction("GET", "HEAD")
def history_system(request: AuthenticatedRequest) -> HttpResponse:
    """Give the versions of every resource that the viewer may see, newest first."""
    return _of_types(request, types_there(), "_history")


def _of_types(request: AuthenticatedRequest, types: Sequence[str], address: str) -> HttpResponse:
    at, wanted, viewer = timezone.now(), _wanted(request), request.viewer
    if address != "_history":
        check_scopes(viewer, types[0], Act.HISTORY)
    sight = sight_of(viewer, at=at, act=Act.HISTORY)
    try:
        with in_good_time():
            found = versions([(type_, sight.clause(type_, "r")) for type_ in types], wanted)
    except TookTooLong as refusal:
        raise Refusal(429, "timeout", "L’historique demandé est trop long : précisez _since.") from refusal
    audit.record(audit.Action.HISTORY_READ, by=viewer.actor(), at=at, target=f"fhir:{address}")
    return _answered(request, found, address, total=None)


def _wanted(request: AuthenticatedRequest) -> Wanted:
    told = request.GET
    unknown = [name for name in told if name not in _KNOWN]
    if unknown:
        raise SearchError(unknown[0][:100], "paramètre inconnu pour un historique")
    start, end = _at(told.get("_at"))
    return Wanted(_count(told.get("_count", "")), _since(told.get("_since")), start, end, told.get("_cursor"))


def _count(told: str) -> int:
    if not told:
        return USUAL_COUNT
    if not (told.isascii() and told.isdecimal() and len(told) < 9):
        raise SearchError(parameter="_count", why="attend un nombre entier")
    return min(int(told), MOST_COUNT)


def _since(told: str | None) -> datetime | None:
    if told is None:
        return None
    try:
        return fhir.date_range(told.replace(" ", "+")).start
    except fhir.FhirError as fault:
        raise SearchError(parameter="_since", why=fault.why) from fault


def _at(told: str | None) -> tuple[datetime | None, datetime | None]:
    if told is None:
        return None, None
    try:
        asked = fhir.date_range(told.replace(" ", "+"))
    except fhir.FhirError as fault:
        raise SearchError(parameter="_at", why=fault.why) from fault
    return asked.start or datetime.min.replace(tzinfo=UTC), asked.end


def _total(current: StoredResource, request: AuthenticatedRequest, found: Versions) -> int | None:
    """Return how many versions there are in all, when all are asked: they are numbered from 1."""
    if {"_since", "_at"} & set(request.GET):
        return len(found.rows) if found.next_cursor is None and "_cursor" not in request.GET else None
    return current.version


def _answered(request: AuthenticatedRequest, found: Versions, address: str, *, total: int | None) -> HttpResponse:
    base = base_of(request)
    told = {name: values for name, values in request.GET.lists() if name != "_cursor"}
    here = {**told, **({"_cursor": [request.GET["_cursor"]]} if "_cursor" in request.GET else {})}
    links = {"self": _url(f"{base}{address}", here), "next": None}
    if found.next_cursor:
        links["next"] = _url(f"{base}{address}", {**told, "_cursor": [found.next_cursor]})
    return bundle("history", (_entry(base, one) for one in found.rows), links=links, total=total)


def _url(address: str, told: dict[str, list[str]]) -> str:
    return f"{address}?{urlencode(told, doseq=True)}" if told else address


def _entry(base: str, row: StoredResource) -> str:
    method = "DELETE" if row.deleted else "POST" if row.version == 1 else "PUT"
    address = row.type if method == "POST" else f"{row.type}/{row.id}"
    status = {"DELETE": "204", "POST": "201", "PUT": "200"}[method]
    resource = "" if row.deleted else f'"resource":{row.body},'
    return (
        f'{{"fullUrl":"{base}{row.type}/{row.id}",{resource}"request":{{"method":"{method}","url":"{address}"}},'
        f'"response":{{"status":"{status}","etag":"W/\\"{row.version}\\"",'
        f'"lastModified":"{fhir.moment(row.last_updated)}"}}}}'
    )
