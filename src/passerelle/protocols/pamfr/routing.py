from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from passerelle.protocols.hl7v2 import Hl7Error, Message, Segment
from passerelle.protocols.pamfr.documents import content_of
from passerelle.protocols.pamfr.events import DocumentRouting, Identifier, Participant
from passerelle.protocols.pamfr.people import authority, given, practitioner

#: What each code of MetaDMPMSS asks for; those of version 1.2 beside those of 2.1.
FLAGS: dict[str, tuple[str, ...]] = {
    "DESTDMP": ("to_dmp",),
    "DESTMSSANTEPS": ("to_professionals",),
    "DESTMSSANTEPAT": ("to_patient",),
    "ACK_RECEPTION": ("wants_dmp_receipt", "wants_mss_receipt"),
    "ACK_RECEPTION_DMP": ("wants_dmp_receipt",),
    "ACK_RECEPTION_MSS": ("wants_mss_receipt",),
    "ACK_LECTURE": ("wants_reading_receipt",),
    "ACK_LECTURE_MSS": ("wants_reading_receipt",),
    "MODIF_CONF_CODE": ("changes_confidentiality",),
    "MODIF_CONFIDENTIALITYCODE": ("changes_confidentiality",),
}
BODIES = {"CORPSMAIL_PS": "body_for_professionals", "CORPSMAIL_PATIENT": "body_for_patient"}
_ROLES = frozenset({"SB", "RCT", "REPLY"})


def routing(message: Message) -> DocumentRouting | None:
    """Read what the sender asks of its platform; None when it asks nothing and names no addressee."""
    asked: dict[str, Any] = {}
    told: set[str] = set()
    for obx in message.all("OBX"):
        code = obx.get("3")
        if code in FLAGS:
            told.add(code)
            if obx.get("5") == "Y":
                asked.update(dict.fromkeys(FLAGS[code], True))
        elif code in BODIES:
            told.add(code)
            asked[BODIES[code]] = _text(obx)
    participants = tuple(_participants(message))
    if not told and all(one.role == "SB" for one in participants):
        return None
    return replace(DocumentRouting(participants=participants, told=frozenset(told)), **asked)


def _participants(message: Message) -> Iterator[Participant]:
    for prt in message.all("PRT"):
        role = prt.get("4")
        if role not in _ROLES:
            continue
        organization = prt.repetitions(8)
        yield Participant(
            role=role,
            person=practitioner(prt.repetitions(5)),
            organization=given(organization[0].get("1")) if organization else "",
            organization_id=_organization_id(prt),
            mailbox=given(prt.get("15.4")),
        )


def _organization_id(prt: Segment) -> Identifier | None:
    for one in prt.repetitions(8):
        value = given(one.get("10")) or given(one.get("3"))
        if value:
            return Identifier(value, given(one.get("7")), *authority(one, 6))
    return None


def _text(obx: Segment) -> str:
    """Return a mail body; nothing of a broken one, which must not keep a document from arriving."""
    if obx.get("2") != "ED" or not obx.field(5):
        return given(obx.get("5"))
    try:
        return content_of(obx, "").decode(errors="replace")
    except Hl7Error:
        return ""
