"""What would happen if messages were taken again: handlers really run, in a transaction that is undone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NoReturn

from django.db import DatabaseError, connection, transaction

from passerelle.care.exchange.handlers import Findings, Inbound, Rejected, handlers
from passerelle.care.exchange.models import Message, State
from passerelle.care.exchange.replaying.judging import judged_again
from passerelle.care.exchange.rules.causes import cause_of
from passerelle.care.exchange.rules.reading import place_of
from passerelle.care.exchange.services.remapping import current_form
from passerelle.core.access import api as access
from passerelle.core.directory import api as directory
from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.hl7v2 import Hl7Error

SAMPLE = 20


@dataclass(slots=True)
class Rehearsal:
    """What became of the sample; `failures` counts the messages by cause, located."""

    total: int
    tried: int = 0
    succeeded: int = 0
    busy: int = 0
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def told_failures(self) -> list[tuple[str, int]]:
        """Return the causes, the most frequent first."""
        return self.failures.most_common()


class _Undone(Exception):
    """The end of a rehearsal: everything is undone."""


def rehearse(ranks: Sequence[int], *, total: int, at: datetime) -> Rehearsal:
    """Try the first messages of a selection, in their order, and undo everything.

    A refused message is judged again first; one whose patient is being worked on at this moment is left out.
    """
    rehearsal = Rehearsal(total=total)
    messages = Message.objects.filter(seq__in=sorted(ranks)[:SAMPLE]).order_by("seq")
    try:
        with transaction.atomic(), directory.remembering(), access.as_machine():  # as a worker would
            for message in messages:
                _try(message, rehearsal, at)
            _undo()
    except _Undone:
        return rehearsal


def _undo() -> NoReturn:
    raise _Undone


def _try(message: Message, rehearsal: Rehearsal, at: datetime) -> None:
    if message.lane is not None and not _lock(message.lane):
        rehearsal.busy += 1
        return
    rehearsal.tried += 1
    refusal = _refusal(message, at)
    if refusal:
        rehearsal.failures[refusal] += 1
    else:
        rehearsal.succeeded += 1


def _lock(lane: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lane])
        return bool(cursor.fetchone()[0])


def _refusal(message: Message, at: datetime) -> str:
    """Return why a message would fail, "" when it would pass."""
    if message.state == State.CONFLICT:
        return "identifiant de contrôle déjà pris\u00a0: seule une copie corrigée peut passer"
    if message.state == State.REFUSED:
        draft = judged_again(bytes(message.raw), message, at)
        if not draft.accepted:
            return _told(draft.error_where, draft.error_why)
        message.establishment, message.form = draft.establishment, draft.form
    else:
        message.form = current_form(message)
    try:
        with transaction.atomic():
            inbound = _inbound(message)
            for handler in handlers():
                handler(inbound)
    except (Rejected, Hl7Error) as refusal:
        return _told(refusal.where, refusal.why)
    except DatabaseError as error:
        return f"la base refuse ({type(error).__name__})"
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        return f"erreur inattendue ({type(error).__name__})"
    return ""


def _inbound(message: Message) -> Inbound:
    parsed = hl7v2.parse(bytes(message.raw if message.form is None else message.form))
    return Inbound(
        message_id=message.pk,
        establishment=message.establishment,
        sending_application=message.sending_application,
        received_at=message.received_at,
        event=pamfr.read(parsed),
        message=parsed,
        findings=Findings(),
    )


def _told(where: str, why: str) -> str:
    place = place_of(where)
    return f"{place}\u00a0: {cause_of(why)}" if place else cause_of(why)
