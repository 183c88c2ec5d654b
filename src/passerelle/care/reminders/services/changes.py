"""What a change of an appointment does to its reminders: in its own transaction, so that none leaves in vain."""

from datetime import datetime
from uuid import UUID

from passerelle.care.appointments.api import Changed, What
from passerelle.care.reminders.models import LIVE, Outcome, Reminder, State
from passerelle.care.reminders.rules.choosing import PARIS
from passerelle.core.notify import api as notify

_CALLED_OFF = {What.MOVED: "le rendez-vous a été déplacé", What.CANCELLED: "le rendez-vous a été annulé"}
_CAME = frozenset({What.ARRIVED, What.DONE})


def on_change(changed: Changed) -> None:
    """Cancel what has not left for a moved or cancelled appointment; note whether somebody came."""
    why = _CALLED_OFF.get(changed.what)
    if why:
        call_off(changed, why)
    elif changed.what is What.MISSED or changed.what in _CAME:
        _note_outcome(changed)
    elif changed.what is What.RESTORED:
        Outcome.objects.filter(appointment_id=changed.row.id).delete()


def call_off(changed: Changed, why: str) -> None:
    """Cancel the live reminders of an appointment, their messages and their letters not yet printed."""
    live = Reminder.objects.select_for_update(of=("self",)).filter(appointment_id=changed.row.id, state__in=LIVE)
    if changed.what is What.MOVED:
        live = live.exclude(starts_at=changed.row.starts_at)
    found = list(live.order_by("pk"))
    notify.cancel([one.key for one in found if one.state == State.QUEUED], at=changed.at, reason=why)
    Reminder.objects.filter(pk__in=[one.pk for one in found]).update(
        state=State.CANCELLED, reason=why, settled_at=changed.at
    )


def _note_outcome(changed: Changed) -> None:
    row = changed.row
    Outcome.objects.update_or_create(
        appointment_id=row.id,
        defaults={
            "establishment": row.establishment,
            "month": row.starts_at.astimezone(PARIS).date().replace(day=1),
            "was_missed": changed.what is What.MISSED,
            "was_reminded": was_reminded(row.id, row.starts_at),
            "noted_at": changed.at,
        },
    )


def was_reminded(appointment_id: UUID, starts_at: datetime) -> bool:
    """Tell whether a reminder of this appointment, at this moment, left before it."""
    return Reminder.objects.filter(
        appointment_id=appointment_id,
        starts_at=starts_at,
        state__in=[State.REACHED, State.POSTED],
        settled_at__lt=starts_at,
    ).exists()
