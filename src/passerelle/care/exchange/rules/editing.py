"""A message as a person edits it: text, one segment a line, and back to bytes in the charset of the original."""

import re

from passerelle.protocols import hl7v2
from passerelle.protocols.hl7v2 import Hl7Error

_BREAK = re.compile(r"\r\n|\r|\n")
_CONTROL_ID = 10
_LONGEST_CONTROL_ID = 199


class NotEncodable(ValueError):
    """Un caractère ne peut pas être écrit dans le jeu de caractères de ce message."""


def editable(raw: bytes) -> str:
    """Return the whole message as text, one segment a line."""
    try:
        text = hl7v2.parse(raw).text
    except Hl7Error:
        text = raw.decode("utf-8", "replace")
    return "\n".join(_BREAK.split(text.strip("\r\n")))


def edited(text: str, *, original: bytes) -> bytes:
    """Return the bytes of an edited text.

    Raises:
        NotEncodable: a character does not exist in the charset of the original.
    """
    try:
        charset = hl7v2.parse(original).charset
    except Hl7Error:
        charset = "utf-8"
    segments = [line for line in _BREAK.split(text) if line.strip()]
    try:
        return "".join(f"{segment}\r" for segment in segments).encode(charset)
    except UnicodeEncodeError as error:
        raise NotEncodable from error


def with_control_id(raw: bytes, control_id: str) -> bytes:
    """Return the same message under another MSH-10; unchanged when it has no MSH long enough to bear one."""
    header, separator, rest = raw.partition(b"\r")
    mark = header[3:4]
    fields = header.split(mark) if mark else []
    if not header.startswith(b"MSH") or len(fields) < _CONTROL_ID:
        return raw
    fields[_CONTROL_ID - 1] = control_id.encode()
    return mark.join(fields) + separator + rest


def copy_id(control_id: str, rank: int) -> str:
    """Return the control id of the copy of that rank: the original's, `-C` and the rank."""
    ending = f"-C{rank}"
    return control_id[: _LONGEST_CONTROL_ID - len(ending)] + ending
