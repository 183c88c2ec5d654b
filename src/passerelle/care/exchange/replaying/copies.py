"""Send a message again, edited or not: the original stays as it came, the copy is a new message with its author."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.exchange.models import Copy, Message, State, Step, StepKind
from passerelle.care.exchange.replaying.judging import judged_again
from passerelle.care.exchange.rules.differences import Difference, differences
from passerelle.care.exchange.rules.editing import copy_id, edited, with_control_id
from passerelle.care.exchange.rules.verdict import Draft
from passerelle.care.exchange.services.deciding import ReasonRequired, set_aside
from passerelle.care.exchange.services.storing import store
from passerelle.core.audit import api as audit
from passerelle.protocols import hl7v2
from passerelle.protocols.hl7v2 import Hl7Error


class CopyRefused(Exception):
    """La copie serait refusée comme l’original : rien n’est envoyé."""


class NothingToCopy(Exception):
    """Ce message n’existe pas, ou rien n’y est à reprendre."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be sent and what it would be answered; nothing is written."""

    raw: bytes
    control_id: str
    is_accepted: bool
    ack_code: str
    error_where: str
    error_why: str
    changes: list[Difference]


def preview(*, original_id: UUID, text: str, at: datetime) -> Preview:
    """Judge an edited copy as if it had just come.

    Raises:
        NothingToCopy: there is no such message.
        NotEncodable: a character does not exist in the charset of the original.
    """
    original = _original(original_id)
    raw = _raw_of(original, text)
    draft = judged_again(raw, original, at)
    return Preview(
        raw=raw,
        control_id=draft.control_id,
        is_accepted=draft.accepted,
        ack_code=draft.ack_code,
        error_where=draft.error_where,
        error_why=draft.error_why,
        changes=differences(bytes(original.raw), raw),
    )


@transaction.atomic
def send_copy(*, original_id: UUID, text: str, by: audit.Actor, at: datetime, reason: str) -> UUID:
    """Store an edited copy as a new message and return its id; a parked original is set aside for it.

    The copy goes the way of any message, at the end of the lane of its patient.

    Raises:
        CopyRefused: it would not be accepted.
        NothingToCopy: there is no such message.
        NotEncodable: a character does not exist in the charset of the original.
        ReasonRequired: no reason is given.
    """
    if not reason.strip():
        raise ReasonRequired
    original = _original(original_id)
    draft = judged_again(_raw_of(original, text), original, at)
    made = _store(draft, original, at)
    _link(made, original, by=by, at=at, reason=reason, is_edited=True)
    if original.state == State.PARKED:
        told = f"remplacé par une copie corrigée\u00a0: {reason}"
        set_aside(message_id=original.pk, by=by, at=at, reason=told[:300])
    return made


@transaction.atomic
def judge_again(*, original_id: UUID, by: audit.Actor, at: datetime, reason: str = "") -> UUID:
    """Receive the very bytes of a refused message once more, now that the cause may be gone, and return the new one.

    Raises:
        CopyRefused: it is refused again.
        NothingToCopy: it was not refused.
    """
    original = _original(original_id)
    if original.state != State.REFUSED:
        raise NothingToCopy
    made = _store(judged_again(bytes(original.raw), original, at), original, at)
    _link(made, original, by=by, at=at, reason=reason, is_edited=False)
    return made


def _original(message_id: UUID) -> Message:
    found = Message.objects.filter(pk=message_id).first()
    if found is None:
        raise NothingToCopy
    return found


def _raw_of(original: Message, text: str) -> bytes:
    """Return the bytes of a copy; it takes a control id of its own unless its author gave it one."""
    raw = edited(text, original=bytes(original.raw))
    if _control_id(raw) != original.control_id or not original.control_id:
        return raw
    rank = Copy.objects.filter(original_id=original.pk).count() + 1
    return with_control_id(raw, copy_id(original.control_id, rank))


def _control_id(raw: bytes) -> str:
    try:
        return hl7v2.parse(raw).control_id
    except Hl7Error:
        return ""


def _store(draft: Draft, original: Message, at: datetime) -> UUID:
    if not draft.accepted or (draft.control_id == original.control_id and original.accepted):
        raise CopyRefused
    store([draft], at=at)
    # The same control id may have served meanwhile: then nothing of this one was accepted.
    if not Message.objects.filter(pk=draft.id, accepted=True).exists():
        raise CopyRefused
    return draft.id


def _link(made: UUID, original: Message, *, by: audit.Actor, at: datetime, reason: str, is_edited: bool) -> None:
    Copy.objects.create(
        copy_id=made, original_id=original.pk, at=at, author_name=by.name, reason=reason, is_edited=is_edited
    )
    Step.objects.create(message=original, at=at, kind=StepKind.COPIED, actor_name=by.name, note=reason)
    audit.record(
        audit.Action.MESSAGE_REPLAYED,
        by=by,
        at=at,
        target=f"message:{original.pk}",
        reason=reason,
        detail={"decision": "edited" if is_edited else "judged_again", "copy": str(made)},
    )
