"""Every operation of this server. Addresses, CapabilityStatement and definitions are made from this table."""

from collections.abc import Iterator
from typing import Final

from passerelle.care.record.fhir.operations.docref import DOCREF, docref
from passerelle.care.record.fhir.operations.everything import EVERYTHING, everything
from passerelle.care.record.fhir.operations.expand import EXPAND, expand
from passerelle.care.record.fhir.operations.export import (
    EXPORT_GROUP,
    EXPORT_PATIENTS,
    EXPORT_SYSTEM,
    export_group,
    export_patients,
    export_system,
)
from passerelle.care.record.fhir.operations.lookup import LOOKUP, lookup
from passerelle.care.record.fhir.operations.match import MATCH, match
from passerelle.care.record.fhir.operations.registry import Operation, Registered, registered
from passerelle.care.record.fhir.operations.subsumes import SUBSUMES, subsumes
from passerelle.care.record.fhir.operations.summary import SUMMARY, summary
from passerelle.care.record.fhir.operations.translate import TRANSLATE, translate
from passerelle.care.record.fhir.operations.validate import VALIDATE, validate
from passerelle.care.record.fhir.operations.validate_code import (
    VALIDATE_IN_SYSTEM,
    VALIDATE_IN_VALUE_SET,
    validate_in_system,
    validate_in_value_set,
)

REGISTERED: Final = (
    registered(LOOKUP, lookup),
    registered(VALIDATE_IN_SYSTEM, validate_in_system),
    registered(SUBSUMES, subsumes),
    registered(EXPAND, expand),
    registered(VALIDATE_IN_VALUE_SET, validate_in_value_set),
    registered(TRANSLATE, translate),
    registered(EVERYTHING, everything),
    registered(MATCH, match),
    registered(SUMMARY, summary),
    registered(EXPORT_SYSTEM, export_system),
    registered(EXPORT_PATIENTS, export_patients),
    registered(EXPORT_GROUP, export_group),
    registered(DOCREF, docref),
    registered(VALIDATE, validate),
)
OPERATIONS: Final[tuple[Operation, ...]] = tuple(one.operation for one in REGISTERED)


def _places(one: Operation) -> Iterator[tuple[str, bool]]:
    """Yield where an operation may be asked: the type ("" for the system), whether on an instance."""
    if one.on_system:
        yield "", False
    for type_ in one.types:
        if one.on_type:
            yield type_, False
        if one.on_instance:
            yield type_, True


#: (type, whether on an instance, code) → the operation and its view.
BY_PLACE: Final[dict[tuple[str, bool, str], Registered]] = {
    (type_, is_instance, one.operation.code): one for one in REGISTERED for type_, is_instance in _places(one.operation)
}


def operations_of(type_: str) -> list[Operation]:
    """Return the operations of a type, or of the system for ""."""
    return list(
        {one.definition: one for one in OPERATIONS if any(place == type_ for place, _ in _places(one))}.values()
    )
