"""The `batch` and `transaction` interactions. https://hl7.org/fhir/R4/http.html#transaction."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from passerelle.care.record.fhir.answers import MIME
from passerelle.care.record.fhir.entries import Entry, Reading, asked_of, entries_of, is_write, reading_of
from passerelle.care.record.fhir.gate import interaction
from passerelle.care.record.fhir.incoming import leave_trace, resource_of, writing
from passerelle.care.record.fhir.prefer import Wanted, address_of, outcome_of, wanted
from passerelle.care.record.fhir.reading import read_inside
from passerelle.care.record.rules.writes import Asked, Done, WriteRefused, at_rank, refused
from passerelle.care.record.selectors.clauses import SearchError
from passerelle.care.record.services.fhir.applying import apply
from passerelle.core.access.api import AuthenticatedRequest
from passerelle.protocols.fhir import api as fhir


@interaction("POST")
@writing
def bundle(request: AuthenticatedRequest) -> HttpResponse:
    """Do what each entry asks: all of it or nothing (transaction), or each on its own (batch)."""
    written = resource_of(request)
    kind, entries = entries_of(written)
    try:
        told = _transaction(request, entries) if kind == "transaction" else _batch(request, entries)
    except WriteRefused as refusal:
        raise located(refusal, refusal.rank) from refusal
    text = fhir.dumps({"resourceType": "Bundle", "type": f"{kind}-response"})[:-1] + b',"entry":['
    return HttpResponse(text + b",".join(told) + b"]}", content_type=MIME)


def _transaction(request: AuthenticatedRequest, entries: Sequence[Entry]) -> list[bytes]:
    asked: dict[int, Asked] = {}
    readings: dict[int, Reading] = {}
    for rank, entry in enumerate(entries):
        with at_rank(rank):
            if is_write(entry):
                asked[rank] = asked_of(entry)
            else:
                readings[rank] = reading_of(entry)
    done = _applied(request, asked)
    return [
        _entry(request, done[rank]) if rank in done else read_inside(request, readings[rank])
        for rank in range(len(entries))
    ]


def _applied(request: AuthenticatedRequest, asked: dict[int, Asked]) -> dict[int, Done]:
    ranks = list(asked)
    try:
        done = apply(list(asked.values()), by=request.viewer, at=timezone.now()) if asked else []
    except WriteRefused as refusal:
        refusal.rank = ranks[refusal.rank] if refusal.rank >= 0 else -1
        raise
    return dict(zip(ranks, done, strict=True))


def located(refusal: WriteRefused, rank: int) -> WriteRefused:
    """Return a refusal whose expressions begin at the entry of a bundle."""
    if rank < 0:
        return refusal
    where = f"Bundle.entry[{rank}]"
    issues = [fhir.Issue(one.severity, one.code, one.text, _under(where, one.expression)) for one in refusal.issues]
    return WriteRefused(refusal.status, issues)


def _under(where: str, expression: str) -> str:
    part = "" if not expression or expression.startswith("request.") else "resource."
    return f"{where}.{part}{expression}".rstrip(".")


def _batch(request: AuthenticatedRequest, entries: Sequence[Entry]) -> list[bytes]:
    return [_alone(request, entry, rank) for rank, entry in enumerate(entries)]


def _alone(request: AuthenticatedRequest, entry: Entry, rank: int) -> bytes:
    try:
        if not is_write(entry):
            return read_inside(request, reading_of(entry))
        (done,) = apply([asked_of(entry)], by=request.viewer, at=timezone.now())
        return _entry(request, done)
    except SearchError as error:
        refusal = refused(400, "invalid", f"{error.parameter} : {error.why}", error.parameter)
    except WriteRefused as caught:
        refusal = caught
    refusal = located(refusal, rank)
    leave_trace(request, refusal, f"Bundle.entry[{rank}]")
    return fhir.dumps({"response": {"status": str(refusal.status), "outcome": fhir.outcome_of(refusal.issues)}})


def _entry(request: AuthenticatedRequest, done: Done) -> bytes:
    wish = wanted(request, default=Wanted.MINIMAL)
    response: dict[str, Any] = {"status": str(done.status)}
    if done.last_updated is not None:
        response |= {"etag": f'W/"{done.version}"', "lastModified": fhir.moment(done.last_updated)}
    if done.status in {200, 201}:
        response["location"] = address_of(done)
    if wish is Wanted.OUTCOME:
        response["outcome"] = outcome_of(done)
    told = fhir.dumps({"response": response})
    if wish is not Wanted.REPRESENTATION or not done.body:
        return told
    return b'{"resource":' + done.body.encode() + b"," + told[1:]
