from __future__ import annotations

from typing import NamedTuple

from passerelle.protocols.hl7v2.errors import Hl7Error

UTF_8 = "utf-8"
ASCII = "ascii"
WINDOWS = "cp1252"

#: HL7 table 0211 to codecs; the wild spellings seen at French sites are there too.
CODECS: dict[str, str] = {
    "": ASCII,
    "ASCII": ASCII,
    "UNICODE": UTF_8,
    "UNICODE UTF-8": UTF_8,
    "UTF-8": UTF_8,
    "UTF8": UTF_8,
    "UNICODE UTF-16": UTF_8,  # a message whose MSH can be found is not in wide characters, whatever it declares
    "WINDOWS-1252": WINDOWS,
    "CP1252": WINDOWS,
    "GB 18030-2000": "gb18030",
    "BIG-5": "big5",
    "KS X 1001": "euc_kr",
} | {f"8859/{part}": f"iso8859-{part}" for part in range(1, 17) if part != 12}

#: What the WHATWG reads in the five bytes that CP1252 leaves undefined: the control of the same number.
_C1 = {code: bytes([code]).decode(WINDOWS, "ignore") or chr(code) for code in range(0x80, 0xA0)}


class Decoded(NamedTuple):
    """A text, the codec that gave it, and whether that codec is another than the declared one."""

    text: str
    codec: str
    is_fallback: bool


def decode(raw: bytes, declared: str) -> Decoded:
    """Decode by the declared set, else as UTF-8, else as CP1252; never fails.

    ISO 8859 sets read any byte, so a lie would go unseen: bytes above 127 that form valid UTF-8, or that fall on the
    controls 0x80 to 0x9F, are taken as a wrong declaration.
    """
    codec = CODECS.get(declared.strip().upper())
    if codec == UTF_8 and (text := _try(raw, UTF_8)) is not None:
        return Decoded(text, UTF_8, is_fallback=False)
    if raw.isascii():
        return Decoded(raw.decode(ASCII), codec or ASCII, is_fallback=codec is None)
    if codec is not None and codec not in {ASCII, UTF_8} and not codec.startswith("iso8859"):
        text = _try(raw, codec)
        if text is not None:
            return Decoded(text, codec, is_fallback=False)
    text = _try(raw, UTF_8)
    if text is not None:
        return Decoded(text, UTF_8, is_fallback=True)
    if codec is not None and codec.startswith("iso8859"):
        text = _try(raw, codec)
        if text is not None and not any("\x80" <= character <= "\x9f" for character in set(text)):
            return Decoded(text, codec, is_fallback=False)
    return Decoded(_windows(raw), WINDOWS, is_fallback=codec != WINDOWS)


def decode_with(raw: bytes, codec: str) -> str:
    r"""Decode the bytes of a `\X..\` escape by the codec of its message, else as CP1252; never fails."""
    text = _try(raw, codec)
    return _windows(raw) if text is None else text


def encode(text: str, declared: str) -> bytes:
    """Encode for the wire by a name of table 0211.

    Raises:
        Hl7Error: the set is unknown, or has no place for one of the characters.
    """
    codec = CODECS.get(declared.strip().upper())
    if codec is None:
        raise Hl7Error(where="MSH^1^18", why=f"jeu de caractères inconnu : {declared}", code="103")
    try:
        return text.encode(codec)
    except UnicodeEncodeError as fault:
        character = f"U+{ord(text[fault.start]):04X}"
        raise Hl7Error(
            where="MSH^1^18", why=f"{declared or ASCII} ne sait pas écrire {character}", code="102"
        ) from fault


def _try(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return None


def _windows(raw: bytes) -> str:
    return raw.decode("latin-1").translate(_C1)
