from __future__ import annotations

import codecs
import re

from passerelle.protocols.hl7v2 import charset as charsets
from passerelle.protocols.hl7v2.errors import Hl7Error
from passerelle.protocols.hl7v2.message import Message
from passerelle.protocols.hl7v2.separators import Separators, declared
from passerelle.protocols.hl7v2.splitting import split

_BLANKS = b"\x0b\r\n \t\x00"
_BREAK = re.compile(r"(\r\n|\r|\n)")
_CHARSET_NAME = re.compile(r"[\w/ .-]+", re.ASCII)
_FIRST_LINE = re.compile(rb"MSH[^\r\n]*")
_END_BLOCK = frozenset("\x1c\x00")
_TRAILER = "\x1c\x00\r\n"
_DELIMITERS = 16  # more than MSH-1 and MSH-2 can take
_CHARSET_FIELD = 17  # MSH-18, the separator itself being MSH-1
_WIDE_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def parse(raw: bytes) -> Message:
    r"""Read a message of HL7 v2 in ER7.

    Tolerated: a byte order mark, blank lines, MLLP bytes around, CR, LF and CRLF mixed, unknown segments, delimiters
    of several bytes. A line that does not start like a segment continues the one before (base64 cut in lines).

    Raises:
        Hl7Error: there is no MSH, its delimiters are unusable, or there are two of them.
    """
    body = _body(raw)
    header = _FIRST_LINE.match(body)
    if header is None:
        raise Hl7Error(where="MSH^1", why="le message ne commence pas par un segment MSH", code="100")
    decoded = charsets.decode(body, _declared_charset(header[0]))
    text = decoded.text if _END_BLOCK.isdisjoint(decoded.text[-4:]) else decoded.text.rstrip(_TRAILER)
    separators = declared(_BREAK.split(text[:_DELIMITERS], maxsplit=1)[0])
    lines = _lines(text, separators)
    if [line[:3] for line in lines].count("MSH") > 1:
        raise Hl7Error(where="MSH^2", why="le message contient deux segments MSH", code="100")
    return Message(raw, text, lines, separators, (decoded.codec, decoded.is_fallback))


def check_header(message: Message) -> None:
    """Refuse a message without type (MSH-9) or control id (MSH-10): it cannot be routed or acknowledged.

    Raises:
        Hl7Error: code 101, located at the field.
    """
    if not message.code:
        raise Hl7Error(where="MSH^1^9", why="le type de message manque", code="101")
    if not message.control_id:
        raise Hl7Error(where="MSH^1^10", why="l’identifiant du message manque", code="101")


def _body(raw: bytes) -> bytes:
    if raw.startswith(_WIDE_BOMS):
        return raw.decode("utf-16", errors="replace").encode().lstrip(_BLANKS)
    return raw.lstrip(_BLANKS).removeprefix(codecs.BOM_UTF8).lstrip(_BLANKS)


def _declared_charset(header: bytes) -> str:
    fields = header.split(b"|", _CHARSET_FIELD + 1)
    if len(fields) <= _CHARSET_FIELD:
        line = charsets.decode(header, "").text
        return _first_repetition(line.split(line[3:4] or "|", _CHARSET_FIELD + 1)[_CHARSET_FIELD:][:1])
    return _first_repetition([fields[_CHARSET_FIELD].decode("latin-1")])


def _first_repetition(fields: list[str]) -> str:
    # Table 0211 has no punctuation but "/", "-" and " ": the first repetition ends at anything else.
    match = _CHARSET_NAME.match(fields[0]) if fields else None
    return match[0] if match else ""


def _lines(text: str, separators: Separators) -> list[str]:
    if "\n" not in text:
        lines, breaks = split(text, "\r"), "\r"
    elif "\r" not in text:
        lines, breaks = split(text, "\n"), "\n"
    else:
        return _joined(_BREAK.split(text), separators)
    while not lines[-1]:
        lines.pop()
    if {line[3:4] for line in lines} == {separators.field}:
        return lines
    pieces = [breaks] * (2 * len(lines) - 1)
    pieces[::2] = lines
    return _joined(pieces, separators)


def _joined(pieces: list[str], separators: Separators) -> list[str]:
    """Put continuation lines back on their segment; `pieces` alternates lines and breaks."""
    field = separators.field
    segments: list[list[str]] = []
    for place in range(0, len(pieces), 2):
        line = pieces[place]
        if _starts_segment(line, field):
            segments.append([line])
        elif line:
            segments[-1] += [pieces[place - 1], line]
    return ["".join(segment) for segment in segments]


def _starts_segment(line: str, field: str) -> bool:
    name = line[:3]
    if line[3:4] == field:
        return name.isalnum()
    return len(line) == 3 and name.isascii() and name.isalnum() and name.isupper()
