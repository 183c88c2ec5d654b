"""`Patient/[id]/$everything`. https://hl7.org/fhir/R4/patient-operation-everything.html."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from passerelle.care.identity import api as identity
from passerelle.care.record.fhir.answers import not_found
from passerelle.care.record.fhir.operations.bundles import Entry, raw_bundle
from passerelle.care.record.fhir.operations.parameters import Parameter, wrong
from passerelle.care.record.fhir.operations.registry import Call, Operation
from passerelle.care.record.selectors.sight import Sight, sight_of
from passerelle.care.record.selectors.whole_record import RECORD_TYPES, Mark, Wanted, named_in, record_page, referred
from passerelle.core.access.api import Act
from passerelle.protocols.fhir import api as fhir

EVERYTHING: Final = Operation(
    "everything",
    "Tout le dossier d’une personne",
    "http://hl7.org/fhir/OperationDefinition/Patient-everything",
    types=("Patient",),
    on_instance=True,
    takes=(
        Parameter("start", "date"),
        Parameter("end", "date"),
        Parameter("_since", "instant"),
        Parameter("_type", "code", is_many=True),
        Parameter("_count", "integer"),
        Parameter("_cursor", "string"),
    ),
)
_USUAL_COUNT: Final = 500
_MOST: Final = 1_000


def everything(call: Call) -> HttpResponse:
    """Give the record of the person behind a Patient, every establishment together, a page at a time."""
    patient_id = call.id or UUID(int=0)
    sight, known = opened_record(call, patient_id, f"fhir:Patient/{patient_id}/$everything")
    count, wanted = _count(call), _wanted(call)
    rows, following = record_page(sight, known, wanted, count=count, after=_mark(call))
    others = referred(sight, named_in(rows))
    base = base_of(call)
    here = call.request.build_absolute_uri(call.request.path)
    told = {name: call.request.GET.getlist(name) for name in call.request.GET if name != "_cursor"}
    links = {"self": call.request.build_absolute_uri()}
    if following is not None:
        links["next"] = f"{here}?{urlencode({**told, '_cursor': f'{following.type}~{following.id}'}, doseq=True)}"
    entries = [Entry(one, "match") for one in rows] + [Entry(one, "include") for one in others]
    return raw_bundle(entries, links=links, base=base, files=known)


def base_of(call: Call) -> str:
    """Return the address that the interface answers at, with its slash."""
    return call.request.build_absolute_uri(reverse("fhir:metadata")).removesuffix("metadata")


def opened_record(call: Call, patient_id: UUID, target: str, *, act: Act = Act.READ) -> tuple[Sight, list[UUID]]:
    """Decide on the record behind a Patient, leave one event, and return the sight of it with its local identities.

    Raises:
        Refusal: there is no such Patient.
        AccessRefused: this viewer may not read it.
    """
    person_id = identity.persons_of([patient_id]).get(patient_id)
    if person_id is None:
        raise not_found()
    sight = sight_of(call.viewer, at=call.at, act=act, about=[person_id])
    held = sight.read("Patient", patient_id, target=target)
    if held is None or held.deleted:
        raise not_found()
    sight.check(held, act=act, target=target)
    return sight, [one.id for one in identity.local_identities(person_id)]  # an alias keeps what was filed under it


def _count(call: Call) -> int:
    count = call.asked.integer("_count")
    if count is not None and count < 1:
        raise wrong(where="_count", why="attend un nombre supérieur à zéro")
    return min(count or _USUAL_COUNT, _MOST)


def _wanted(call: Call) -> Wanted:
    start, end = days_of(call, "start"), days_of(call, "end")
    return Wanted(
        types=asked_types(call, RECORD_TYPES),
        since=asked_since(call),
        start=start[0],
        end=end[1],
    )


def asked_types(call: Call, known: Iterable[str]) -> tuple[str, ...]:
    """Return the types of `_type`, all of them when it is not told.

    Raises:
        Refusal: one is not a type of a record.
    """
    told = [one for value in call.asked.texts("_type") for one in value.split(",")]
    possible = tuple(known)
    for one in told:
        if one not in possible:
            raise wrong(where="_type", why=f"type inconnu ici : {one[:40]}", code="not-supported")
    return tuple(one for one in possible if one in told) if told else possible


def asked_since(call: Call) -> datetime | None:
    """Return the moment of `_since`, None when it is not told."""
    text = call.asked.text("_since")
    return fhir.date_range(text).start if text else None


def days_of(call: Call, name: str) -> tuple[datetime | None, datetime | None]:
    """Return the half-open range of a date given, unbounded when it is not told."""
    text = call.asked.text(name)
    if not text:
        return None, None
    found = fhir.date_range(text)
    return found.start, found.end


def _mark(call: Call) -> Mark | None:
    text = call.asked.text("_cursor")
    if not text:
        return None
    type_, _, id_ = text.partition("~")
    try:
        return Mark(type_, UUID(id_))
    except ValueError:
        raise wrong(where="_cursor", why="repère de page illisible") from None
