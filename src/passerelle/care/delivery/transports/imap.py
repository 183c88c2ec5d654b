"""Fetch the mails of a mailbox by IMAP over TLS (RFC 9051), one at a time, each marked once it is kept."""

import imaplib
import socket
from collections.abc import Callable
from dataclasses import dataclass

from passerelle.care.delivery.transports.opening import Place, Tls, connect
from passerelle.care.delivery.transports.parcel import NotSent

_MOST_BYTES = 30 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox: where it is, and our account there."""

    place: Place
    tls: Tls
    username: str
    password: str


class MailboxClosed(Exception):
    """La boîte ne se relève pas."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _Session(imaplib.IMAP4):
    """A session on a connection that is already open and protected, on a checked address."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        super().__init__("mailbox")

    def _create_socket(self, timeout: float | None) -> socket.socket:
        del timeout
        return self._line


def fetch(box: Box, take: Callable[[bytes], None], *, most: int, timeout_s: float) -> int:
    """Give each unseen mail to `take`, then mark it seen; return how many. What `take` raises leaves its mail unseen.

    Raises:
        MailboxClosed: the mailbox cannot be opened or read; what was taken stays taken.
    """
    try:
        line = connect(box.place, tls=box.tls, timeout_s=timeout_s)
    except NotSent as refusal:
        raise MailboxClosed(str(refusal)) from refusal
    try:
        session = _Session(line)
        session.login(box.username, box.password)
        session.select("INBOX")
        return sum(_take(session, number, take) for number in _unseen(session)[:most])
    except (imaplib.IMAP4.error, OSError) as error:
        told = f"la session IMAP est refusée ou coupée ({type(error).__name__})"
        raise MailboxClosed(told) from error
    finally:
        line.close()


def _unseen(session: _Session) -> list[str]:
    _, found = session.uid("SEARCH", "UNSEEN")
    return found[0].decode().split() if found and found[0] else []


def _take(session: _Session, number: str, take: Callable[[bytes], None]) -> int:
    """Take one mail; one that is too big is left to people, in its mailbox."""
    _, sizes = session.uid("FETCH", number, "(RFC822.SIZE)")
    told = sizes[0] if sizes else None
    if not isinstance(told, bytes) or int(told.rpartition(b"RFC822.SIZE ")[2].rstrip(b")").split()[0]) > _MOST_BYTES:
        return 0
    _, parts = session.uid("FETCH", number, "(BODY.PEEK[])")
    raw = next((part[1] for part in parts if isinstance(part, tuple)), None)
    if raw is None:
        return 0
    take(raw)
    session.uid("STORE", number, "+FLAGS", r"(\Seen)")
    return 1
