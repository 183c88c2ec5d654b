"""What the operations of terminology share: the code they are given, the system they are asked on, their trace."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from passerelle.care.record.fhir.answers import Refusal, not_found
from passerelle.care.record.fhir.operations.parameters import Asked, wrong
from passerelle.care.record.fhir.operations.registry import Call, Json
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation
from passerelle.core.terminology import api as terminology


@dataclass(frozen=True, slots=True)
class Coded:
    """A code given; `where` is the parameter that gave it, "" for its label when none was told."""

    system: str
    code: str
    where: str
    display: str = ""


def trace(call: Call) -> None:
    """Ask the decision and leave the event: nomenclatures are open to whoever is signed in."""
    relation = Relation.TERRITORY if call.viewer.roles else Relation.NONE
    target = f"fhir:{call.type}" + (f"/{call.id}" if call.id else "")
    access.check(call.viewer, Kind.TERMINOLOGY, Act.READ, relation=relation, target=target, at=call.at)


def asked_codes(asked: Asked, *, system: str = "") -> list[Coded]:
    """Return the codes given by `code` and `system`, `coding` or `codeableConcept`; `system` is told by the address.

    Raises:
        Refusal: none, or more than one way, or a code without its system.
    """
    ways = [name for name in ("code", "coding", "codeableConcept") if asked.has(name)]
    if len(ways) != 1:
        raise wrong(
            where="code",
            why="un code est attendu, par code et system, par coding ou par codeableConcept",
            code="required",
        )
    if ways == ["code"]:
        told = asked.text("system") or system
        if not told:
            raise wrong(where="system", why="le système du code est attendu", code="required")
        return [Coded(told, asked.text("code"), "code", asked.text("display"))]
    if ways == ["coding"]:
        return [_of_coding(asked.json("coding") or {}, "coding", system)]
    codings = (asked.json("codeableConcept") or {}).get("coding")
    if not isinstance(codings, list) or not codings:
        raise wrong(where="codeableConcept.coding", why="un codage est attendu", code="required")
    return [_of_coding(one, f"codeableConcept.coding[{rank}]", system) for rank, one in enumerate(codings[:50])]


def asked_code(asked: Asked, *, system: str = "") -> Coded:
    """Return the one code given.

    Raises:
        Refusal: none, or more than one.
    """
    found = asked_codes(asked, system=system)
    if len(found) != 1:
        raise wrong(found[0].where, "un seul codage est attendu")
    return found[0]


def _of_coding(told: Any, where: str, system: str) -> Coded:
    if not isinstance(told, dict):
        raise wrong(where, "un codage est attendu")
    found = {name: told.get(name, "") for name in ("system", "code", "display")}
    for name, value in found.items():
        if not isinstance(value, str):
            raise wrong(f"{where}.{name}", "attend un texte")
    if not found["code"] or not (found["system"] or system):
        raise wrong(f"{where}.{'system' if found['code'] else 'code'}", "est attendu", code="required")
    return Coded(found["system"] or system, found["code"], where, found["display"])


def addressed(type_: str, id_: UUID) -> Json:
    """Return the terminology resource that bears this id.

    Raises:
        Refusal: none does.
    """
    for one in terminology.resources():
        if one["resourceType"] == type_ and one["id"] == str(id_):
            return one
    raise not_found()


def refused(error: Exception) -> Refusal:
    """Return the refusal of what terminology does not know or cannot read."""
    if isinstance(error, terminology.TerminologyError):
        return Refusal(400, "invalid", str(error), error.where)
    return Refusal(404, "not-found", f"{error.__doc__} {str(error)[:200]}".strip())
