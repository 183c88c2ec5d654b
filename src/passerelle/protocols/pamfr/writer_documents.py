from __future__ import annotations

import base64
from collections.abc import Mapping

from passerelle.protocols import hl7v2
from passerelle.protocols.hl7v2 import Field
from passerelle.protocols.hl7v2.writing import Occurrence
from passerelle.protocols.pamfr import writer_fields, writer_routing
from passerelle.protocols.pamfr.documents import METADATA_SYSTEM
from passerelle.protocols.pamfr.events import RESTRICTIONS, DocumentEvent, InboundDocument, Observation, Order

_STATUS = {"add": "F", "replace": "C", "delete": "D"}
_ORDER_CONTROL = {"add": "NW", "replace": "RO", "delete": "CA"}
_TYPES: dict[str, tuple[str, str]] = {"text/xml": ("TEXT", "XML"), "application/pdf": ("application", "PDF")}
#: What a document is, in TXA-3 (table 0191).
_PRESENTATIONS = {"text": "TEXT", "image": "IM", "audio": "AU"}
_RESTRICTION_LABELS = {
    "MASQUE_PS": "Masqué aux professionnels de Santé",
    "INVISIBLE_PATIENT": "Document Non Visible par le patient",
    "INVISIBLE_REP_LEGAUX": "Non visible par les représentants Légaux du patient",
    "CONNEXION_SECRETE": "Connexion Secrete",
}

_Segment = tuple[str, Mapping[int, Field]]


def segments(event: DocumentEvent) -> list[_Segment]:
    """Return what follows PID and PV1: the order, TXA in an MDM, the documents, their restrictions, the results."""
    first = event.documents[0] if event.documents else None
    written: list[_Segment] = [
        ("ORC", _common_order(event, first)),
        ("OBR", _request(event)),
    ]
    if event.kind == "MDM" and first is not None:
        written.append(("TXA", _sheet(first)))
    written += [("OBX", _document(one, is_mdm=event.kind == "MDM")) for one in event.documents]
    written += [("PRT", writer_routing.participation(one)) for one in writer_routing.participants(event)]
    last = max((one.set_id for one in event.documents), default=0)
    kind = "CWE" if event.kind == "MDM" else "CE"
    if first is not None:
        written += _restrictions(first.restrictions, last, kind)
        last += len(RESTRICTIONS)
    if event.routing is not None:
        written += writer_routing.wishes(event.routing, last, kind)
        last += len(event.routing.told)
    written += [("OBX", _result(one, set_id)) for set_id, one in enumerate(event.observations, start=last + 1)]
    return written


def _common_order(event: DocumentEvent, first: InboundDocument | None) -> dict[int, Field]:
    order = event.order or Order()
    return {1: _ORDER_CONTROL[first.action] if first else "NW", 2: order.placer, 3: order.filler}


def _request(event: DocumentEvent) -> dict[int, Field]:
    order = event.order or Order()
    return {1: "1", 2: order.placer, 3: order.filler, 4: (order.code, order.label, order.code_system)}


def _sheet(first: InboundDocument) -> dict[int, Field]:
    return {
        1: "1",
        2: first.code,
        3: _PRESENTATIONS.get(first.mime.partition("/")[0], "AP"),
        4: writer_fields.moment(first.created_at),
        12: _number(first.unique_id),
        13: _number(first.replaces),
        17: "AU",
    }


def _document(document: InboundDocument, *, is_mdm: bool) -> dict[int, Field]:
    content = base64.b64encode(document.content).decode("ascii")
    return {
        1: str(document.set_id),
        2: "ED",
        3: (document.code, document.title, document.code_system),
        5: ("", *_types(document.mime), "Base64", content),
        11: _STATUS[document.action],
        14: "" if is_mdm else writer_fields.moment(document.created_at),
    }


def _restrictions(held: frozenset[str], last: int, kind: str) -> list[_Segment]:
    return [
        (
            "OBX",
            {
                1: str(set_id),
                2: kind,
                3: (code, _RESTRICTION_LABELS[code], METADATA_SYSTEM),
                5: ("Y" if code in held else "N", "", "expandedYes-NoIndicator"),
                11: "F",
            },
        )
        for set_id, code in enumerate(sorted(RESTRICTIONS), start=last + 1)
    ]


def _result(result: Observation, set_id: int) -> dict[int, Field]:
    value: Occurrence = result.value_text
    return {
        1: str(set_id),
        2: "ST" if result.value_number is None else "NM",
        3: (result.code, result.label, result.code_system),
        5: value or ("" if result.value_number is None else str(result.value_number)),
        6: result.unit,
        7: result.reference_range,
        8: result.interpretation,
        11: result.status,
        14: hl7v2.moment(result.observed_at) if result.observed_at else "",
    }


def _types(mime: str) -> tuple[str, str]:
    if mime in _TYPES:
        return _TYPES[mime]
    kind, _, subtype = mime.partition("/")
    return kind, subtype


def _number(unique_id: str | None) -> Field:
    """Write the identifier of a document: extension and root apart when it has both."""
    root, _, extension = (unique_id or "").partition("^")
    return (extension, "", root, "ISO") if extension else root
