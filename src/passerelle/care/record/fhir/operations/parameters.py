"""What an operation is given, by the query string or by a Parameters resource. https://hl7.org/fhir/R4/operations.html.

A wrong parameter is refused where it is: `Parameters.parameter[2].valueCode`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from passerelle.care.record.fhir.answers import Refusal
from passerelle.core.access.api import AuthenticatedRequest
from passerelle.protocols.fhir import api as fhir

Json: TypeAlias = dict[str, Any]
_LONGEST: Final = 2_000
_MOST: Final = 200
_BODY_TYPES: Final = frozenset({"application/fhir+json", "application/json", "text/json"})
_FORM: Final = "application/x-www-form-urlencoded"
_ALWAYS: Final = frozenset({"_format", "_pretty"})
_CODE: Final = re.compile(r"[^\s]+(\s[^\s]+)*")
_INTEGER: Final = re.compile(r"-?\d{1,9}")
_TEXTS: Final = frozenset({"code", "uri", "canonical", "string", "id"})
_MOMENTS: Final = frozenset({"date", "dateTime", "instant"})
_COMPLEX: Final = frozenset({"Coding", "CodeableConcept", "Identifier", "Reference"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that an operation takes: its FHIR type, or `Resource`; `is_many` when it may be repeated."""

    name: str
    type: str
    is_required: bool = False
    is_many: bool = False

    @property
    def can_be_in_a_query(self) -> bool:
        return self.type not in _COMPLEX and self.type != "Resource"


class Asked:
    """The parameters given, by name; text as text, booleans and integers as such, the rest as JSON."""

    def __init__(self, values: Mapping[str, Sequence[Any]]) -> None:
        self._values = values

    def text(self, name: str, default: str = "") -> str:
        """Return a text parameter, "" when it is not given."""
        return str(self._values.get(name, [default])[0])

    def texts(self, name: str) -> list[str]:
        """Return each value of a text parameter."""
        return [str(one) for one in self._values.get(name, [])]

    def integer(self, name: str) -> int | None:
        """Return an integer parameter, None when it is not given."""
        found = self._values.get(name)
        return int(found[0]) if found else None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean parameter."""
        found = self._values.get(name)
        return bool(found[0]) if found else default

    def json(self, name: str) -> Json | None:
        """Return a complex parameter or a resource, None when it is not given."""
        found = self._values.get(name)
        return dict(found[0]) if found else None

    def has(self, name: str) -> bool:
        """Tell whether a parameter is given."""
        return bool(self._values.get(name))


def wrong(where: str, why: str, *, code: str = "invalid") -> Refusal:
    """Return the refusal of a parameter, located."""
    return Refusal(400, code, f"{where} : {why}", where)


def read_parameters(request: AuthenticatedRequest, taken: Sequence[Parameter], *, bare: str = "") -> Asked:
    """Return the parameters of a request; `bare` is the one whose resource may be posted by itself.

    Raises:
        Refusal: one is unknown, ill-formed, repeated, or missing.
    """
    known = {one.name: one for one in taken}
    values: dict[str, list[Any]] = {}
    for name, texts in request.GET.lists():
        if name not in _ALWAYS:
            _add(values, known, name, [_of_text(known.get(name), name, text) for text in texts])
    if request.method == "POST" and request.body:
        _of_body(request, known, values, bare)
    for one in taken:
        if one.is_required and one.name not in values:
            raise wrong(one.name, "paramètre obligatoire", code="required")
    return Asked(values)


def _add(values: dict[str, list[Any]], known: Mapping[str, Parameter], name: str, told: Sequence[Any]) -> None:
    held = values.setdefault(name, [])
    held.extend(told)
    if len(held) > (_MOST if known[name].is_many else 1):
        raise wrong(name, "donné trop de fois")


def _of_text(parameter: Parameter | None, name: str, text: str) -> Any:
    if parameter is None:
        raise wrong(name[:60], "paramètre inconnu de cette opération", code="not-supported")
    if not parameter.can_be_in_a_query:
        raise wrong(name, f"de type {parameter.type}, se donne dans le corps d’un POST")
    if parameter.type == "boolean":
        if text not in {"true", "false"}:
            raise wrong(name, "attend true ou false")
        return text == "true"
    if parameter.type == "integer":
        if not (text.isascii() and _INTEGER.fullmatch(text)):
            raise wrong(name, "attend un nombre entier")
        return int(text)
    return _checked_text(parameter, name, text)


def _checked_text(parameter: Parameter, where: str, text: str) -> str:
    if not text or len(text) > _LONGEST or "\x00" in text:
        raise wrong(where, f"attend un texte de 1 à {_LONGEST} caractères")
    if parameter.type == "code" and not _CODE.fullmatch(text):
        raise wrong(where, "n’est pas un code")
    if parameter.type in _MOMENTS:
        try:
            fhir.date_range(text)
        except (fhir.FhirError, ValueError, OverflowError):
            raise wrong(where, "n’est pas une date") from None
    return text


def _of_body(
    request: AuthenticatedRequest, known: Mapping[str, Parameter], values: dict[str, list[Any]], bare: str
) -> None:
    mime = (request.content_type or "").lower()
    if mime == _FORM:
        for name, texts in request.POST.lists():
            _add_known(values, known, name, [_of_text(known.get(name), name, text) for text in texts])
        return
    if mime not in _BODY_TYPES:
        raise Refusal(415, "not-supported", "Seul application/fhir+json est lu.")
    body = read_body(request)
    if bare and body.get("resourceType") != "Parameters":
        _add(values, known, bare, [body])
        return
    if body.get("resourceType") != "Parameters":
        raise wrong(where="resourceType", why="attend Parameters")
    told = body.get("parameter", [])
    if not isinstance(told, list):
        raise wrong(where="Parameters.parameter", why="attend une liste")
    for rank, one in enumerate(told):
        _of_part(one, f"Parameters.parameter[{rank}]", known, values)


def _add_known(values: dict[str, list[Any]], known: Mapping[str, Parameter], name: str, told: Sequence[Any]) -> None:
    if name not in _ALWAYS:
        _add(values, known, name, told)


def read_body(request: AuthenticatedRequest) -> Json:
    """Return the JSON object of a body.

    Raises:
        Refusal: it cannot be read.
    """
    try:
        return fhir.read_written(request.body).resource
    except fhir.FhirError as fault:
        raise Refusal(400, "structure", fault.why) from fault
    except RecursionError:
        raise Refusal(400, "structure", "JSON illisible : trop de niveaux.") from None


def _of_part(one: Any, where: str, known: Mapping[str, Parameter], values: dict[str, list[Any]]) -> None:
    if not isinstance(one, dict) or not isinstance(one.get("name"), str):
        raise wrong(f"{where}.name", "est obligatoire")
    name = one["name"]
    parameter = known.get(name)
    if parameter is None:
        raise wrong(f"{where}.name", f"paramètre inconnu de cette opération : {name[:60]}", code="not-supported")
    if parameter.type == "Resource":
        found = one.get("resource")
        if not isinstance(found, dict):
            raise wrong(f"{where}.resource", "une ressource est attendue")
        _add(values, known, name, [found])
        return
    given = [key for key in one if key.startswith("value")]
    if len(given) != 1:
        raise wrong(where, f"une valeur de type {parameter.type} est attendue")
    _add(values, known, name, [_of_value(parameter, one[given[0]], f"{where}.{given[0]}")])


def _of_value(parameter: Parameter, value: Any, where: str) -> Any:
    if parameter.type == "boolean":
        if not isinstance(value, bool):
            raise wrong(where, "attend true ou false")
        return value
    if parameter.type == "integer":
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 10**9:
            raise wrong(where, "attend un nombre entier")
        return value
    if parameter.type in _COMPLEX:
        if not isinstance(value, dict):
            raise wrong(where, f"un {parameter.type} est attendu")
        return value
    if not isinstance(value, str):
        raise wrong(where, f"attend un {parameter.type}")
    return _checked_text(parameter, where, value)


def part(name: str, type_: str, value: Any) -> Json:
    """Return a parameter of an answer: `part("result", "boolean", True)`."""
    return {"name": name, f"value{type_[0].upper()}{type_[1:]}": value}


def parameters(*parts: Json | None) -> Json:
    """Return a Parameters resource of these parts; None is left out."""
    return {"resourceType": "Parameters", "parameter": [one for one in parts if one is not None]}
