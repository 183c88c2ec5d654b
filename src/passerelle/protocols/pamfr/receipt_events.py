from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

ReceiptKind: TypeAlias = Literal["dmp", "mss_delivered", "mss_read"]


class ReceiptError(Struct, frozen=True):
    """Why the national record or a mailbox refused (ERR).

    `code` is of table 0357, `application_code` of the system of ERR-5 (DMP_ERROR_CODE, SMTPERRORCODE...); `label` is
    what the sender wrote beside it, else what our own table says of it.
    """

    code: str = "207"
    severity: str = "E"
    application_code: str = ""
    application_system: str = ""
    label: str = ""


class BusinessAckEvent(Struct, frozen=True):
    """What became of a document sent: filed in the DMP (ZAM^Z01), delivered (Z02) or read (Z03) by MSSanté.

    `about` is the control id of the message that carried the document. `mailbox` is the addressee's, "" on Z01;
    `recipient_id` identifies its owner when the platform says it. Source: CI-SIS, volet de transmission de documents
    CDA en HL7 v2, version 2.1, accusés métier.
    """

    trigger: str
    occurred_at: datetime
    recorded_at: datetime
    about: str
    is_ok: bool
    mailbox: str = ""
    recipient_id: str = ""
    error: ReceiptError | None = None

    @property
    def kind(self) -> ReceiptKind:
        """Return who answers: the national record, the mail server of the addressee, or the addressee."""
        kinds: dict[str, ReceiptKind] = {"Z01": "dmp", "Z02": "mss_delivered", "Z03": "mss_read"}
        return kinds[self.trigger]
