"""`CodeSystem/$subsumes`. https://hl7.org/fhir/R4/codesystem-operation-subsumes.html."""

from typing import Final

from passerelle.care.record.fhir.answers import Refusal
from passerelle.care.record.fhir.operations.coded import addressed, refused, trace
from passerelle.care.record.fhir.operations.parameters import Parameter, parameters, part, wrong
from passerelle.care.record.fhir.operations.registry import Call, Json, Operation
from passerelle.core.terminology import api as terminology

SUBSUMES: Final = Operation(
    "subsumes",
    "Un code en contient-il un autre ?",
    "http://hl7.org/fhir/OperationDefinition/CodeSystem-subsumes",
    types=("CodeSystem",),
    on_type=True,
    on_instance=True,
    takes=(
        Parameter("codeA", "code"),
        Parameter("codeB", "code"),
        Parameter("system", "uri"),
        Parameter("version", "string"),
        Parameter("codingA", "Coding"),
        Parameter("codingB", "Coding"),
    ),
)


def subsumes(call: Call) -> Json:
    """Say how code A stands to code B."""
    trace(call)
    system = addressed("CodeSystem", call.id)["url"] if call.id else call.asked.text("system")
    system_a, code_a = _code(call, "A", system)
    system_b, code_b = _code(call, "B", system)
    if system_a != system_b:
        raise wrong(where="codingB.system", why="les deux codes sont d’un même système")
    try:
        outcome = terminology.subsumes(system_a, code_a, code_b)
    except terminology.UnknownSystem as error:
        raise refused(error) from error
    except terminology.UnknownCode as error:
        raise Refusal(404, "not-found", f"Code inconnu de {system_a} : {error}") from error
    return parameters(part("outcome", "code", outcome.value))


def _code(call: Call, letter: str, system: str) -> tuple[str, str]:
    coding = call.asked.json(f"coding{letter}") or {}
    told_system, code = coding.get("system", system), coding.get("code", call.asked.text(f"code{letter}"))
    if not isinstance(code, str) or not code:
        raise wrong(f"code{letter}", "est attendu", code="required")
    if not isinstance(told_system, str) or not told_system:
        raise wrong(where="system", why="est attendu", code="required")
    return told_system, code
