"""A file of HL7 messages: one, several, or a batch with its own segments. Source: HL7 v2.5, chapter 2.10.3."""

import re

from passerelle.care.exchange.doors.forms.frame import Unreadable

_START = re.compile(rb"(?:\A|(?<=[\r\n]))(?:\x0b)?(?=(FHS|BHS|MSH|BTS|FTS)[^\w\s])")
_BLANKS = b"\x0b\x1c\r\n \t\xef\xbb\xbf"
_COUNTED = {b"BTS": "BTS", b"FTS": "FTS"}


def is_batch(content: bytes) -> bool:
    """Tell whether a file begins as HL7 v2 does."""
    return content.lstrip(_BLANKS)[:3] in {b"MSH", b"FHS", b"BHS"}


def messages_of(content: bytes) -> list[bytes]:
    """Return the messages of a file, each with its very bytes from its MSH to the next one.

    Raises:
        Unreadable: there is none, something precedes the first, or a batch does not hold what it counts.
    """
    starts = [(found.start(), content[found.end() : found.end() + 3]) for found in _START.finditer(content)]
    if not starts or content[: starts[0][0]].strip(_BLANKS):
        raise Unreadable(where="", why="le fichier ne commence pas par FHS, BHS ou MSH", code="100")
    ends = [place for place, _ in starts[1:]] + [len(content)]
    messages: list[bytes] = []
    in_batch = batches = 0
    for (start, name), end in zip(starts, ends, strict=True):
        piece = content[start:end].strip(_BLANKS)
        if name == b"MSH":
            messages.append(piece + b"\r")
            in_batch += 1
        elif name == b"BHS":
            in_batch = 0
        elif name == b"BTS":
            _check(piece, in_batch, "BTS^1^1", "messages")
            batches += 1
        elif name == b"FTS":
            _check(piece, batches, "FTS^1^1", "lots")
    if not messages:
        raise Unreadable(where="", why="le fichier ne contient aucun message", code="100")
    return messages


def _check(piece: bytes, found: int, where: str, what: str) -> None:
    fields = piece.split(piece[3:4])
    told = fields[1].strip() if len(fields) > 1 else b""
    if told and (not told.isdigit() or int(told) != found):
        said = told.decode("latin-1")[:20]
        raise Unreadable(where, f"le fichier annonce {said} {what} et en contient {found}", "102")
