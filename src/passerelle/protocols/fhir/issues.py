"""One fault found in a resource."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Issue:
    """`expression` points at the faulty element in FHIRPath, such as `Patient.name[0].family`."""

    severity: str
    code: str
    text: str
    expression: str
