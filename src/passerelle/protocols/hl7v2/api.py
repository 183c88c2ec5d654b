"""Read, address, acknowledge and write HL7 v2 messages (ER7)."""

from __future__ import annotations

from passerelle.protocols.hl7v2.acknowledging import acknowledge
from passerelle.protocols.hl7v2.errors import CONDITIONS, ErrorDetail, Hl7Error
from passerelle.protocols.hl7v2.escapes import escape, unescape
from passerelle.protocols.hl7v2.message import Message, Repetition, Segment
from passerelle.protocols.hl7v2.names import FIELD_NAMES, field_name, segment_name
from passerelle.protocols.hl7v2.parsing import check_header, parse
from passerelle.protocols.hl7v2.separators import DEFAULT, Separators
from passerelle.protocols.hl7v2.writing import Field, build, moment, segment

__all__ = [
    "CONDITIONS",
    "DEFAULT",
    "FIELD_NAMES",
    "ErrorDetail",
    "Field",
    "Hl7Error",
    "Message",
    "Repetition",
    "Segment",
    "Separators",
    "acknowledge",
    "build",
    "check_header",
    "escape",
    "field_name",
    "moment",
    "parse",
    "segment",
    "segment_name",
    "unescape",
]
