"""The mailboxes that are relieved, and the mails that come in them."""

from collections.abc import Callable
from dataclasses import dataclass

from passerelle.care.channels.api import Destination
from passerelle.care.delivery.mail.opening import OpenedMail, open_raw
from passerelle.care.delivery.mail.smime import BadCertificate, signer_of
from passerelle.care.delivery.services import book
from passerelle.care.delivery.transports.http import secret
from passerelle.care.delivery.transports.imap import Box, MailboxClosed, fetch
from passerelle.care.delivery.transports.opening import Place, Tls
from passerelle.care.delivery.transports.parcel import NotSent

_IMAPS = 993
_TIMEOUT_S = 30.0
_UNDECLARED = "la boîte n’est plus déclarée"

__all__ = ["MailboxClosed", "MailboxRow", "fetch_mails", "mailboxes", "open_mail"]


@dataclass(frozen=True, slots=True)
class MailboxRow:
    """A mailbox that is relieved: the destination that declares it, whose it is, its address."""

    destination: str
    establishment: str
    address: str


def mailboxes() -> list[MailboxRow]:
    """Return the mailboxes that a declaration says are relieved."""
    return [
        MailboxRow(one.code, one.establishment or "", str(one.transport.options["sender"]))
        for one in book.declared()
        if one.transport.kind == "smtp" and one.transport.options.get("fetch_host")
    ]


def fetch_mails(mailbox: MailboxRow, take: Callable[[bytes], None], *, most: int = 50) -> int:
    """Give each new mail of a mailbox to `take` and mark it seen once it returns; return how many.

    Raises:
        MailboxClosed: it is no longer declared, or cannot be opened; `why` says what to look at.
    """
    destination = book.destination(mailbox.destination)
    if destination is None:
        raise MailboxClosed(_UNDECLARED)
    timeout_s = float(destination.transport.options.get("timeout_seconds", _TIMEOUT_S))
    return fetch(_box(destination), take, most=most, timeout_s=timeout_s)


def open_mail(raw: bytes, *, mailbox: MailboxRow | None) -> OpenedMail:
    """Open a mail, decrypted by the key of its mailbox when it is encrypted.

    Raises:
        UnreadableMail: its parts, its encryption or its archive cannot be read safely; `why` says it.
    """
    destination = book.destination(mailbox.destination) if mailbox else None
    options = destination.transport.options if destination else {}
    signer = None
    if options.get("certificate_file"):
        try:
            signer = signer_of(str(options["certificate_file"]), str(options.get("key_file", "")))
        except BadCertificate:
            signer = None
    return open_raw(raw, holder=signer)


def _box(destination: Destination) -> Box:
    options = destination.transport.options
    try:
        password = secret(str(options.get("password_file", "")))
    except NotSent as refusal:
        raise MailboxClosed(str(refusal)) from refusal
    place = Place(str(options["fetch_host"]), int(options.get("fetch_port", _IMAPS)))
    username = str(options.get("username", "") or options["sender"])
    return Box(place, Tls(str(options.get("ca_file", ""))), username, password)
