"""What awaits a patient in the other rooms of their space, asked through the door of each.

A door that does not take the viewer does not know what a young person keeps secret: it is asked in one’s own space.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from passerelle.care.carepaths import api as carepaths
from passerelle.care.consent import api as consent
from passerelle.care.devices import api as devices
from passerelle.care.messaging import api as messaging
from passerelle.care.preadmission import api as preadmission


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do or to read."""

    title: str
    text: str
    url: str
    at: datetime


def tasks(who: consent.Acting, *, at: datetime) -> list[Task]:
    """Return what awaits a person in the rooms that are open, the most pressing first."""
    found = [*_of_messages(who, at), *_of_preadmission(who, at)]
    if who.is_self:
        found += [*_of_devices(who, at), *_of_carepaths(who.person_id, at)]
    return sorted(found, key=lambda task: (task.at, task.title))


def _of_messages(who: consent.Acting, at: datetime) -> Iterable[Task]:
    for row in messaging.unread(who.viewer, who.person_id, at=at):
        yield Task(row.title, row.text, _address(row.url_name, row.url_args), row.at)


def _of_preadmission(who: consent.Acting, at: datetime) -> Iterable[Task]:
    step = preadmission.next_step(who.viewer, who.person_id, at=at)
    if step is not None:
        yield Task(step.title, step.text, _address(step.url_name, step.url_args), step.at)


def _of_devices(who: consent.Acting, at: datetime) -> Iterable[Task]:
    door = getattr(devices, "todo", None)
    for row in door(who.viewer, who.person_id, at=at) if door else ():
        yield Task(row.title, row.text, _address(row.url_name, row.url_args), row.at)


def _of_carepaths(person_id: UUID, at: datetime) -> Iterable[Task]:
    for row in carepaths.todo(person_id, at=at):
        last = timezone.make_aware(datetime.combine(row.last_day, time.max))
        yield Task(row.title, row.text, _address("carepaths:mine", ()), last)


def _address(url_name: str, args: Iterable[Any]) -> str:
    try:
        return reverse(url_name, args=list(args))
    except NoReverseMatch:
        return ""
