"""`CodeSystem/$lookup`. https://hl7.org/fhir/R4/codesystem-operation-lookup.html."""

from typing import Final

from passerelle.care.record.fhir.answers import Refusal
from passerelle.care.record.fhir.operations.coded import asked_code, trace
from passerelle.care.record.fhir.operations.parameters import Parameter, parameters, part
from passerelle.care.record.fhir.operations.registry import Call, Json, Operation
from passerelle.core.terminology import api as terminology

LOOKUP: Final = Operation(
    "lookup",
    "Ce que dit un système de codes d’un code",
    "http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup",
    types=("CodeSystem",),
    on_type=True,
    takes=(
        Parameter("code", "code"),
        Parameter("system", "uri"),
        Parameter("version", "string"),
        Parameter("coding", "Coding"),
        Parameter("date", "dateTime"),
        Parameter("displayLanguage", "code"),
        Parameter("property", "code", is_many=True),
    ),
)


def lookup(call: Call) -> Json:
    """Give the label of a code, its other wording, its properties and what lies above it."""
    trace(call)
    coded = asked_code(call.asked)
    found = terminology.lookup(coded.system, coded.code)
    if found is None:
        check = terminology.validate_code(coded.system, coded.code)
        raise Refusal(404, "not-found", check.message, coded.where)
    wanted = set(call.asked.texts("property"))
    return parameters(
        part("name", "string", _name(coded.system)),
        part("display", "string", found.display),
        *(_designation(one) for one in terminology.designations(found)),
        *(_property(name, value) for name, value in found.properties.items() if not wanted or name in wanted),
        *(_property("parent", one) for one in found.parents if not wanted or "parent" in wanted),
    )


def _name(system: str) -> str:
    return terminology.code_system(system).title


def _designation(told: Json) -> Json:
    parts = [part("language", "code", told["language"]), part("use", "Coding", told["use"])]
    return {"name": "designation", "part": [*parts, part("value", "string", told["value"])]}


def _property(name: str, value: str) -> Json:
    return {"name": "property", "part": [part("code", "code", name), part("value", "string", value)]}
