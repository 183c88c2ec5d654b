from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from passerelle.protocols.hl7v2.errors import CONDITIONS, ErrorDetail, Hl7Error
from passerelle.protocols.hl7v2.escapes import escape
from passerelle.protocols.hl7v2.message import Message
from passerelle.protocols.hl7v2.parsing import parse
from passerelle.protocols.hl7v2.writing import Field, build, moment, segment

_HEADER = re.compile(rb"MSH[^\r\n\x1c]*")
_LONGEST_HEADER = 2_000
_LONGEST_KEPT = 400


class _Addresses(NamedTuple):
    """The receiver and the sender of a message, who become the sender and the receiver of its answer."""

    receiving_application: str
    receiving_facility: str
    sending_application: str
    sending_facility: str
    trigger: str
    processing_id: str
    version: str


_NOBODY = _Addresses("", "", "", "", "", "", "")


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
    to, about = _addresses(message)
    is_usual = sum(map(len, to)) <= _LONGEST_KEPT
    start, middle, end = _header(*to) if is_usual else _header.__wrapped__(*to)
    msa = f"MSA|{escape(code)}|{escape(about)}".rstrip("|")
    written = f"{start}{_second(at.replace(microsecond=0))}{middle}{escape(control_id)}{end}{msa}\r".encode()
    return written + build([_error(one) for one in errors]) if errors else written


@lru_cache(maxsize=1_024)  # senders are few, and each is always answered from and to the same places
def _header(*to: str) -> tuple[str, str, str]:
    """Return what surrounds the moment and the control id of an MSH."""
    *places, trigger, processing_id, version = map(escape, to)
    kind = f"ACK^{trigger}^ACK" if trigger else "ACK"
    return (
        f"MSH|^~\\&|{'|'.join(places)}|",
        f"||{kind}|",
        f"|{processing_id or 'P'}|{version or '2.5'}|||||FRA|UNICODE UTF-8\r",
    )


@lru_cache(maxsize=64)
def _second(at: datetime) -> str:
    return moment(at)


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


def _addresses(message: Message | bytes) -> tuple[_Addresses, str]:
    """Return whom to answer, and the control id of what is answered."""
    known = message if isinstance(message, Message) else _salvaged(message)
    if known is None:
        return _NOBODY, ""
    addresses = _Addresses(
        known.receiving_application,
        known.receiving_facility,
        known.sending_application,
        known.sending_facility,
        known.trigger,
        known.processing_id,
        known.version,
    )
    return addresses, known.control_id


def _salvaged(raw: bytes) -> Message | None:
    header = _HEADER.search(raw)
    if header is None:
        return None
    try:
        return parse(header[0][:_LONGEST_HEADER])
    except Hl7Error:
        return None
