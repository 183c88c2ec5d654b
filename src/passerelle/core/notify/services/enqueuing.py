from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from passerelle.core.notify import book
from passerelle.core.notify.fingerprints import fingerprint
from passerelle.core.notify.models import Channel, Message, State, Step, StepKind, Stop
from passerelle.core.notify.outgoing import Enqueued, Outgoing
from passerelle.core.notify.rules.numbers import NotANumber, NotMobile, mobile_number
from passerelle.core.notify.rules.words import WordRefused

_AT_ONCE: Final = 2000
_NO_TEMPLATE: Final = "aucun modèle de ce nom pour ce canal"
_TOO_LATE: Final = "il serait périmé avant de partir"
_NO_ADDRESS: Final = "Ce n’est pas une adresse de courriel."


class _Refused(Exception):
    """Why one message is not taken."""


@transaction.atomic
def enqueue(messages: Iterable[Outgoing], *, at: datetime) -> Enqueued:
    """Put messages in the queue, in the caller's transaction; what is refused is told by key and stops no other.

    A message to whom said STOP is kept with that state, so that who asks knows. Words are judged here: an unknown
    template, a word that is not of its kind, a number that cannot receive an SMS are refused with the reason.
    """
    kept, known, refused = 0, 0, {}
    coming = iter(messages)
    while slice_ := list(islice(coming, _AT_ONCE)):
        rows = {}
        for message in slice_:
            try:
                rows[message.key] = _row(message, at)
            except _Refused as refusal:
                refused[message.key] = str(refusal)
        new = _new_only(rows)
        _mark_stopped(new, at)
        Message.objects.bulk_create(new, ignore_conflicts=True)
        kept, known = kept + len(new), known + len(slice_) - len(new) - sum(one.key in refused for one in slice_)
    return Enqueued(kept, known, refused)


@transaction.atomic
def cancel(keys: Sequence[str], *, at: datetime, reason: str) -> int:
    """Cancel what has not left; return how many were. What is leaving at this very moment is not called back."""
    waiting = Message.objects.select_for_update(of=("self",)).filter(key__in=keys, state=State.WAITING).order_by("pk")
    numbers = list(waiting.values_list("pk", flat=True))
    Message.objects.filter(pk__in=numbers).update(state=State.CANCELLED, settled_at=at, reason=reason[:300])
    Step.objects.bulk_create(
        Step(message_id=number, at=at, kind=StepKind.CANCELLED, note=reason[:300]) for number in numbers
    )
    return len(numbers)


def _row(message: Outgoing, at: datetime) -> Message:
    template = book.template(message.template)
    if template is None or template.channel != message.channel:
        raise _Refused(_NO_TEMPLATE)
    try:
        template.check_words(message.words)
    except WordRefused as refusal:
        raise _Refused(str(refusal)) from refusal
    due_at = max(at, message.not_before or at)
    if message.expires_at <= due_at:
        raise _Refused(_TOO_LATE)
    recipient = _recipient(message)
    return Message(
        key=message.key,
        channel=message.channel,
        recipient=recipient,
        recipient_hash=fingerprint(recipient),
        template=template.code,
        template_version=template.version,
        words=dict(message.words),
        about=message.about,
        establishment=message.establishment,
        any_hour=template.any_hour,
        passes_stop=template.passes_stop,
        expects_answer=template.expects_answer,
        created_at=at,
        due_at=due_at,
        expires_at=message.expires_at,
    )


def _recipient(message: Outgoing) -> str:
    try:
        if message.channel == Channel.SMS:
            return mobile_number(message.to)
        validate_email(message.to.strip())
    except (NotANumber, NotMobile) as refusal:
        raise _Refused(refusal.__doc__ or "") from refusal
    except ValidationError as refusal:
        raise _Refused(_NO_ADDRESS) from refusal
    return message.to.strip()


def _new_only(rows: dict[str, Message]) -> list[Message]:
    known = set(Message.objects.filter(key__in=list(rows)).values_list("key", flat=True))
    return [row for key, row in rows.items() if key not in known]


def _mark_stopped(rows: Sequence[Message], at: datetime) -> None:
    hashes = {row.recipient_hash for row in rows}
    stopped = set(
        Stop.objects.filter(recipient_hash__in=hashes, lifted_at=None).values_list("recipient_hash", flat=True)
    )
    for row in rows:
        if row.recipient_hash in stopped and not row.passes_stop:
            row.state, row.settled_at = State.STOPPED, at
