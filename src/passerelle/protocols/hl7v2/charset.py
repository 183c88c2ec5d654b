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

#: Every part of ISO 8859 puts the same controls on the same bytes.
_CONTROLS = bytes(range(0x80, 0xA0))

#: What the WHATWG reads in the five bytes that CP1252 leaves undefined: the control of the same number.
_C1 = {code: bytes([code]).decode(WINDOWS, "ignore") or chr(code) for code in range(0x80, 0xA0)}


class Charset(NamedTuple):
    """A codec, and whether it is another than the declared one."""

    codec: str
    is_fallback: bool


_UTF_8_AS_DECLARED = Charset(UTF_8, is_fallback=False)


def of_utf_8(raw: bytes, declared: str) -> Charset | None:
    """Name the set of bytes known to be valid UTF-8; None when a declared set that is not UTF-8 must be tried first.

    ISO 8859 sets read any byte, so a lie would go unseen: bytes above 127 that form valid UTF-8 are taken as a wrong
    declaration.
    """
    codec = CODECS.get(declared.strip().upper())
    if codec == UTF_8:
        return _UTF_8_AS_DECLARED
    if raw.isascii():
        return Charset(codec or ASCII, is_fallback=codec is None)
    return Charset(UTF_8, is_fallback=True) if codec is None or _gives_way(codec) else None


def decode(raw: bytes, declared: str) -> tuple[str, Charset]:
    """Decode by the declared set, else as UTF-8, else as CP1252; never fails.

    ISO 8859 gives way to valid UTF-8, and to CP1252 where it would read the controls 0x80 to 0x9F.
    """
    codec = CODECS.get(declared.strip().upper())
    if codec is not None and not _gives_way(codec) and (text := _try(raw, codec)) is not None:
        return text, Charset(codec, is_fallback=False)
    if (text := _try(raw, UTF_8)) is not None:
        return text, of_utf_8(raw, declared) or Charset(UTF_8, is_fallback=True)
    if codec is not None and codec.startswith("iso8859"):
        text = _try(raw, codec)
        if text is not None and len(raw.translate(None, _CONTROLS)) == len(raw):
            return text, Charset(codec, is_fallback=False)
    return _windows(raw), Charset(WINDOWS, is_fallback=codec != WINDOWS)


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


def _gives_way(codec: str) -> bool:
    return codec in {ASCII, UTF_8} or codec.startswith("iso8859")


def _try(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return None


def _windows(raw: bytes) -> str:
    return raw.decode("latin-1").translate(_C1)
