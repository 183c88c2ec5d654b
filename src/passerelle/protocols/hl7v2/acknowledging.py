from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from passerelle.protocols.hl7v2.errors import CONDITIONS, ErrorDetail, Hl7Error
from passerelle.protocols.hl7v2.message import Message
from passerelle.protocols.hl7v2.parsing import parse
from passerelle.protocols.hl7v2.writing import Field, build, moment, segment

_HEADER = re.compile(rb"MSH[^\r\n\x1c]*")
_LONGEST_HEADER = 2_000


class _Addresses(NamedTuple):
    sender: tuple[str, str]
    receiver: tuple[str, str]
    trigger: str
    control_id: str
    processing_id: str
    version: str


def acknowledge(
    message: Message | bytes,
    code: str,
    *,
    at: datetime,
    control_id: str,
    errors: Sequence[ErrorDetail] = (),
) -> bytes:
    """Write the acknowledgement of a message, or of bytes that could not be read as one.

    `code` is one of HL7 table 0008 (AA, AE, AR, CA, CE, CR); `control_id` is the acknowledgement's own MSH-10. Of
    unreadable bytes, what their MSH line still tells is used; MSA-2 stays empty when it tells nothing.
    """
    to = _addresses(message)
    header: dict[int, Field] = {
        3: to.receiver[0],
        4: to.receiver[1],
        5: to.sender[0],
        6: to.sender[1],
        7: moment(at),
        9: ("ACK", to.trigger, "ACK") if to.trigger else ("ACK",),
        10: control_id,
        11: to.processing_id or "P",
        12: to.version or "2.5",
        17: "FRA",
        18: "UNICODE UTF-8",
    }
    return build(
        [segment("MSH", header), segment("MSA", {1: code, 2: to.control_id}), *(_error(one) for one in errors)],
    )


def _error(detail: ErrorDetail) -> list[Field]:
    condition = CONDITIONS.get(detail.code, "")
    return segment(
        "ERR",
        {
            2: tuple(detail.where.split("^")),
            3: (detail.code, condition, "HL70357"),
            4: detail.severity,
            8: detail.text,
        },
    )


def _addresses(message: Message | bytes) -> _Addresses:
    known = message if isinstance(message, Message) else _salvaged(message)
    if known is None:
        return _Addresses(("", ""), ("", ""), "", "", "", "")
    return _Addresses(
        sender=(known.get("MSH-3"), known.get("MSH-4")),
        receiver=(known.get("MSH-5"), known.get("MSH-6")),
        trigger=known.trigger,
        control_id=known.control_id,
        processing_id=known.processing_id,
        version=known.version,
    )


def _salvaged(raw: bytes) -> Message | None:
    header = _HEADER.search(raw)
    if header is None:
        return None
    try:
        return parse(header[0][:_LONGEST_HEADER])
    except Hl7Error:
        return None
