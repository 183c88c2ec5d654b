"""What people write back: kept first, then understood, then answered once."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from passerelle.core.notify.fingerprints import fingerprint
from passerelle.core.notify.listening import Heard, Reply, hear
from passerelle.core.notify.models import Answer, Channel, Meaning, Message, State
from passerelle.core.notify.outgoing import Outgoing
from passerelle.core.notify.rules.meanings import meaning_of
from passerelle.core.notify.rules.numbers import NotANumber, normal_number
from passerelle.core.notify.services.enqueuing import enqueue
from passerelle.core.notify.services.stopping import lift_stop, stop

_logger = logging.getLogger(__name__)
_ASKED: Final = timedelta(days=15)
#: Two machines that answer each other stop there.
_REPLIES_A_DAY: Final = 4
_USEFUL: Final = timedelta(hours=12)
_LEFT: Final = (State.SENT, State.DELIVERED, State.DOUBTFUL)
_BY_SMS: Final = "SMS reçu"


def take_answer(*, sender: str, text: str, at: datetime, reference: str = "") -> Answer:
    """Keep an SMS as it came, then do what it says. The gateway's `reference` twice is one answer.

    Without a reference, the same text from the same number in the same minute is one answer. What could not be dealt
    with is kept, and tried again by `deal_with_kept`.
    """
    number, text = _normal(sender), text.replace("\0", "")
    known_as = (
        reference.replace("\0", "") or hashlib.sha256(f"{number}|{text}|{at:%Y-%m-%dT%H:%M}".encode()).hexdigest()
    )
    answer, _ = Answer.objects.get_or_create(
        reference=known_as[:200],
        defaults={
            "sender": number,
            "sender_hash": fingerprint(number),
            "text": text[:1000],
            "meaning": meaning_of(text),
            "received_at": at,
        },
    )
    _deal(answer.pk, at)
    return Answer.objects.get(pk=answer.pk)


def deal_with_kept(*, at: datetime) -> int:
    """Deal again with the answers that a fault left aside; return how many."""
    kept = list(
        Answer.objects.filter(outcome="", received_at__gt=at - _ASKED).order_by("pk").values_list("pk", flat=True)
    )
    for number in kept:
        _deal(number, at)
    return len(kept)


def _deal(number: int, at: datetime) -> None:
    try:
        with transaction.atomic():
            answer = Answer.objects.select_for_update(of=("self",)).get(pk=number)
            if not answer.outcome:
                _understand(answer, at)
    except Exception:  # whatever a listener does, the answer is kept and the gateway is not to send it again
        _logger.exception("answer %s is kept for later", number)


def _understand(answer: Answer, at: datetime) -> None:
    match answer.meaning:
        case Meaning.STOP:
            is_new = stop(recipient=answer.sender, by=_BY_SMS, at=at)
            reply = Reply("STOP enregistré", "stop_noted" if is_new else "")
        case Meaning.RESUME:
            lifted = lift_stop(recipient=answer.sender, by=_BY_SMS, at=at)
            reply = Reply("STOP levé" if lifted else "rien à lever", "resume_noted" if lifted else "")
        case Meaning.YES | Meaning.NO:
            reply = _told_to_who_asked(answer, at)
        case _:
            reply = Reply("non comprise", "not_understood")
    answer.outcome = reply.outcome[:200]
    answer.save(update_fields=["outcome", "message"])
    _write_back(answer, reply, at)


def _told_to_who_asked(answer: Answer, at: datetime) -> Reply:
    """Find what is answered: the one subject still open; when there are several, nobody guesses."""
    asked = _open_questions(answer, at)
    if not asked:
        return Reply("aucun message n’attendait de réponse", "not_understood")
    if len({message.about for message in asked}) > 1:
        return Reply("plusieurs messages attendaient une réponse", "several_questions")
    answer.message = asked[0]
    heard = Heard(asked[0].about, asked[0].key, answer.meaning, answer.text, at)
    return hear(heard) or Reply("transmise")


def _open_questions(answer: Answer, at: datetime) -> Sequence[Message]:
    """Return the messages that await an answer from this number, latest first; those already answered give way."""
    asked = list(
        Message.objects.filter(
            recipient_hash=answer.sender_hash,
            channel=Channel.SMS,
            expects_answer=True,
            state__in=_LEFT,
            created_at__gt=at - _ASKED,
            expires_at__gt=at,
        ).order_by("-begun_at", "-pk")
    )
    answered = set(
        Answer.objects.filter(message__in=asked).exclude(pk=answer.pk).values_list("message__about", flat=True)
    )
    return [message for message in asked if message.about not in answered] or asked


def _write_back(answer: Answer, reply: Reply, at: datetime) -> None:
    if not reply.template or not answer.sender.startswith("+"):
        return
    recent = Message.objects.filter(
        recipient_hash=answer.sender_hash, key__startswith="reply:", created_at__gt=at - timedelta(days=1)
    )
    if recent.count() >= _REPLIES_A_DAY and answer.meaning != Meaning.STOP:
        return
    enqueue(
        [
            Outgoing(
                channel=Channel.SMS,
                to=answer.sender,
                template=reply.template,
                words=reply.words,
                key=f"reply:{answer.pk}",
                expires_at=at + _USEFUL,
            )
        ],
        at=at,
    )


def _normal(sender: str) -> str:
    try:
        return normal_number(sender)
    except NotANumber:
        return sender.replace("\0", "")[:30]
