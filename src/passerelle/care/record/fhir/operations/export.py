"""Bulk data: `$export` of the system, of patients, of a group. https://hl7.org/fhir/uv/bulkdata/STU2/export.html.

Asked, then polled at the address given, then read file by file; cancelled by DELETE at the same address.
"""

import json
from typing import Final, cast
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date

from passerelle.care.record.fhir.answers import Refusal, not_found, outcome
from passerelle.care.record.fhir.gate import interaction
from passerelle.care.record.fhir.operations.everything import asked_since, asked_types
from passerelle.care.record.fhir.operations.parameters import Parameter, wrong
from passerelle.care.record.fhir.operations.registry import Call, Json, Operation
from passerelle.care.record.models import ExportState
from passerelle.care.record.rules.type_filters import Criteria, WrongFilter, read_filters
from passerelle.care.record.rules.visibility import is_machine, source_of
from passerelle.care.record.selectors.exports import (
    EXPORTED_TYPES,
    ExportRow,
    Narrowing,
    export_row,
    seen_for_export,
)
from passerelle.care.record.selectors.sight import sight_of
from passerelle.care.record.selectors.sql import SearchError
from passerelle.care.record.selectors.whole_record import RECORD_TYPES
from passerelle.care.record.services.exporting import (
    ExportAsked,
    TooManyExports,
    ask_export,
    cancel_export,
    folder_of,
)
from passerelle.care.record.tasks import go_on_with
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Relation, Viewer
from passerelle.protocols.fhir import api as fhir

_TAKES: Final = (
    Parameter("_outputFormat", "string"),
    Parameter("_since", "instant"),
    Parameter("_type", "string", is_many=True),
    Parameter("_typeFilter", "string", is_many=True),
)
_CANONICAL: Final = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition"
EXPORT_SYSTEM: Final = Operation(
    "export", "Export de tout ce que l’on peut exporter", f"{_CANONICAL}/export", on_system=True, takes=_TAKES
)
EXPORT_PATIENTS: Final = Operation(
    "export", "Export des dossiers", f"{_CANONICAL}/patient-export", types=("Patient",), on_type=True, takes=_TAKES
)
EXPORT_GROUP: Final = Operation(
    "export",
    "Export des dossiers d’un groupe",
    f"{_CANONICAL}/group-export",
    types=("Group",),
    on_instance=True,
    takes=_TAKES,
)
NDJSON: Final = "application/fhir+ndjson"
_FORMATS: Final = frozenset({NDJSON, "application/ndjson", "ndjson"})
_RETRY_S: Final = "5"


def export_system(call: Call) -> HttpResponse:
    """Accept an export of records, directory and terminology."""
    return _accepted(call, EXPORTED_TYPES)


def export_patients(call: Call) -> HttpResponse:
    """Accept an export of records."""
    return _accepted(call, RECORD_TYPES)


def export_group(call: Call) -> HttpResponse:
    """Accept an export of the records of the members of a Group that the viewer may read."""
    group_id = call.id or UUID(int=0)
    sight = sight_of(call.viewer, at=call.at, act=Act.READ)
    held = sight.read("Group", group_id)
    if held is None or held.deleted:
        raise not_found()
    sight.check(held, target=f"fhir:Group/{group_id}/$export")
    return _accepted(call, RECORD_TYPES, group=group_id)


def _accepted(call: Call, types: tuple[str, ...], *, group: UUID | None = None) -> HttpResponse:
    _check_asked_well(call)
    _check_right(call.viewer, f"fhir:{call.request.path[:150]}")
    wanted = asked_types(call, types)
    asked = ExportAsked(
        call.request.build_absolute_uri(), wanted, asked_since(call), group, asked_filters(call, wanted)
    )
    try:
        export_id = ask_export(asked=asked, by=call.viewer, at=call.at)
    except TooManyExports as refusal:
        raise Refusal(429, "throttled", str(refusal.__doc__)) from refusal
    go_on_with(export_id)
    where = call.request.build_absolute_uri(reverse("fhir:export_status", args=[export_id]))
    return HttpResponse(status=202, headers={"Content-Location": where})


def asked_filters(call: Call, types: tuple[str, ...]) -> dict[str, list[Criteria]]:
    """Return the criteria of `_typeFilter` by type, each compiled once so that a wrong one is told now.

    Raises:
        Refusal: a filter is not of an exported type, or a criterion cannot be searched.
    """
    try:
        found = read_filters(call.asked.texts("_typeFilter"), types)
        for type_, told in found.items():
            seen_for_export(call.viewer, type_, at=call.at, kept=Narrowing(filters=told))
    except WrongFilter as refusal:
        raise wrong(where="_typeFilter", why=str(refusal)) from refusal
    except SearchError as refusal:
        raise wrong(where="_typeFilter", why=f"{refusal.parameter} : {refusal.why}") from refusal
    return found


def _check_asked_well(call: Call) -> None:
    preferred = {one.strip() for one in call.request.headers.get("Prefer", "").split(",")}
    if "respond-async" not in preferred:
        raise Refusal(400, "invalid", "Un export se demande avec l’en-tête Prefer: respond-async.", "Prefer")
    if call.asked.text("_outputFormat", NDJSON) not in _FORMATS:
        raise wrong(where="_outputFormat", why=f"seul {NDJSON} est écrit", code="not-supported")


def _check_right(viewer: Viewer, target: str) -> None:
    """Ask the right to export, and leave the event.

    Raises:
        AccessRefused: this viewer exports nothing.
    """
    relation = Relation.AUTHOR if is_machine(viewer) else Relation.SELF if viewer.person_id else Relation.TERRITORY
    access.check(viewer, Kind.PATIENT, Act.EXPORT, relation=relation, target=target, at=timezone.now())


@interaction("GET", "HEAD", "DELETE")
def export_status(request: AuthenticatedRequest, export_id: UUID) -> HttpResponse:
    """Tell how far an export is, then its manifest; DELETE cancels it, or forgets it."""
    export = _own(request.viewer, export_id)
    if request.method == "DELETE":
        cancel_export(export_id=export_id, by=request.viewer.actor(), at=timezone.now())
        return HttpResponse(status=202)
    if export.state is ExportState.FAILED:
        return outcome(Refusal(500, "exception", export.reason or "L’export a échoué."))
    if export.state is ExportState.DONE and export.expires_at is not None:
        headers = {"Expires": http_date(export.expires_at.timestamp())}
        return HttpResponse(json.dumps(_manifest(request, export)), content_type="application/json", headers=headers)
    progress = (
        f"{export.written} ressources ecrites, type {min(export.place + 1, export.of_types)} sur {export.of_types}"
    )
    return HttpResponse(status=202, headers={"X-Progress": progress, "Retry-After": _RETRY_S})


@interaction("GET", "HEAD", any_format=True)
def export_file(request: AuthenticatedRequest, export_id: UUID, name: str) -> HttpResponse:
    """Give a file of a finished export to its owner, when the right is still there."""
    export = _own(request.viewer, export_id)
    if export.state is not ExportState.DONE or name not in {one.name for one in export.files}:
        raise not_found()
    _check_right(request.viewer, f"export:{export_id}/{name}")
    path = folder_of(export_id) / name
    given = FileResponse(path.open("rb"), content_type=NDJSON, headers={"Content-Length": str(path.stat().st_size)})
    return cast("HttpResponse", given)  # streamed, so of another class, but answered alike


def _own(viewer: Viewer, export_id: UUID) -> ExportRow:
    """Return an export of this viewer that is not over; another's answers as what does not exist."""
    export = export_row(export_id)
    gone = {ExportState.CANCELLED, ExportState.EXPIRED}
    if export is None or export.owner != source_of(viewer) or export.state in gone:
        raise not_found()
    return export


def _manifest(request: AuthenticatedRequest, export: ExportRow) -> Json:
    output = [
        {
            "type": one.type,
            "url": request.build_absolute_uri(reverse("fhir:export_file", args=[export.id, one.name])),
            "count": one.lines,
        }
        for one in export.files
    ]
    return {
        "transactionTime": fhir.moment(export.requested_at),
        "request": export.request,
        "requiresAccessToken": True,
        "output": output,
        "error": [],
    }
