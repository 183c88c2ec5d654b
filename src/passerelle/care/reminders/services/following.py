"""What becomes of reminders: those that left, those that did not reach, and the next channel for these."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from passerelle.care.appointments import api as appointments
from passerelle.care.appointments.api import AppointmentRow
from passerelle.care.reminders import declared
from passerelle.care.reminders.models import Reminder, State
from passerelle.care.reminders.reach import reach_of
from passerelle.care.reminders.rules.choosing import PARIS, TOO_SOON, choose
from passerelle.care.reminders.rules.declared import Step
from passerelle.care.reminders.services.links import keep_links
from passerelle.care.reminders.services.planning import message_of
from passerelle.core.notify import api as notify

_AT_ONCE: Final = 2000


def follow(*, at: datetime) -> int:
    """Settle the reminders whose message is settled, and give the others their next channel; return how many."""
    total = 0
    last = None
    while True:
        rows = Reminder.objects.filter(state=State.QUEUED, send_at__lte=at).order_by("send_at", "id")
        if last is not None:
            rows = rows.filter(send_at__gte=last.send_at).exclude(pk__lte=last.pk, send_at=last.send_at)
        found = list(rows[:_AT_ONCE])
        if not found:
            return total
        last = found[-1]
        total += settle(found, at=at)


@transaction.atomic
def settle(seen: Sequence[Reminder], *, at: datetime) -> int:
    """Settle those that are still in the queue: one called off meanwhile stays so, and one being called off waits."""
    locked = Reminder.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk for one in seen])
    found = list(locked.filter(state=State.QUEUED).order_by("pk"))
    told = notify.followed([one.key for one in found])
    reached, failed = [], []
    for one in found:
        fate = told.get(one.key)
        if fate is not None and fate.has_reached:
            one.state, one.settled_at, one.reason = State.REACHED, fate.at, ""
            reached.append(one)
        elif fate is not None and fate.is_settled:
            one.reason = (fate.reason or fate.label)[:300]
            failed.append(one)
    Reminder.objects.bulk_update(reached, ["state", "settled_at", "reason"], batch_size=1000)
    for one in failed:
        _next_channel(one, at)
    return len(reached) + len(failed)


def _next_channel(reminder: Reminder, at: datetime) -> None:
    """Try the next channel of the rule, when one is left and the appointment is not too near."""
    reminder.tried = [*reminder.tried, reminder.channel]
    row = _expected(reminder)
    step = step_of(reminder)
    if row is None or step is None or row.starts_at - at <= TOO_SOON:
        _close(reminder, State.FAILED, at)
        return
    days_left = (row.starts_at.astimezone(PARIS).date() - at.astimezone(PARIS).date()).days
    reach = reach_of([row], at=at)[row.id]
    choice = choose(step, reach, failed=frozenset(reminder.tried), days_left=days_left)
    if not choice.channel:
        _close(reminder, State.FAILED, at)
        return
    reminder.channel, reminder.send_at = choice.channel, at
    if choice.channel == "letter":
        reminder.state = State.TO_PRINT
    else:
        to = reach.sms if choice.channel == "sms" else reach.email
        taken = notify.enqueue([message_of(reminder, row, to=to, token=keep_links([row], at=at)[row.id])], at=at)
        if taken.refused:
            _close(reminder, State.FAILED, at)
            return
    reminder.save(update_fields=["channel", "send_at", "state", "tried", "reason"])


def _close(reminder: Reminder, state: State, at: datetime) -> None:
    reminder.state, reminder.settled_at = state, at
    reminder.save(update_fields=["state", "settled_at", "tried", "reason"])


def _expected(reminder: Reminder) -> AppointmentRow | None:
    try:
        row = appointments.appointment_row(reminder.appointment_id)
    except appointments.NoSuchAppointment:
        return None
    return row if row.is_expected and row.starts_at == reminder.starts_at else None


def step_of(reminder: Reminder) -> Step | None:
    """Return the step of the rule that made a reminder; None when the rule no longer has it."""
    steps = (step for rule in declared.rules() if rule.code == reminder.rule for step in rule.steps)
    return next((step for step in steps if step.code == reminder.step), None)
