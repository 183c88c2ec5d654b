"""JSON of resources kept as it was written: `1.00` stays `1.00`, an element keeps its place, a character its form.

What is stored is the text received, less its spaces, with the id, the version and the moment of the server put in it.
The parsed form beside it is for reading only: its decimals are floats.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from passerelle.protocols.fhir.codec import FhirError, Json
from passerelle.protocols.fhir.datatypes import moment

#: More is refused before it is read.
MOST_BYTES: Final = 20 * 1024 * 1024
_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_EXACT: Final = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_OURS: Final = frozenset({"versionId", "lastUpdated"})
_LINKED: Final = re.compile(rb'"(reference|url|uri|valueUri|valueUrl)":"((?:urn:|https?:|[A-Z][A-Za-z]+[?/])[^"\\]*)"')


class Written(NamedTuple):
    """A resource as received: its text without spaces, and the same parsed."""

    text: bytes
    resource: Json


def read_written(raw: bytes) -> Written:
    """Return a resource received.

    Raises:
        FhirError: it is not JSON, not an object, says a name twice, is too long or too deep, or holds a number that
            cannot be read.
    """
    text, parsed = _read(raw)
    if type(parsed) is not dict:
        raise FhirError(why="une ressource FHIR est un objet JSON")
    return Written(text, parsed)


def read_exact(raw: bytes) -> Any:
    """Return any JSON value received, its decimals as written.

    Raises:
        FhirError: as `read_written`.
    """
    return exact(_read(raw)[0])


def _read(raw: bytes) -> tuple[bytes, Any]:
    if len(raw) > MOST_BYTES:
        raise FhirError(why=f"plus de {MOST_BYTES // 1024 // 1024} Mo")
    try:
        parsed = orjson.loads(raw)
    except orjson.JSONDecodeError as fault:
        raise FhirError(why=f"JSON illisible, ligne {fault.lineno}, colonne {fault.colno}") from fault
    try:
        text = compact(raw)
        _check_names(text, parsed)
    except (RecursionError, orjson.JSONEncodeError, msgspec.MsgspecError) as fault:
        raise FhirError(why="trop de niveaux") from fault
    return text, parsed


def compact(raw: bytes) -> bytes:
    """Return a JSON text without the spaces between its tokens, each token as it was."""
    return bytes(msgspec.json.format(raw, indent=-1))


def _check_names(text: bytes, parsed: Any) -> None:
    """Refuse an object that says a name twice: who reads the first and who reads the last would differ.

    The quick way counts the ends of names in what was read and in what would be written of it; an escape could make
    the two differ, or agree, by chance, so such a text is read again with care.
    """
    if b"\\" not in text and text.count(b'":') == orjson.dumps(parsed).count(b'":'):
        return
    json.loads(text, object_pairs_hook=_distinct, parse_float=str, parse_int=str)


def _distinct(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise FhirError(twice[:60], "nom donné deux fois dans le même objet")


def spliced(text: bytes, id_: str, *, version: int, at: datetime) -> bytes:
    """Return the text of a version: that of the resource, with its id, version and moment."""
    members = _MEMBERS.decode(text)
    meta = _MEMBERS.decode(members["meta"]) if "meta" in members else {}
    head = {
        "resourceType": members["resourceType"],
        "id": id_,
        "meta": {name: part for name, part in meta.items() if name not in _OURS}
        | {"versionId": str(version), "lastUpdated": moment(at)},
    }
    rest = {name: part for name, part in members.items() if name not in head}
    return _ENCODER.encode(head | rest)


def same_content(text: bytes, held: bytes) -> bool:
    """Tell whether two texts of a resource differ by nothing but what the server says of it."""
    return _content(text) == _content(held)


def _content(text: bytes) -> dict[str, bytes]:
    members = {name: bytes(part) for name, part in _MEMBERS.decode(text).items() if name != "id"}
    if "meta" in members:
        meta = {name: bytes(part) for name, part in _MEMBERS.decode(members["meta"]).items() if name not in _OURS}
        members["meta"] = _ENCODER.encode({name: msgspec.Raw(meta[name]) for name in sorted(meta)})
        if not meta:
            del members["meta"]
    return members


def with_members(text: bytes, told: Mapping[str, Any]) -> bytes:
    """Return a text with these members put in, or in the place of those of their name."""
    return _ENCODER.encode(_MEMBERS.decode(text) | dict(told))


def relinked(text: bytes, address_of: Callable[[str], str | None]) -> bytes:
    """Return a text whose references, and the URLs that lead to the same, are those that `address_of` gives.

    `address_of` returns None for what it leaves as it is. Only values of elements named reference, url or uri are
    looked at: an identifier keeps the text it has.
    """

    def other(found: re.Match[bytes]) -> bytes:
        address = address_of(found[2].decode())
        return found[0] if address is None else b'"%b":%b' % (found[1], orjson.dumps(address))

    return _LINKED.sub(other, text)


def exact(text: bytes | str) -> Any:
    """Return a JSON value whose decimals are as written, for `exact_text`."""
    return _EXACT.decode(text)


def exact_text(value: Any) -> bytes:
    """Return the text of a value that `exact` read."""
    return _ENCODER.encode(value)
