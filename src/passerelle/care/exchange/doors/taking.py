"""Contents that come by a door other than MLLP: given a form, judged and stored together, in one commit."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from passerelle.care.channels.api import Channel
from passerelle.care.exchange.doors.forms.frame import Authority, Frame
from passerelle.care.exchange.rules.entering import Arrival
from passerelle.care.exchange.services.receiving import house, judged
from passerelle.care.exchange.services.storing import store
from passerelle.core.directory import api as directory
from passerelle.protocols import hl7v2
from passerelle.protocols.hl7v2 import Hl7Error

_IPP = "PI"


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes, and how they are read as an HL7 message; None when they are one."""

    raw: bytes
    form: Callable[[bytes], bytes] | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a content: `code` as in an acknowledgement, and where and why it is refused."""

    code: str
    control_id: str
    where: str = ""
    why: str = ""
    error: str = ""

    @property
    def is_accepted(self) -> bool:
        return self.code in {"AA", "CA"}


def frame_of(channel: Channel, *, at: datetime, seal: bytes = b"") -> Frame:
    """Return the circumstances that the channel declares; the authority it names comes first."""
    options, source = channel.source.options, channel.source
    rows = [row for row in directory.authorities(channel.establishment) if row.kind == _IPP]
    rows.sort(key=lambda row: row.namespace != options.get("namespace", row.namespace))
    return Frame(
        facility=source.facilities[0],
        application=source.applications[0] if source.applications else source.door.upper(),
        authorities=tuple(Authority(row.namespace, row.universal_id) for row in rows),
        trusts_ins=bool(options.get("qualified_ins", False)),
        at=at,
        seal=seal,
    )


def take(contents: Sequence[Content], *, channel: Channel, peer: str, at: datetime) -> list[Taken]:
    """Store contents in one commit, readable or not, and say what became of each.

    Raises:
        django.db.DatabaseError: nothing is stored; the same contents may be taken again without being doubled.
    """
    arrivals = [_arrival(content, channel, peer, at) for content in contents]
    with transaction.atomic(durable=True):
        drafts = judged(arrivals, house())
        answers = store(drafts, at=at)
    return [
        _taken(answer) if answer else Taken(draft.ack_code or ("AA" if draft.accepted else "AE"), draft.control_id)
        for draft, answer in zip(drafts, answers, strict=True)
    ]


def _arrival(content: Content, channel: Channel, peer: str, at: datetime) -> Arrival:
    form, unread = None, None
    if content.form is not None:
        try:
            form = content.form(content.raw)
        except Hl7Error as fault:
            unread = fault
    return Arrival(
        id=uuid.uuid4(),
        raw=content.raw,
        peer=peer[:100],
        at=at,
        door=channel.source.door,
        channel=channel.code,
        form=form,
        unread=unread,
    )


def _taken(answer: bytes) -> Taken:
    ack = hl7v2.parse(answer)
    return Taken(
        code=ack.get("MSA-1"),
        control_id=ack.get("MSA-2"),
        where=_place(ack),
        why=ack.get("ERR-8"),
        error=ack.get("ERR-3.1"),
    )


def _place(ack: hl7v2.Message) -> str:
    err = ack.segment("ERR")
    places = err.repetitions(2) if err else []
    return hl7v2.unescape(places[0].text) if places else ""
