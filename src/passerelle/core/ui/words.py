"""Closed sets whose members screens show: one home for a value with its French label."""

from enum import Enum
from typing import Self


class Labelled(Enum):
    """A member has a stable value (data files, database, FHIR) and a French label (screens)."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = object.__new__(cls)
        member._value_ = value
        member.label = label
        return member
