"""The entries of a bundle sent, each as the interaction it asks for. https://hl7.org/fhir/R4/bundle.html."""

import base64
import binascii
from typing import Final, NamedTuple

import msgspec

from passerelle.care.record.fhir.incoming import criteria_of, id_of, version_of, written_of
from passerelle.care.record.fhir.patch import operations_of
from passerelle.care.record.fhir.update import told_id
from passerelle.care.record.rules.kinds import TYPES
from passerelle.care.record.rules.writes import CREATE, DELETE, PATCH, UPDATE, Asked, refused
from passerelle.protocols.fhir import api as fhir

MOST_ENTRIES: Final = 1_000
_KINDS: Final = frozenset({"batch", "transaction"})
_WRITES: Final = frozenset({CREATE, UPDATE, PATCH, DELETE})
_READS: Final = frozenset({"GET", "HEAD"})


class _Request(msgspec.Struct, rename="camel"):
    method: str
    url: str
    if_none_match: str | None = None
    if_modified_since: str | None = None
    if_match: str | None = None
    if_none_exist: str | None = None


class Entry(msgspec.Struct, rename="camel"):
    """An entry: what it is named by, the text of its resource, what it asks."""

    request: _Request
    full_url: str = ""
    resource: msgspec.Raw = msgspec.Raw()


class _Bundle(msgspec.Struct, rename="camel"):
    resource_type: str
    type: str
    entry: list[Entry] = msgspec.field(default_factory=list)


class Reading(NamedTuple):
    """A read or a search asked by an entry: its address from the base, its query, its conditions."""

    path: str
    query: str
    if_none_match: str | None
    if_modified_since: str | None


_BUNDLE: Final = msgspec.json.Decoder(_Bundle)


def entries_of(written: fhir.Written) -> tuple[str, list[Entry]]:
    """Return the type of a bundle and its entries.

    Raises:
        WriteRefused: it is no bundle to execute, or an entry lacks its request.
    """
    try:
        bundle = _BUNDLE.decode(written.text)
    except msgspec.ValidationError as fault:
        where = str(fault).rpartition("`$")[2].rstrip("`")
        raise refused(400, "structure", "entrée de bundle illisible", f"Bundle{where}") from fault
    if bundle.resource_type != "Bundle" or bundle.type not in _KINDS:
        raise refused(400, "invalid", "un Bundle de type batch ou transaction est attendu", "Bundle.type")
    if len(bundle.entry) > MOST_ENTRIES:
        raise refused(413, "too-costly", f"plus de {MOST_ENTRIES} entrées", "Bundle.entry")
    return bundle.type, bundle.entry


def is_write(entry: Entry) -> bool:
    """Tell whether an entry changes something."""
    return entry.request.method in _WRITES


def reading_of(entry: Entry) -> Reading:
    """Return the read or search an entry asks.

    Raises:
        WriteRefused: it asks another thing.
    """
    request = entry.request
    if request.method not in _READS:
        raise refused(400, "not-supported", "méthode inconnue", "request.method")
    path, _, query = request.url.lstrip("/").partition("?")
    return Reading(path, query, request.if_none_match, request.if_modified_since)


def asked_of(entry: Entry) -> Asked:
    """Return the write an entry asks.

    Raises:
        WriteRefused: its address, its id or its resource is not what its method wants.
    """
    request = entry.request
    path, mark, query = request.url.lstrip("/").partition("?")
    type_, _, id_ = path.partition("/")
    if type_ not in TYPES:
        raise refused(404, "not-supported", f"type de ressource non pris en charge : {type_[:64]}", "request.url")
    asked = Asked(request.method, type_, full_url=entry.full_url, if_match=version_of(request.if_match))
    asked.criteria = (criteria_of(query) or {}) if mark else None
    if (asked.method == CREATE) == bool(id_ or mark) or (id_ and mark):
        raise refused(400, "invalid", f"adresse inattendue pour {asked.method}", "request.url")
    if asked.method == CREATE:
        asked.if_none_exist = criteria_of(request.if_none_exist)
    if asked.method in {CREATE, UPDATE}:
        asked.written = written_of(bytes(entry.resource))
    if id_:
        asked.id = told_id(asked.written, id_) if asked.written else id_of(id_, expression="request.url")
    elif asked.written and mark and "id" in asked.written.resource:
        asked.id = id_of(str(asked.written.resource["id"]))
    if asked.method == PATCH:
        asked.operations = operations_of(_patch_of(entry))
    return asked


def _patch_of(entry: Entry) -> bytes:
    """Return the JSON Patch that a Binary carries. https://hl7.org/fhir/R4/http.html#patch (batch)."""
    binary = written_of(bytes(entry.resource)).resource
    if binary.get("resourceType") != "Binary" or not isinstance(binary.get("data"), str):
        raise refused(400, "invalid", "un patch est un Binary qui porte un JSON Patch", "Binary")
    try:
        return base64.b64decode(binary["data"], validate=True)
    except binascii.Error as fault:
        raise refused(400, "value", "base64 illisible", "Binary.data") from fault
