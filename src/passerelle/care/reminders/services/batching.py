"""Letters: gathered in a batch to print, posted when somebody says so."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from passerelle.care.reminders.models import LetterBatch, Reminder, State
from passerelle.core.audit import api as audit

_MOST: Final = 500
#: Letters of the next two days are printed with those of today: the post leaves in the afternoon.
_AHEAD: Final = timedelta(days=2)


class NothingToPrint(Exception):
    """Aucun courrier n’attend."""


class AlreadyPosted(Exception):
    """Ce lot est déjà noté posté."""


@transaction.atomic
def make_batch(*, establishment: str, by: audit.Actor, at: datetime) -> LetterBatch:
    """Gather the letters that wait for an establishment; each is in one batch only.

    Raises:
        NothingToPrint: none waits.
    """
    waiting = Reminder.objects.select_for_update(of=("self",), skip_locked=True).filter(
        establishment=establishment, state=State.TO_PRINT, batch=None, send_at__lt=at + _AHEAD, starts_at__gt=at
    )
    found = list(waiting.order_by("starts_at", "pk")[:_MOST])
    if not found:
        raise NothingToPrint
    batch = LetterBatch.objects.create(establishment=establishment, count=len(found), made_at=at, made_by=by.name)
    Reminder.objects.filter(pk__in=[one.pk for one in found]).update(batch=batch)
    audit.record(
        audit.Action.RESOURCE_CHANGED, by=by, at=at, target=f"letters:{batch.pk}", detail={"count": len(found)}
    )
    return batch


@transaction.atomic
def note_posted(*, batch_id: UUID, by: audit.Actor, at: datetime) -> int:
    """Note that a batch was posted; what was called off since it was printed is not counted. Return how many left.

    Raises:
        AlreadyPosted: it was noted before.
    """
    batch = LetterBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if batch.posted_at is not None:
        raise AlreadyPosted
    batch.posted_at, batch.posted_by = at, by.name
    batch.save(update_fields=["posted_at", "posted_by"])
    posted = batch.reminders.filter(state=State.TO_PRINT).update(state=State.POSTED, settled_at=at)
    audit.record(audit.Action.RESOURCE_CHANGED, by=by, at=at, target=f"letters:{batch.pk}", reason="posté")
    return posted
