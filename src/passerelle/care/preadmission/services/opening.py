"""A pre-admission is opened when a coming asks for one, follows it when it moves, stops when it is off."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.dateparse import parse_datetime

from passerelle.care.appointments import api as appointments
from passerelle.care.preadmission.models import Preadmission
from passerelle.care.preadmission.rules.plans import plan_for
from passerelle.care.preadmission.rules.vocabulary import Coming, State
from passerelle.care.record import api as record
from passerelle.core.access import api as access

_OFF: Final = frozenset({appointments.What.CANCELLED, appointments.What.MISSED})
_ON: Final = frozenset({appointments.What.BOOKED, appointments.What.MOVED, appointments.What.RESTORED})
_BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Told:
    """A coming as its source tells it: `name` is the kind of an appointment, the service of a stay."""

    coming: Coming
    id: UUID
    local_identity_id: UUID
    establishment: str
    site: str
    service: str
    name: str
    starts_at: datetime


@transaction.atomic
def open_for(told: Told, *, at: datetime) -> UUID | None:
    """Open the pre-admission of a coming, or bring it to its present moment; None when it asks for none.

    A coming that is over, or of a kind that no plan names, opens nothing.
    """
    asked = plan_for(told.coming, told.name)
    if asked is None or told.starts_at <= at:
        return None
    row, _ = Preadmission.objects.update_or_create(
        coming=told.coming.value,
        coming_id=told.id,
        defaults={"starts_at": told.starts_at, "site": told.site, "service": told.service[:120]},
        create_defaults={
            "local_identity_id": told.local_identity_id,
            "establishment": told.establishment,
            "site": told.site,
            "service": told.service[:120],
            "title": asked.title,
            "plan": asked.code,
            "starts_at": told.starts_at,
            "opened_at": at,
        },
    )
    if row.state == State.OFF.value:
        row.state = State.SENT.value if row.sent_at else State.OPEN.value
        row.save(update_fields=["state"])
    return row.pk


def close_for(coming_id: UUID) -> None:
    """Stop the pre-admission of a coming that is off; what was given is kept until it is forgotten with the rest."""
    Preadmission.objects.filter(coming_id=coming_id).update(state=State.OFF.value)


def follow_appointment(changed: appointments.Changed) -> None:
    """Hear of an appointment, in the transaction that changes it."""
    row = changed.row
    if changed.what in _OFF:
        close_for(row.id)
    elif changed.what in _ON:
        told = Told(
            Coming.APPOINTMENT,
            row.id,
            row.local_identity_id,
            row.establishment,
            row.site,
            row.agenda_name or row.label,
            row.kind_code,
            row.starts_at,
        )
        open_for(told, at=changed.at)


def open_planned(*, at: datetime) -> int:
    """Open the pre-admissions of the stays that are planned from now on; return how many stand.

    Stays that are no longer planned before they began stop theirs.
    """
    stands = 0
    with access.as_machine():
        for told, is_off in _planned(at):
            if is_off:
                close_for(told.id)
            elif open_for(told, at=at) is not None:
                stands += 1
    return stands


def _planned(at: datetime) -> Iterator[tuple[Told, bool]]:
    """Yield the stays told for later, and whether they are off."""
    day = f"ge{at.date().isoformat()}"
    cursor: str | None = None
    while True:
        page = record.search("Encounter", {"status": ["planned,cancelled"], "date": [day]}, count=_BATCH, cursor=cursor)
        for one in page.rows:
            told = _told(one)
            if told is not None:
                yield told, json.loads(one.body).get("status") == "cancelled"
        cursor = page.next_cursor
        if cursor is None:
            return


def _told(one: record.StoredResource) -> Told | None:
    body = json.loads(one.body)
    start = parse_datetime(str(body.get("period", {}).get("start", "")))
    if start is None or start.tzinfo is None:
        return None
    service = _service(body)
    return Told(Coming.STAY, one.id, one.local_identity_id, one.establishment, "", service, service, start)


def _service(body: dict[str, object]) -> str:
    """Return the words that name the service of a stay: its location, else its type, "" when it names none."""
    places = body.get("location")
    for one in places if isinstance(places, list) else []:
        name = one.get("location", {}).get("display", "")
        if name:
            return str(name)
    provider = body.get("serviceProvider")
    return str(provider.get("display", "")) if isinstance(provider, dict) else ""
