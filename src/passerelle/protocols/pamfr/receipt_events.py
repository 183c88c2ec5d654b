from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from passerelle.protocols.pamfr.events import Identifier, Patient, Practitioner

ReceiptKind: TypeAlias = Literal["dmp", "mss_delivered", "mss_read"]


@dataclass(frozen=True, slots=True)
class ReceiptError:
    """Why the national record or a mailbox refused (ERR): `code` is of table 0357, `application_code` of ERR-5."""

    where: str = ""
    code: str = ""
    severity: str = ""
    application_code: str = ""
    application_label: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One addressee and what became of the document there."""

    recipient: Practitioner | None = None
    organization: str = ""
    mailbox: str = ""
    at: datetime | None = None
    is_ok: bool = True


@dataclass(frozen=True, slots=True)
class BusinessAckEvent:
    """What became of a document sent: filed in the DMP (ZAM^Z01), delivered (Z02) or read (Z03) by MSSanté.

    `about` is the control id of the message that carried the document, `document_ids` the identifiers of the document.
    """

    trigger: str
    kind: ReceiptKind
    occurred_at: datetime
    recorded_at: datetime
    about: str
    is_ok: bool
    patient: Patient | None = None
    placer: Identifier | None = None
    filler: Identifier | None = None
    document_ids: tuple[str, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    errors: tuple[ReceiptError, ...] = ()
