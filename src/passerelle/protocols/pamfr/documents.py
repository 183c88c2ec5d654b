from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from passerelle.protocols.hl7v2 import Hl7Error, Message, Segment, unescape
from passerelle.protocols.pamfr.events import (
    CONNEXION_SECRETE,
    INVISIBLE_PATIENT,
    INVISIBLE_REP_LEGAUX,
    MASQUE_PS,
    DocumentAction,
    InboundDocument,
    Order,
    Practitioner,
)
from passerelle.protocols.pamfr.moments import moment
from passerelle.protocols.pamfr.people import given, practitioner

#: Versions 1.2 and 2.x of the volet "Transmission d'un document CDA en HL7 v2" name one of them differently.
_RESTRICTIONS = {
    "MASQUE_PS": MASQUE_PS,
    "INVISIBLE_PATIENT": INVISIBLE_PATIENT,
    "INVISIBLE_REP_LEGAUX": INVISIBLE_REP_LEGAUX,
    "INVISIBLE_REPRESENTANTS_LEGAUX": INVISIBLE_REP_LEGAUX,
    "CONNEXION_SECRETE": CONNEXION_SECRETE,
}
#: What the sender asks of its own platform (mail, national record), never a result of the patient.
_ROUTING = frozenset(
    [
        "MODIF_CONF_CODE",
        "MODIF_CONFIDENTIALITYCODE",
        "DESTDMP",
        "DESTMSSANTEPS",
        "DESTMSSANTEPAT",
        "ACK_RECEPTION",
        "ACK_RECEPTION_DMP",
        "ACK_RECEPTION_MSS",
        "ACK_LECTURE",
        "ACK_LECTURE_MSS",
        "CORPSMAIL_PS",
        "CORPSMAIL_PATIENT",
        "COMP_LOT",
    ]
)
METADATA_SYSTEM = "MetaDMPMSS"
_MAIL_ARCHIVE = "XDM/"
_BLANKS = re.compile(r"[\s\u00a0]+")
_MIME = {"xml": "text/xml", "pdf": "application/pdf", "rtf": "application/rtf", "plain": "text/plain"}
_BY_RESULT_STATUS: dict[str, DocumentAction] = {"C": "replace", "D": "delete", "W": "delete"}
_BY_TRIGGER: dict[str, DocumentAction] = {"T10": "replace", "T04": "delete"}
_BY_ORDER: dict[str, DocumentAction] = {"RO": "replace", "CA": "delete"}


class _Sheet(NamedTuple):
    """What a message says once for all of its documents."""

    action: DocumentAction
    unique_id: str | None
    replaces: str | None
    created_at: datetime | None
    author: Practitioner | None
    restrictions: frozenset[str]


def documents(message: Message) -> tuple[InboundDocument, ...]:
    """Read the documents that OBX segments carry.

    Raises:
        Hl7Error: broken base64 (located at its OBX), unreadable date, or an MDM without a document.
    """
    sheet = _sheet(message)
    found = tuple(
        _document(obx, place, sheet) for place, obx in enumerate(message.all("OBX"), start=1) if is_document(obx)
    )
    if message.code != "MDM" or found:
        return found
    if sheet.action == "delete" and sheet.unique_id:
        return (_nameless(message, sheet),)
    raise Hl7Error(where="OBX^1", why="le message ne porte aucun document", code="101")


def is_document(obx: Segment) -> bool:
    """Tell a document from a mail body and from a result."""
    if obx.get("2") != "ED" or is_metadata(obx):
        return False
    return bool(obx.get("5.3")) or obx.get("5.2").lower() not in {"", "text"}


def is_metadata(obx: Segment) -> bool:
    """Tell what the sender asks of its platform (restrictions, mail, national record) from what it says."""
    code, system = obx.get("3.1"), obx.get("3.3")
    return (
        system == METADATA_SYSTEM
        or code in _RESTRICTIONS
        or code in _ROUTING
        or obx.get("3.2").startswith(_MAIL_ARCHIVE)
    )


def order(message: Message) -> Order | None:
    """Read the first OBR and ORC; None when both are silent."""
    obr, orc = message.segment("OBR"), message.segment("ORC")
    if obr is None and orc is None:
        return None
    found = Order(
        placer=_either(obr, orc, "2"),
        filler=_either(obr, orc, "3"),
        code=given(obr.get("4.1")) if obr else "",
        code_system=given(obr.get("4.3")) if obr else "",
        label=given(obr.get("4.2")) if obr else "",
    )
    return found if found != Order() else None


def _sheet(message: Message) -> _Sheet:
    action: DocumentAction = "add"
    if message.code == "MDM":
        action = _BY_TRIGGER.get(message.trigger, "add")
    if action == "add":
        action = _BY_ORDER.get(message.get("ORC-1"), "add")
    return _Sheet(
        action=action,
        unique_id=_number(message, "TXA-12"),
        replaces=_number(message, "TXA-13"),
        created_at=moment(message.get("TXA-4"), "TXA^1^4") or moment(message.get("OBR-22"), "OBR^1^22"),
        author=_author(message),
        restrictions=frozenset(_restrictions(message)),
    )


def _number(message: Message, place: str) -> str | None:
    """Read the identifier of a document as its CDA writes it: `root^extension`, or the root alone.

    Source: CI-SIS, CDA in HL7 v2, version 2.1: TXA-12.1 is the extension, TXA-12.3 the root, when there are both.
    """
    value, root = given(message.get(place)), given(message.get(f"{place}.3"))
    return (f"{root}^{value}" if value and root else value or root) or None


def _restrictions(message: Message) -> Iterator[str]:
    for obx in message.all("OBX"):
        restriction = _RESTRICTIONS.get(obx.get("3.1"))
        if restriction and obx.get("5") == "Y":
            yield restriction


def _author(message: Message) -> Practitioner | None:
    txa = message.segment("TXA")
    named = practitioner(txa.repetitions(9)) if txa else None
    if named is not None:
        return named
    for prt in message.all("PRT"):
        if prt.get("4") == "SB":
            return practitioner(prt.repetitions(5))
    return None


def _document(obx: Segment, place: int, sheet: _Sheet) -> InboundDocument:
    status = _BY_RESULT_STATUS.get(obx.get("11"))
    set_id = obx.get("1")
    return InboundDocument(
        set_id=int(set_id) if set_id.isascii() and set_id.isdigit() and len(set_id) < 9 else place,
        action=status or sheet.action,
        code=given(obx.get("3.1")),
        code_system=given(obx.get("3.3")),
        title=given(obx.get("3.2")),
        mime=_mime(obx.get("5.2"), obx.get("5.3")),
        content=content_of(obx, f"OBX^{place}^5"),
        unique_id=sheet.unique_id,
        replaces=sheet.replaces,
        created_at=sheet.created_at or moment(obx.get("14"), f"OBX^{place}^14"),
        author=sheet.author,
        restrictions=sheet.restrictions,
    )


def _nameless(message: Message, sheet: _Sheet) -> InboundDocument:
    code = given(message.get("TXA-2"))
    return InboundDocument(
        1, "delete", code, "", "", "", b"", sheet.unique_id, sheet.replaces, sheet.created_at, sheet.author,
        sheet.restrictions,
    )  # fmt: skip


def _mime(kind: str, subtype: str) -> str:
    if subtype.lower() in _MIME:
        return _MIME[subtype.lower()]
    return f"{kind.lower() or 'application'}/{subtype.lower() or 'octet-stream'}"


def content_of(obx: Segment, where: str) -> bytes:
    """Return what an OBX of type ED holds.

    Raises:
        Hl7Error: broken base64 or hexadecimal, code 102.
    """
    one = obx.repetitions(5)[0]
    encoding, text = one.get("4").lower(), one.component(5)
    if encoding == "base64":
        return _base64(text, where)
    if encoding == "hex":
        try:
            return bytes.fromhex(text)
        except ValueError as fault:
            raise Hl7Error(where=where, why="le contenu hexadécimal est abîmé", code="102") from fault
    return unescape(text, obx.separators, obx.charset).encode(errors="replace")


def _base64(text: str, where: str) -> bytes:
    r"""Decode base64; line breaks, also written `\.br\` or `\X0A\`, and missing padding are tolerated."""
    bare = _BLANKS.sub("", re.sub(r"\\(?:\.br|X0[AD](?:0A)?)\\", "", text)).rstrip("=")
    try:
        return binascii.a2b_base64(bare + "=" * (-len(bare) % 4), strict_mode=True)
    except (binascii.Error, ValueError) as fault:
        raise Hl7Error(where=where, why="le contenu en base64 est abîmé", code="102") from fault


def _either(obr: Segment | None, orc: Segment | None, place: str) -> str:
    found = given(obr.get(place)) if obr else ""
    return found or (given(orc.get(place)) if orc else "")
