"""`CodeSystem/$validate-code` and `ValueSet/$validate-code`.

https://hl7.org/fhir/R4/codesystem-operation-validate-code.html,
https://hl7.org/fhir/R4/valueset-operation-validate-code.html.
"""

from collections.abc import Sequence
from typing import Final

from passerelle.care.record.fhir.operations.coded import Coded, addressed, asked_codes, refused, trace
from passerelle.care.record.fhir.operations.expand import asked_value_set
from passerelle.care.record.fhir.operations.parameters import Parameter, parameters, part
from passerelle.care.record.fhir.operations.registry import Call, Json, Operation
from passerelle.core.terminology import api as terminology

_CODED: Final = (
    Parameter("url", "uri"),
    Parameter("code", "code"),
    Parameter("display", "string"),
    Parameter("coding", "Coding"),
    Parameter("codeableConcept", "CodeableConcept"),
    Parameter("date", "dateTime"),
    Parameter("displayLanguage", "code"),
)
VALIDATE_IN_SYSTEM: Final = Operation(
    "validate-code",
    "Un code est-il de ce système ?",
    "http://hl7.org/fhir/OperationDefinition/CodeSystem-validate-code",
    types=("CodeSystem",),
    on_type=True,
    on_instance=True,
    takes=(*_CODED, Parameter("version", "string")),
)
VALIDATE_IN_VALUE_SET: Final = Operation(
    "validate-code",
    "Un code est-il de ce jeu de valeurs ?",
    "http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code",
    types=("ValueSet",),
    on_type=True,
    on_instance=True,
    takes=(
        *_CODED,
        Parameter("system", "uri"),
        Parameter("systemVersion", "string"),
        Parameter("valueSet", "Resource"),
    ),
)


def validate_in_system(call: Call) -> Json:
    """Say whether a code is one of a system; the system is that of the address, of `url` or of the coding."""
    trace(call)
    system = addressed("CodeSystem", call.id)["url"] if call.id else call.asked.text("url")
    return _told(asked_codes(call.asked, system=system), None)


def validate_in_value_set(call: Call) -> Json:
    """Say whether a code, or one of the codings of a concept, is in a value set."""
    trace(call)
    try:
        return _told(asked_codes(call.asked), asked_value_set(call))
    except (terminology.UnknownValueSet, terminology.UnknownSystem, terminology.TerminologyError) as error:
        raise refused(error) from error


def _told(coded: Sequence[Coded], value_set: str | terminology.ValueSet | None) -> Json:
    """Return what was found: one good coding is enough; the first refusal is told otherwise."""
    checks = [
        terminology.validate_code(one.system, one.code, display=one.display or None, value_set=value_set)
        for one in coded
    ]
    best = next((one for one in checks if one.is_valid), checks[0])
    return parameters(
        part("result", "boolean", best.is_valid),
        part("message", "string", best.message) if best.message else None,
        part("display", "string", best.display) if best.display else None,
    )
