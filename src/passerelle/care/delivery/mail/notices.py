"""Read the notice that a mail was read or could not be filed (RFC 8098), and that of its delivery (RFC 3464)."""

import email
import email.policy
from dataclasses import dataclass
from email.message import Message
from typing import Final

_REPORT: Final = "message/disposition-notification"
_DELIVERY: Final = "message/delivery-status"
_ACTIONS: Final = {"failed": False, "delivered": True, "relayed": True, "expanded": True}
_MOST_BYTES: Final = 20 * 1024 * 1024


class NotANotice(Exception):
    """Ce courriel n’est pas un accusé de lecture."""


@dataclass(frozen=True, slots=True)
class DeliveryNotice:
    """Which mail it is about, whether it was handed over (None: only late for now), and what the server said."""

    about: str
    recipient: str
    is_delivered: bool | None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Which mail it is about, who read it, whether it was filed, and the error otherwise (`code^label`)."""

    about: str
    reader: str
    is_ok: bool
    error: str = ""


def read_notice(raw: bytes) -> Notice:
    """Read a multipart/report.

    Raises:
        NotANotice: it is another kind of mail, or names no mail of ours.
    """
    if len(raw) > _MOST_BYTES:
        raise NotANotice
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    report = next((part for part in mail.walk() if part.get_content_type() == _REPORT), None)
    if report is None:
        raise NotANotice
    fields = _fields(report)
    about, disposition = fields.get("original-message-id", ""), fields.get("disposition", "")
    if not about or not disposition:
        raise NotANotice
    _, has_error, error = disposition.partition("/Error:")
    if not has_error:
        error = fields.get("error", "")
    reader = fields.get("final-recipient", "").partition(";")[2].strip()
    return Notice(about.strip(), reader, is_ok=not error, error=error.strip())


def read_delivery_notice(raw: bytes) -> DeliveryNotice:
    """Read a delivery status notification about one of our mails.

    Raises:
        NotANotice: it is another kind of mail, or names no mail.
    """
    if len(raw) > _MOST_BYTES:
        raise NotANotice
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    report = next((part for part in mail.walk() if part.get_content_type() == _DELIVERY), None)
    about = next((found for part in mail.walk() if part is not mail and (found := _returned_id(part))), "")
    if report is None or not about:
        raise NotANotice
    fields = _fields(report)
    is_delivered = _ACTIONS.get(fields.get("action", "").lower())
    said = fields.get("diagnostic-code", "").partition(";")[2].strip() or fields.get("status", "")
    return DeliveryNotice(about, fields.get("final-recipient", "").partition(";")[2].strip(), is_delivered, said)


def _returned_id(part: Message) -> str:
    """Return the Message-ID of the mail that a notice gives back, whole or by its head."""
    if part.get_content_type() == "text/rfc822-headers":
        payload = part.get_payload(decode=True)
        head = email.message_from_bytes(payload if isinstance(payload, bytes) else b"", policy=email.policy.default)
        return str(head.get("Message-ID", "")).strip()
    return str(part.get("Message-ID", "")).strip()


def _fields(report: Message) -> dict[str, str]:
    """Return the fields of the machine part; a parser gives it as a message, or as text."""
    payload = report.get_payload()
    if isinstance(payload, list):
        parts = [part for part in payload if isinstance(part, Message)]
        found = [(name, str(value)) for part in parts for name, value in part.items()]
    else:
        lines = str(payload).replace("\r\n", "\n").split("\n")
        found = [(name, value) for name, colon, value in (line.partition(":") for line in lines) if colon]
    return {name.strip().lower(): value.strip() for name, value in found}
