"""Write what a sender asks of its platform: PRT and the OBX of MetaDMPMSS."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from passerelle.protocols.hl7v2 import Field
from passerelle.protocols.pamfr import writer_fields
from passerelle.protocols.pamfr.documents import METADATA_SYSTEM
from passerelle.protocols.pamfr.events import DocumentEvent, DocumentRouting, Identifier, Participant
from passerelle.protocols.pamfr.routing import BODIES, FLAGS

_LABELS = {
    "MODIF_CONF_CODE": "Modification Confidentiality Code",
    "DESTDMP": "Destinataire DMP",
    "DESTMSSANTEPS": "Destinataire (Professionnel de Santé, organisation ou BAL applicative)",
    "DESTMSSANTEPAT": "Destinataire Patient",
    "ACK_RECEPTION": "Accusé de réception",
    "ACK_LECTURE_MSS": "Accusé de lecture",
    "CORPSMAIL_PS": "Corps du mail pour un PS",
    "CORPSMAIL_PATIENT": "Corps du mail pour le patient",
}


def participants(event: DocumentEvent) -> tuple[Participant, ...]:
    """Return those a message names; the author of the documents sends them when nobody else is said to."""
    named = event.routing.participants if event.routing else ()
    author = event.documents[0].author if event.documents else None
    if author is None or any(one.role == "SB" for one in named):
        return named
    return Participant("SB", author), *named


def participation(one: Participant) -> dict[int, Field]:
    """Write PRT."""
    known = one.organization_id or Identifier("")
    authority = (known.namespace, known.universal_id, known.universal_id_type)
    return {
        2: "UC",
        4: (one.role, "", "participation"),
        5: writer_fields.practitioner(one.person),
        8: (one.organization, "", "", "", "", authority, known.type, "", "", known.value),
        15: ("", "", "X.400", one.mailbox) if one.mailbox else "",
    }


def wishes(routing: DocumentRouting, last: int, kind: str) -> list[tuple[str, Mapping[int, Field]]]:
    """Write one OBX for each code of `told`."""
    return [
        ("OBX", _body(routing, code, rank) if code in BODIES else _flag(routing, code, rank, kind))
        for rank, code in enumerate(sorted(routing.told), start=last + 1)
    ]


def _flag(routing: DocumentRouting, code: str, rank: int, kind: str) -> dict[int, Field]:
    is_asked = all(getattr(routing, name) for name in FLAGS[code])
    return {
        1: str(rank),
        2: kind,
        3: (code, _LABELS.get(code, ""), METADATA_SYSTEM),
        5: ("Y" if is_asked else "N", "", "expandedYes-NoIndicator"),
        11: "F",
    }


def _body(routing: DocumentRouting, code: str, rank: int) -> dict[int, Field]:
    text = base64.b64encode(str(getattr(routing, BODIES[code])).encode()).decode("ascii")
    return {
        1: str(rank),
        2: "ED",
        3: (code, _LABELS[code], METADATA_SYSTEM),
        5: ("", "TEXT", "", "Base64", text),
        11: "F",
    }
