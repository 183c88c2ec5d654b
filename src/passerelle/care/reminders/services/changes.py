"""What a change of an appointment does to its reminders: in its own transaction, so that none leaves in vain."""

from datetime import datetime
from uuid import UUID

from passerelle.care.appointments.api import Changed, What
from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.reminders.models import LIVE, Outcome, Reminder, State
from passerelle.care.reminders.rules.choosing import PARIS
from passerelle.core.access import api as access
from passerelle.core.notify import api as notify

_CALLED_OFF = {What.MOVED: "le rendez-vous a été déplacé", What.CANCELLED: "le rendez-vous a été annulé"}
_SILENCED = "le patient a demandé le secret"
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


def on_choice(person_id: UUID, at: datetime) -> None:
    """Hold back what waits for a person whose identity is now protected, or whose appointment is now a secret."""
    with access.as_machine():
        files = [one.id for one in identity.local_identities(person_id)]
        told = consent.restrictions_of([person_id], at=at)[person_id]
    live = Reminder.objects.select_for_update(of=("self",)).filter(local_identity_id__in=files, state__in=LIVE)
    waiting = list(live.order_by("pk"))
    silent = [one for one in waiting if told.is_protected or one.appointment_id in told.secret_items]
    notify.cancel([one.key for one in silent], at=at, reason=_SILENCED)
    Reminder.objects.filter(pk__in=[one.pk for one in silent]).update(
        state=State.WITHHELD, reason=_SILENCED, settled_at=at
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
