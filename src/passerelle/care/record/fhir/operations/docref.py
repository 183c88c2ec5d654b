"""`DocumentReference/$docref`: the documents of a person. https://hl7.org/fhir/uv/ipa/OperationDefinition-docref.html."""

from typing import Final
from uuid import UUID

from django.http import HttpResponse

from passerelle.care.record.fhir.operations.bundles import Entry, raw_bundle
from passerelle.care.record.fhir.operations.everything import base_of, days_of, opened_record
from passerelle.care.record.fhir.operations.parameters import Parameter, wrong
from passerelle.care.record.fhir.operations.registry import Call, Operation
from passerelle.care.record.rules.columns import token
from passerelle.care.record.selectors.whole_record import Wanted, record_page

DOCREF: Final = Operation(
    "docref",
    "Les documents d’une personne",
    "http://hl7.org/fhir/uv/ipa/OperationDefinition/docref",
    types=("DocumentReference",),
    on_type=True,
    takes=(
        Parameter("patient", "id", is_required=True),
        Parameter("start", "dateTime"),
        Parameter("end", "dateTime"),
        Parameter("type", "string"),
        Parameter("on-demand", "boolean"),
        Parameter("profile", "canonical", is_many=True),
    ),
)
_MOST: Final = 1_000


def docref(call: Call) -> HttpResponse:
    """Give the documents in force of the person behind a Patient, of every establishment, as the viewer may see."""
    sight, known = opened_record(call, _patient(call), "fhir:DocumentReference/$docref")
    wanted = Wanted(
        types=("DocumentReference",),
        start=days_of(call, "start")[0],
        end=days_of(call, "end")[1],
        code=_token(call),
        status="current",
    )
    rows, _ = record_page(sight, known, wanted, count=_MOST)
    links = {"self": call.request.build_absolute_uri()}
    return raw_bundle([Entry(one, "match") for one in rows], links=links, base=base_of(call))


def _patient(call: Call) -> UUID:
    text = call.asked.text("patient").removeprefix("Patient/")
    try:
        return UUID(text)
    except ValueError:
        raise wrong(where="patient", why="attend l’identifiant d’un Patient d’ici") from None


def _token(call: Call) -> str:
    """Return the type asked as the store keeps it: LOINC when no system is told."""
    text = call.asked.text("type")
    if not text:
        return ""
    system, bar, code = text.rpartition("|")
    return token(system if bar else "http://loinc.org", code)
