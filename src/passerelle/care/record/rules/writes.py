"""What is asked of a FHIR write, what it gave, and how it is refused. Plain Python."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from passerelle.care.record.rules.kinds import NOBODY, PATIENT_PATHS
from passerelle.protocols.fhir import api as fhir

CREATE, UPDATE, PATCH, DELETE = "POST", "PUT", "PATCH", "DELETE"
#: Types that may be of nobody though they may be of a patient: then they are of the directory.
_MAY_BE_NOBODYS: Final = frozenset({"Medication", "Device"})
#: Elements that may lead to somebody else's record: type → elements at its root.
_ELSEWHERE: Final[Mapping[str, frozenset[str]]] = {
    "Patient": frozenset({"link"}),
    "Observation": frozenset({"focus"}),
    "Group": frozenset({"member"}),
    "List": frozenset({"entry"}),
    "Appointment": frozenset({"participant"}),
    "Communication": frozenset({"about", "recipient", "sender"}),
    "Encounter": frozenset({"partOf"}),
}
_PATIENT: Final = "Patient/"


class WriteRefused(Exception):
    """Cette écriture est refusée."""

    def __init__(self, status: int, issues: Iterable[fhir.Issue]) -> None:
        self.status, self.issues, self.rank = status, tuple(issues), -1
        super().__init__(f"{status} {', '.join(one.code for one in self.issues)}")


@contextmanager
def at_rank(rank: int) -> Iterator[None]:
    """Tell the refusals of this block which write they are of, by its rank in what was asked."""
    try:
        yield
    except WriteRefused as refusal:
        refusal.rank = rank
        raise


def refused(status: int, code: str, why: str, expression: str = "") -> WriteRefused:
    """Return a refusal with one issue; `code` is of the value set issue-type."""
    return WriteRefused(status, [fhir.Issue("error", code, why, expression)])


@dataclass(slots=True)
class Asked:
    """One write asked.

    `criteria` are those of a conditional update, patch or deletion, `if_none_exist` of a creation. `if_match` is the
    version the writer believes current. `full_url` is how the other entries of a bundle name this one.
    """

    method: str
    type: str
    id: UUID | None = None
    written: fhir.Written | None = None
    operations: Any = None
    if_match: int | None = None
    if_none_exist: Mapping[str, Sequence[str]] | None = None
    criteria: Mapping[str, Sequence[str]] | None = None
    full_url: str = ""
    references: tuple[fhir.Json, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a write: its status, and the version there is now, `body` empty after a deletion."""

    status: int
    type: str
    id: UUID | None = None
    version: int = 0
    last_updated: datetime | None = None
    body: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """Who a resource says it is of: the local identity of a patient, or nobody; `expression` is where it says so."""

    local_identity_id: UUID | None
    expression: str


def checked(written: fhir.Written, type_: str) -> tuple[fhir.Json, ...]:
    """Return the references of a resource that is right in structure, profiles and type.

    Raises:
        WriteRefused: it is not; each fault is named with its element.
    """
    told = written.resource.get("resourceType")
    if told != type_:
        raise refused(400, "invalid", f"une ressource {type_} est attendue à cette adresse", "resourceType")
    found = fhir.check_resource(written.resource)
    issues = found.issues or fhir.profile_issues(written.resource)
    if issues:
        raise WriteRefused(422, issues)
    return found.references


def named_in(type_: str, resource: fhir.Json) -> Named:
    """Return whose resource it is, as it says itself; a local identity of None is one that is not told.

    Raises:
        WriteRefused: it says a patient in a way that leads to none of ours.
    """
    paths = PATIENT_PATHS[type_]
    if not paths:
        return Named(NOBODY, type_)
    found = [one for path in paths for one in _at(resource, path.split("."))]
    for node in found:
        reference = node.get("reference", "")
        if reference.startswith(_PATIENT):
            return Named(_patient_id(reference, f"{type_}.{paths[0]}"), f"{type_}.{paths[0]}")
    if not found and type_ in _MAY_BE_NOBODYS:
        return Named(NOBODY, type_)
    return Named(None, f"{type_}.{paths[0]}")


def _patient_id(reference: str, expression: str) -> UUID:
    found = fhir.local_target(reference)
    if found is None:
        raise unknown_target(reference, expression)
    return found[1]


def unknown_target(reference: str, expression: str) -> WriteRefused:
    """Return the one refusal of a reference that leads nowhere, or where this writer may not look."""
    return refused(422, "not-found", f"cette ressource n’est pas connue : {reference[:120]}", expression)


def may_lead_elsewhere(type_: str, expression: str) -> bool:
    """Tell whether an element may lead to the record of another person than the resource's."""
    element = expression.removeprefix(f"{type_}.").partition(".")[0].partition("[")[0]
    return element in _ELSEWHERE.get(type_, ())


def expression_of(resource: fhir.Json, sought: Any) -> str:
    """Return where a node is in a resource, as FHIRPath shows it; the type alone when it is not there."""
    return _place(resource, sought, str(resource["resourceType"])) or str(resource["resourceType"])


def _place(node: Any, sought: Any, path: str) -> str:
    if node is sought:
        return path
    if isinstance(node, dict):
        parts = ((f"{path}.{name}", part) for name, part in node.items())
    elif isinstance(node, list):
        parts = ((f"{path}[{rank}]", part) for rank, part in enumerate(node))
    else:
        return ""
    return next((found for where, part in parts if (found := _place(part, sought, where))), "")


def _at(node: Any, steps: Sequence[str]) -> Iterable[fhir.Json]:
    if isinstance(node, list):
        for item in node:
            yield from _at(item, steps)
    elif isinstance(node, dict):
        if not steps:
            yield node
        else:
            yield from _at(node.get(steps[0]), steps[1:])
