"""`[type]/$validate`: the structure, the profiles and the codes of a resource, stored or given.

https://hl7.org/fhir/R4/resource-operation-validate.html.
"""

from collections.abc import Iterator
from typing import Any, Final

from passerelle.care.record.fhir.answers import Refusal, not_found
from passerelle.care.record.fhir.operations.coded import trace
from passerelle.care.record.fhir.operations.parameters import Parameter, wrong
from passerelle.care.record.fhir.operations.registry import Call, Json, Operation
from passerelle.care.record.rules.kinds import TYPES
from passerelle.care.record.selectors.sight import sight_of
from passerelle.core.access.api import Act
from passerelle.core.terminology import api as terminology
from passerelle.protocols.fhir import api as fhir

VALIDATE: Final = Operation(
    "validate",
    "Cette ressource est-elle valide ?",
    "http://hl7.org/fhir/OperationDefinition/Resource-validate",
    types=tuple(one for one in TYPES if one != "Binary"),
    on_type=True,
    on_instance=True,
    takes=(Parameter("resource", "Resource"), Parameter("mode", "code"), Parameter("profile", "uri")),
    bare="resource",
)
_MODES: Final = frozenset({"create", "update", "delete", "profile"})
_MOST: Final = 50
_VALID: Final = fhir.Issue("information", "informational", "Aucune anomalie trouvée.", "")


def validate(call: Call) -> Json:
    """Tell the faults of a resource given, or of the one stored at the address; nothing is written."""
    trace(call)
    mode = call.asked.text("mode")
    if mode and mode not in _MODES:
        raise wrong(where="mode", why="attend create, update, delete ou profile")
    given = call.asked.json("resource")
    if given is None:
        given = _stored(call)
    elif given.get("resourceType") != call.type:
        raise wrong(where="resource", why=f"un {call.type} est attendu")
    issues = _faults(given, call.asked.text("profile")) or [_VALID]
    return fhir.outcome_of(issues)


def _stored(call: Call) -> Json:
    if call.id is None:
        raise wrong(where="resource", why="la ressource à valider est attendue", code="required")
    sight = sight_of(call.viewer, at=call.at, act=Act.READ)
    held = sight.read(call.type, call.id)
    if held is None:
        raise not_found()
    sight.check(held)
    if held.deleted:
        raise Refusal(410, "deleted", "Cette ressource a été supprimée.")
    return fhir.loads(held.body)


def _faults(resource: Json, profile: str) -> list[fhir.Issue]:
    found = fhir.validate(resource)
    if found:
        return found  # what is not even of the right structure has no profile to be held against
    if profile:
        meta = dict(resource.get("meta", {}))
        told = [*meta.get("profile", []), profile]
        resource = resource | {"meta": meta | {"profile": told}}
        if profile.partition("|")[0] not in fhir.known_profiles():
            why = f"Profil inconnu ici, non vérifié : {profile[:200]}"
            found.append(fhir.Issue("warning", "not-found", why, f"{resource['resourceType']}.meta.profile"))
    return [*found, *fhir.profile_issues(resource), *_codes(resource)][:_MOST]


def _codes(resource: Json) -> list[fhir.Issue]:
    """Return what terminology says of the codes: a wrong unit is an error, an unknown code a warning."""
    found = []
    for where, coding in _codings(resource, str(resource["resourceType"])):
        check = terminology.validate_code(coding["system"], coding["code"])
        if not check.is_valid and check.is_certain:
            severity = "error" if coding["system"] == terminology.UCUM else "warning"
            found.append(fhir.Issue(severity, "code-invalid", check.message, f"{where}.code"))
    return found


def _codings(node: Any, where: str) -> Iterator[tuple[str, Json]]:
    if isinstance(node, list):
        for rank, item in enumerate(node):
            yield from _codings(item, f"{where}[{rank}]")
    elif isinstance(node, dict):
        if isinstance(node.get("system"), str) and isinstance(node.get("code"), str):
            yield where, node
        for name, value in node.items():
            yield from _codings(value, f"{where}.{name}")
