"""`ValueSet/$expand`. https://hl7.org/fhir/R4/valueset-operation-expand.html."""

from typing import Final
from uuid import UUID, uuid4

from passerelle.care.record.fhir.answers import not_found
from passerelle.care.record.fhir.operations.coded import refused, trace
from passerelle.care.record.fhir.operations.parameters import Parameter, wrong
from passerelle.care.record.fhir.operations.registry import Call, Json, Operation
from passerelle.care.record.selectors.sight import sight_of
from passerelle.core.access.api import Act
from passerelle.core.terminology import api as terminology
from passerelle.protocols.fhir import api as fhir

EXPAND: Final = Operation(
    "expand",
    "Les codes d’un jeu de valeurs",
    "http://hl7.org/fhir/OperationDefinition/ValueSet-expand",
    types=("ValueSet",),
    on_type=True,
    on_instance=True,
    takes=(
        Parameter("url", "uri"),
        Parameter("valueSet", "Resource"),
        Parameter("valueSetVersion", "string"),
        Parameter("filter", "string"),
        Parameter("offset", "integer"),
        Parameter("count", "integer"),
        Parameter("displayLanguage", "code"),
        Parameter("includeDesignations", "boolean"),
        Parameter("includeDefinition", "boolean"),
        Parameter("activeOnly", "boolean"),
        Parameter("excludeNested", "boolean"),
    ),
    bare="valueSet",
)


def expand(call: Call) -> Json:
    """Give the codes of a value set that hold the words of `filter`, a page of them."""
    trace(call)
    for name in ("offset", "count"):
        if (call.asked.integer(name) or 0) < 0:
            raise wrong(name, "attend un nombre positif ou nul")
    try:
        chosen = asked_value_set(call)
        found = terminology.expand(
            chosen, call.asked.text("filter"), call.asked.integer("count"), call.asked.integer("offset") or 0
        )
        told = terminology.value_set(chosen) if isinstance(chosen, str) else chosen
    except (terminology.UnknownValueSet, terminology.UnknownSystem, terminology.TerminologyError) as error:
        raise refused(error) from error
    made = _resource(call, told, found)
    if not isinstance(chosen, str):
        made.pop("id")  # a value set that was given is not one of ours
    return made


def asked_value_set(call: Call) -> str | terminology.ValueSet:
    """Return the value set that a call is about: that of the address, of `url`, or the one given.

    Raises:
        Refusal: none is told.
        TerminologyError: the one given cannot be read.
    """
    given = call.asked.json("valueSet")
    if call.id is not None:
        return _at_address(call, call.id)
    if given is not None:
        return terminology.value_set_of_resource(given)
    if not call.asked.has("url"):
        raise wrong(where="url", why="le jeu de valeurs est attendu, par url ou par valueSet", code="required")
    return call.asked.text("url").partition("|")[0]


def _at_address(call: Call, id_: UUID) -> str | terminology.ValueSet:
    """Return the value set of an address: one of the house, else one that somebody stored."""
    known = next((one for one in terminology.resources() if one["id"] == str(id_)), None)
    if known is not None and known["resourceType"] == "ValueSet":
        return str(known["url"])
    sight = sight_of(call.viewer, at=call.at, act=Act.READ)
    held = sight.read("ValueSet", id_)
    if held is None or held.deleted:
        raise not_found()
    sight.check(held)
    return terminology.value_set_of_resource(fhir.loads(held.body))


def _resource(call: Call, told: terminology.ValueSet, found: terminology.Expansion) -> Json:
    made = terminology.value_set_resource(told, found, at=fhir.moment(call.at) or "")
    made["expansion"]["identifier"] = f"urn:uuid:{uuid4()}"
    used = {name: call.asked.text(name) for name in ("filter", "displayLanguage") if call.asked.has(name)}
    made["expansion"]["parameter"] = [{"name": name, "valueString": value} for name, value in used.items()]
    if call.asked.flag("includeDesignations"):
        for entry, concept in zip(made["expansion"]["contains"], found.concepts, strict=True):
            others = terminology.designations(concept)
            entry |= {"designation": others} if others else {}
    if not call.asked.flag("includeDefinition", default=True):
        made.pop("compose")
    return made
