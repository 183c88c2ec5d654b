"""`ConceptMap/$translate`. https://hl7.org/fhir/R4/conceptmap-operation-translate.html."""

from typing import Final

from passerelle.care.record.fhir.operations.coded import addressed, asked_codes, refused, trace
from passerelle.care.record.fhir.operations.parameters import Parameter, parameters, part
from passerelle.care.record.fhir.operations.registry import Call, Json, Operation
from passerelle.core.terminology import api as terminology

TRANSLATE: Final = Operation(
    "translate",
    "Ce qu’un code est dans un autre système",
    "http://hl7.org/fhir/OperationDefinition/ConceptMap-translate",
    types=("ConceptMap",),
    on_type=True,
    on_instance=True,
    takes=(
        Parameter("url", "uri"),
        Parameter("conceptMapVersion", "string"),
        Parameter("code", "code"),
        Parameter("system", "uri"),
        Parameter("version", "string"),
        Parameter("source", "uri"),
        Parameter("coding", "Coding"),
        Parameter("codeableConcept", "CodeableConcept"),
        Parameter("target", "uri"),
        Parameter("targetsystem", "uri"),
        Parameter("reverse", "boolean"),
    ),
)


def translate(call: Call) -> Json:
    """Give the translations of a code, by the map of the address or of `url`, else by all."""
    trace(call)
    url = str(addressed("ConceptMap", call.id)["url"]) if call.id else call.asked.text("url")
    target = call.asked.text("targetsystem") or call.asked.text("target")
    try:
        found = [
            translation
            for one in asked_codes(call.asked)
            for translation in terminology.translate(
                one.system,
                one.code,
                map_url=url or None,
                target=target or None,
                is_reverse=call.asked.flag("reverse"),
            )
        ]
    except terminology.UnknownSystem as error:
        raise refused(error) from error
    nothing = None if found else part("message", "string", "Aucune traduction connue ici.")
    return parameters(part("result", "boolean", bool(found)), nothing, *(_match(one) for one in found))


def _match(one: terminology.Translation) -> Json:
    coding = {"system": one.concept.system, "code": one.concept.code, "display": one.concept.display}
    return {
        "name": "match",
        "part": [
            part("equivalence", "code", one.equivalence),
            part("concept", "Coding", coding),
            part("source", "uri", one.map_url),
        ],
    }
