"""From lines of FHIR resources to rows of a binary COPY, member by member.

Resources repeat each other: the same codes, the same performer, the same range. What was checked, read and encoded of a
member is kept by its bytes, and taken again where these bytes come again. What is out of the ordinary (a fault, a
contained resource, an id of another form) is left to the whole reading of `rules/importing.py`, which says the same.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from struct import Struct
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from passerelle.care.exchange.api import encoder
from passerelle.care.record.rules.columns import (
    COLUMN_NAMES,
    COLUMN_TYPES,
    Columns,
    columns_of,
    fillers_of,
    values_in_order,
)
from passerelle.care.record.rules.importing import MAY_BE_NOBODYS, Incoming
from passerelle.care.record.rules.indexing import Index, index_rest, tree_of
from passerelle.care.record.rules.kinds import NOBODY, PATIENT_PATHS
from passerelle.care.record.rules.parameters import SEARCHED
from passerelle.care.record.services.writing import to_the_millisecond
from passerelle.protocols.fhir import api as fhir

#: Members kept of each name: a load reads any number of resources in the same room.
_MOST_KEPT: Final = 2048
_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE).fullmatch
_ID: Final = re.compile(rb'"([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})"', re.IGNORECASE).fullmatch
_OURS: Final = frozenset({"versionId", "lastUpdated"})
_ENCODERS: Final = tuple(encoder(COLUMN_TYPES[name]) for name in COLUMN_NAMES)
_TERMS, _EXTRAS = COLUMN_NAMES.index("terms"), COLUMN_NAMES.index("extras")
_encode_terms, _encode_extras = _ENCODERS[_TERMS], _ENCODERS[_EXTRAS]
_text, _integer, _flag = encoder("text"), encoder("integer"), encoder("boolean")
_moment = encoder("timestamp with time zone")
_length: Final = Struct("!i").pack
_NULL, _SIXTEEN = _length(-1), _length(16)
_NONE: Final = [_NULL] * len(COLUMN_NAMES)
_FIELDS: Final = Struct("!h").pack(9 + len(COLUMN_NAMES))
_NOBODY: Final = str(NOBODY)
_NO_TERMS: Final = frozenset[int]()


class Given(NamedTuple):
    """What first versions are stored with: their origin and moment, the establishment of those of a patient."""

    source: str
    at: datetime
    establishment: str


class Row(NamedTuple):
    """A row of the COPY; `whose` is the local identity it is stored under, as text."""

    type: str
    id: str
    whose: str
    content: bytes
    resource: fhir.Json


class Unusual(Exception):
    """Cette ressource est à lire d’une seule pièce."""


class _Piece(NamedTuple):
    """What a member is worth: its value and text, the columns it fills, the terms and extras it adds, whose it says.

    `whose` is the rank of the element that tells it, and the local identity.
    """

    value: Any
    text: bytes
    fields: tuple[tuple[int, bytes], ...]
    terms: frozenset[int]
    extras: Mapping[str, list[Any]]
    whose: tuple[int, str] | None


class Copying:
    """Makes rows of lines; `is_checked` asks that the structure of each be the standard's."""

    def __init__(self, given: Given, *, is_checked: bool) -> None:
        self._envelope, self._is_checked = _Envelope(given), is_checked
        self._kinds: dict[bytes, _Kind] = {}

    def row_of(self, line: bytes) -> Row:
        """Return the row of a line.

        Raises:
            Unusual: it is for the whole reading to say.
        """
        try:
            members = _MEMBERS.decode(line)
            type_, id_ = bytes(members.pop("resourceType")), _ID(bytes(members.pop("id")))
        except (msgspec.MsgspecError, RecursionError, KeyError) as fault:
            raise Unusual from fault
        if id_ is None:
            raise Unusual
        kind = self._kinds.get(type_)
        if kind is None:
            kind = self._kinds[type_] = self._kind(type_)
        return kind.row_of(id_[1].decode().lower(), members)

    def whole_row_of(self, one: Incoming) -> Row:
        """Return the row of a resource that was read whole."""
        id_, whose = str(one.id), str(one.local_identity_id)
        body = fhir.spliced(one.text, id_, version=1, at=self._envelope.at)
        begin = _FIELDS + _text(one.type) + _SIXTEEN + one.id.bytes
        content = begin + b"".join((*self._envelope.rest(whose, body), *_encoded(columns_of(one.resource))))
        return Row(one.type, id_, whose, content, one.resource)

    def _kind(self, type_: bytes) -> "_Kind":
        name = type_.decode().strip('"')
        if name not in SEARCHED:
            raise Unusual
        return _Kind(name, self._envelope, is_checked=self._is_checked)


class _Envelope:
    """What rows have in common, around what is their own."""

    def __init__(self, given: Given) -> None:
        self.at = to_the_millisecond(given.at)
        self._stored = _integer(1) + _moment(self.at) + _text(given.source)
        self._ours = b'"versionId":"1","lastUpdated":"%b"}' % str(fhir.moment(self.at)).encode()
        self._theirs = _flag(False) + _text(given.establishment)
        self._nobodys = _flag(False) + _text("")

    def meta(self, told: bytes = b"{}") -> bytes:
        """Return the meta of a version, given that of the resource."""
        members = _MEMBERS.decode(told)
        kept = [b"%b:%b," % (orjson.dumps(name), part) for name, part in members.items() if name not in _OURS]
        return b'"meta":{%b%b' % (b"".join(kept), self._ours)

    def rest(self, whose: str, body: bytes) -> tuple[bytes, ...]:
        """Return what a row has from its local identity on to its columns."""
        owner = bytes.fromhex(whose.replace("-", ""))
        place = self._nobodys if whose == _NOBODY else self._theirs
        return _SIXTEEN, owner, self._stored, _length(len(body)), body, place


class _Member:
    """What reads a member of a type, and the pieces it made, by their bytes."""

    def __init__(self, type_: str, name: str, envelope: _Envelope, *, is_checked: bool) -> None:
        self._name, self._envelope = name, envelope
        self._is_right = fhir.member_check(type_, name) if is_checked else None
        self._fillers = [fill for own, fill in fillers_of(type_) if own == name]
        self._tree = tree_of(type_) if name in tree_of(type_).elements else None
        paths = enumerate(PATIENT_PATHS[type_])
        self._naming = [(rank, fhir.steps(path)) for rank, path in paths if path.partition(".")[0] == name]
        self._begin = b"," + orjson.dumps(name) + b":"
        self.pieces: dict[bytes, _Piece] = {}

    def read(self, raw: bytes) -> _Piece:
        """Return the piece that these bytes are, and keep it.

        Raises:
            Unusual: it is to be read with the rest.
        """
        try:
            value = orjson.loads(raw)
        except orjson.JSONDecodeError as fault:
            raise Unusual from fault
        if self._name == "contained" or not (self._is_right is None or self._is_right(value)):
            raise Unusual
        if self._name == "meta" and not isinstance(value, dict):
            raise Unusual
        terms, extras = self._indexed(value)
        text = self._envelope.meta(raw) if self._name == "meta" else self._begin + raw
        piece = _Piece(value, text, self._filled(value), terms, extras, self._told(value) if self._naming else None)
        _keep(self.pieces, raw, piece)
        return piece

    def _filled(self, value: Any) -> tuple[tuple[int, bytes], ...]:
        if not self._fillers:
            return ()
        columns = Columns()
        for fill in self._fillers:
            fill(value, columns)
        filled = enumerate(values_in_order(columns))
        return tuple([(place, _ENCODERS[place](told)) for place, told in filled if told is not None])

    def _indexed(self, value: Any) -> tuple[frozenset[int], Mapping[str, list[Any]]]:
        if self._tree is None:
            return _NO_TERMS, {}
        index = Index()
        index_rest({self._name: value}, self._tree, index)
        return frozenset(index.terms), index.extras

    def _told(self, value: Any) -> tuple[int, str] | None:
        """Return whose resource it is, when this member tells it; the first patient told counts."""
        for rank, steps in self._naming:
            target = next(filter(None, map(_patient_in, fhir.walk({self._name: value}, steps))), None)
            if target is not None:
                if _UUID(target) is None:
                    raise Unusual
                return rank, target.lower()
        return None


class _Kind:
    """What is known of the resources of a type, and of their members."""

    def __init__(self, type_: str, envelope: _Envelope, *, is_checked: bool) -> None:
        self._type, self._envelope, self._is_checked = type_, envelope, is_checked
        self._is_anybodys = not PATIENT_PATHS[type_] or type_ in MAY_BE_NOBODYS
        self._meta = envelope.meta()
        self._members: dict[str, _Member] = {}
        self._shapes: dict[tuple[str, ...], bool] = {}
        self._terms: dict[tuple[frozenset[int], ...], bytes] = {}
        self._begin = _FIELDS + _text(type_) + _SIXTEEN
        self._opening = b'{"resourceType":"%b","id":"' % type_.encode()

    def row_of(self, id_: str, members: Mapping[str, msgspec.Raw]) -> Row:
        """Return the row of a resource.

        Raises:
            Unusual: it is to be read whole.
        """
        node: fhir.Json = {"resourceType": self._type, "id": id_}
        texts = [self._opening, id_.encode(), b'",', self._meta]
        pieces, whose = [], None
        for name, told in members.items():
            member, raw = self._members.get(name) or self._member(name), bytes(told)
            piece = member.pieces.get(raw) or member.read(raw)
            node[name] = piece.value
            if name == "meta":
                texts[3] = piece.text
            else:
                texts.append(piece.text)
            if piece.whose is not None:
                whose = min(whose or piece.whose, piece.whose)
            if piece.fields or piece.terms or piece.extras:
                pieces.append(piece)
        texts.append(b"}")
        self._check(node)
        owner = self._owner(id_, whose)
        rest = self._envelope.rest(owner, b"".join(texts))
        content = b"".join((self._begin, bytes.fromhex(id_.replace("-", "")), *rest, *self._fields(pieces, node)))
        return Row(self._type, id_, owner, content, node)

    def _member(self, name: str) -> _Member:
        return self._members.setdefault(name, _Member(self._type, name, self._envelope, is_checked=self._is_checked))

    def _check(self, node: fhir.Json) -> None:
        names = tuple(node)
        is_right = self._shapes.get(names)
        if is_right is None:
            is_right = self._shapes[names] = fhir.has_right_members(self._type, names)
        if not is_right or (self._is_checked and not fhir.holds_invariants(self._type, node)):
            raise Unusual

    def _owner(self, id_: str, told: tuple[int, str] | None) -> str:
        if self._type == "Patient":
            return id_
        if told is None and not self._is_anybodys:
            raise Unusual
        return told[1] if told else _NOBODY

    def _fields(self, pieces: Sequence[_Piece], node: fhir.Json) -> list[bytes]:
        """Return the columns of a resource, given its members; where two fill the same one, it is read whole."""
        fields = _NONE.copy()
        for piece in pieces:
            for place, field in piece.fields:
                if fields[place] is not _NULL:
                    return _encoded(columns_of(node))
                fields[place] = field
        terms = tuple([piece.terms for piece in pieces if piece.terms])
        if terms:
            fields[_TERMS] = self._terms.get(terms) or self._united(terms)
        extras = [piece.extras for piece in pieces if piece.extras]
        if extras:
            together = {name: found for one in extras for name, found in one.items()}
            if len(together) < sum(map(len, extras)):
                return _encoded(columns_of(node))
            fields[_EXTRAS] = _encode_extras(orjson.dumps(together).decode())
        return fields

    def _united(self, terms: tuple[frozenset[int], ...]) -> bytes:
        field = _encode_terms(sorted(frozenset().union(*terms)))
        _keep(self._terms, terms, field)
        return field


def _keep(held: dict[Any, Any], key: Any, value: Any) -> None:
    """Keep what was made, in a room that does not grow."""
    if len(held) >= _MOST_KEPT:
        held.clear()
    held[key] = value


def _patient_in(node: Any) -> str | None:
    target = node.get("reference") if isinstance(node, dict) else None
    return target[8:] if isinstance(target, str) and target.startswith("Patient/") else None


def _encoded(columns: Columns) -> list[bytes]:
    told = zip(_ENCODERS, values_in_order(columns), strict=True)
    return [_NULL if value is None else encode(value) for encode, value in told]
