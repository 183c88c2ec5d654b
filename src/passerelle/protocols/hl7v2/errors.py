from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: HL7 table 0357, with the words a person reads.
CONDITIONS: dict[str, str] = {
    "0": "Message accepted",
    "100": "Segment sequence error",
    "101": "Required field missing",
    "102": "Data type error",
    "103": "Table value not found",
    "200": "Unsupported message type",
    "201": "Unsupported event code",
    "202": "Unsupported processing id",
    "203": "Unsupported version id",
    "204": "Unknown key identifier",
    "205": "Duplicate key identifier",
    "206": "Application record locked",
    "207": "Application internal error",
}


class Hl7Error(ValueError):
    """A message that cannot be read: where it breaks, why in French, and its code of HL7 table 0357."""

    def __init__(self, where: str, why: str, code: str = "100") -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why
        self.code = code

    def detail(self) -> ErrorDetail:
        """Return the same fault in the form an acknowledgement carries."""
        return ErrorDetail(where=self.where, code=self.code, severity="E", text=self.why)


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    """One ERR segment: `where` is a location of type ERL, such as `PID^1^3`."""

    where: str = ""
    code: str = "207"
    severity: Literal["E", "W", "I", "F"] = "E"
    text: str = ""
