"""Make the reminders of the day to come: each once, whatever the number of times it is asked."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction

from passerelle.care.appointments import api as appointments
from passerelle.care.appointments.api import AppointmentRow
from passerelle.care.reminders import declared
from passerelle.care.reminders.models import Reminder, State
from passerelle.care.reminders.reach import reach_of
from passerelle.care.reminders.rules.choosing import (
    PARIS,
    Choice,
    Reach,
    choose,
    steps_to_plan,
    useless_from,
)
from passerelle.care.reminders.rules.declared import Rule, Step, is_discreet, rule_for
from passerelle.care.reminders.services.links import keep_links
from passerelle.core.notify import api as notify

_AT_ONCE: Final = 2000
#: The code of no establishment: its name is written « votre hôpital ».
_DISCREET: Final = "discret"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A reminder that would be made: for which appointment, by which rule, when, how, or why not."""

    row: AppointmentRow
    rule: Rule
    step: Step
    moment: datetime
    choice: Choice
    reach: Reach
    round: int = 0

    @property
    def id(self) -> UUID:
        """Return the same identifier for the same appointment at the same moment, the same step and the same round.

        The round counts how many times this reminder was cancelled: an appointment may be moved, then moved back.
        """
        told = f"{self.row.id}|{self.row.starts_at.isoformat()}|{self.step.code}|{self.round}"
        return uuid5(NAMESPACE_URL, f"urn:passerelle:reminder:{told}")


@dataclass(frozen=True, slots=True)
class Planned:
    """What one planning made: reminders new, those already there, and those of the new ones that will not leave."""

    made: int = 0
    known: int = 0
    withheld: int = 0


def plan(*, at: datetime) -> Planned:
    """Plan the reminders that leave in the day to come."""
    longest = max(step.days_before for rule in declared.rules() for step in rule.steps)
    return plan_for(appointments.due(at, at + timedelta(days=longest + 2)), at=at)


def plan_for(rows: Iterable[AppointmentRow], *, at: datetime) -> Planned:
    """Plan the reminders of these appointments, a slice at a time; asked again, it changes nothing."""
    made = known = withheld = 0
    for slice_ in _slices(rows):
        new = _new_only(foresee(slice_, at=at))
        fresh = _make(new.fresh, at)
        made, known = made + len(fresh), known + new.known
        withheld += sum(not one.choice.channel for one in fresh)
    return Planned(made, known, withheld)


def foresee(rows: Sequence[AppointmentRow], *, at: datetime) -> list[Foreseen]:
    """Return the reminders of these appointments that leave in the day to come, without making them."""
    rules = declared.rules()
    wanted = [
        (row, rule, step, moment)
        for row in rows
        if (rule := rule_for(rules, establishment=row.establishment, kind=row.kind_code)) is not None
        for step, moment in steps_to_plan(rule, row.starts_at, at=at)
    ]
    reach = reach_of([row for row, *_ in wanted], at=at)
    rounds = _rounds([row.id for row, *_ in wanted])
    return [
        Foreseen(
            row,
            rule,
            step,
            moment,
            choose(step, reach[row.id]),
            reach[row.id],
            rounds[row.id, row.starts_at, step.code],
        )
        for row, rule, step, moment in wanted
    ]


def _rounds(appointment_ids: Sequence[UUID]) -> Counter[tuple[UUID, datetime, str]]:
    """Return how many times each reminder of these appointments was cancelled."""
    cancelled = Reminder.objects.filter(appointment_id__in=appointment_ids, state=State.CANCELLED)
    return Counter(cancelled.values_list("appointment_id", "starts_at", "step"))


@dataclass(frozen=True, slots=True)
class _New:
    fresh: list[Foreseen]
    known: int


def _new_only(found: Sequence[Foreseen]) -> _New:
    there = set(Reminder.objects.filter(pk__in=[one.id for one in found]).values_list("pk", flat=True))
    return _New([one for one in found if one.id not in there], len(there))


@transaction.atomic
def _make(wanted: Sequence[Foreseen], at: datetime) -> list[Foreseen]:
    """Write the reminders and their messages together: neither is without the other. Return those that were made.

    An appointment moved or cancelled since it was read has none; who changes one meanwhile waits, then calls them off.
    """
    held = appointments.hold_unchanged([one.row for one in wanted])
    found = [one for one in wanted if one.row.id in held]
    reminders = {one.id: _reminder(one, at) for one in found}
    Reminder.objects.bulk_create(reminders.values(), ignore_conflicts=True, batch_size=2000)
    by_message = [one for one in found if one.choice.channel in {"sms", "email"}]
    tokens = keep_links([*{one.row.id: one.row for one in found}.values()], at=at)
    taken = notify.enqueue(
        (message_of(reminders[one.id], one.row, to=_to(one), token=tokens[one.row.id]) for one in by_message), at=at
    )
    refused = {key.split(":")[1]: why for key, why in taken.refused.items()}
    for reminder_id, why in refused.items():
        Reminder.objects.filter(pk=reminder_id).update(state=State.FAILED, reason=why[:300], settled_at=at)
    return found


def message_of(reminder: Reminder, row: AppointmentRow, *, to: str, token: str) -> notify.Outgoing:
    """Return the message of a reminder by its channel: a place, a date, a time, a link, and nothing else."""
    local = row.starts_at.astimezone(PARIS)
    discreet = is_discreet(declared.rules(), establishment=row.establishment)
    return notify.Outgoing(
        channel=reminder.channel,
        to=to,
        template=f"reminder_{reminder.channel}",
        words={
            "place": _DISCREET if discreet else row.establishment,
            "date": f"{local:%Y-%m-%d}",
            "time": f"{local:%H:%M}",
            "link": f"rappels/r/{token}",
        },
        key=reminder.key,
        about=f"appointment:{row.id}",
        not_before=reminder.send_at,
        expires_at=useless_from(row.starts_at, reminder.send_at),
        establishment=row.establishment,
    )


def _reminder(one: Foreseen, at: datetime) -> Reminder:
    state = {"": State.WITHHELD, "letter": State.TO_PRINT}.get(one.choice.channel, State.QUEUED)
    return Reminder(
        id=one.id,
        appointment_id=one.row.id,
        local_identity_id=one.row.local_identity_id,
        establishment=one.row.establishment,
        rule=one.rule.code,
        rule_version=one.rule.version,
        step=one.step.code,
        starts_at=one.row.starts_at,
        send_at=max(one.moment, at),
        channel=one.choice.channel,
        state=state,
        reason=one.choice.reason[:300],
        planned_at=at,
        settled_at=at if state is State.WITHHELD else None,
    )


def _to(one: Foreseen) -> str:
    return one.reach.sms if one.choice.channel == "sms" else one.reach.email


def _slices(rows: Iterable[AppointmentRow]) -> Iterator[list[AppointmentRow]]:
    coming = iter(rows)
    while slice_ := list(islice(coming, _AT_ONCE)):
        yield slice_
