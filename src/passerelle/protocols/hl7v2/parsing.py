from __future__ import annotations

import codecs
import re
from typing import TypeAlias

from passerelle.protocols.hl7v2 import charset as charsets
from passerelle.protocols.hl7v2.charset import Charset
from passerelle.protocols.hl7v2.errors import Hl7Error
from passerelle.protocols.hl7v2.lines import Line, Page, page_of, page_of_utf_8
from passerelle.protocols.hl7v2.message import Message
from passerelle.protocols.hl7v2.splitting import fields_of

_BLANKS = b"\x0b\r\n \t\x00"
_BREAK = re.compile(rb"[\r\n]")
_CHARSET_NAME = re.compile(r"[\w/ .-]+", re.ASCII)
_CHARSET_FIELD = 18
_END_BLOCK = frozenset(b"\x1c\x00")
_TRAILER = b"\x1c\x00\r\n"
_WIDE_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

#: A text, or the bytes it is cut from; its segments; its set.
_Read: TypeAlias = tuple[str | bytes, Page, Charset]


def parse(raw: bytes) -> Message:
    r"""Read a message of HL7 v2 in ER7.

    Tolerated: a byte order mark, blank lines, MLLP bytes around, CR, LF and CRLF mixed, unknown segments, delimiters
    of several bytes. A line that does not start like a segment continues the one before (base64 cut in lines).

    Raises:
        Hl7Error: there is no MSH, its delimiters are unusable, or there are two of them.
    """
    body = _body(raw)
    if not body.startswith(b"MSH"):
        raise Hl7Error(where="MSH^1", why="le message ne commence pas par un segment MSH", code="100")
    content, page, charset = _in_utf_8(body) or _in_another_charset(body)
    if page.names.count("MSH") > 1:
        raise Hl7Error(where="MSH^2", why="le message contient deux segments MSH", code="100")
    return Message(raw, content, page, charset)


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
        raw = raw.decode("utf-16", errors="replace").encode()
    body = raw.lstrip(_BLANKS).removeprefix(codecs.BOM_UTF8).lstrip(_BLANKS)
    return body if _END_BLOCK.isdisjoint(body[-4:]) else body.rstrip(_TRAILER)


def _in_utf_8(body: bytes) -> _Read | None:
    """Read nearly every message: in UTF-8 or ASCII. None when the set must be looked for."""
    try:
        page = page_of_utf_8(body) or page_of(body.decode())
    except UnicodeDecodeError:
        return None
    charset = charsets.of_utf_8(body, _declared_charset(page.lines[0]))
    return None if charset is None else (body, page, charset)


def _in_another_charset(body: bytes) -> _Read:
    header, _ = charsets.decode(_BREAK.split(body, maxsplit=1)[0], "")
    text, charset = charsets.decode(body, _declared_charset(fields_of(header, header[3:4] or "|")))
    return text, page_of(text), charset


def _declared_charset(header: Line) -> str:
    # Table 0211 has no punctuation but "/", "-" and " ": the first repetition ends at anything else.
    match = _CHARSET_NAME.match(header[_CHARSET_FIELD]) if len(header) > _CHARSET_FIELD else None
    return match[0] if match else ""
