from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q

from passerelle.care.appointments import api as appointments
from passerelle.care.identity import api as identity
from passerelle.care.reminders.letters.as_pdf import Letter, Part, pdf_of
from passerelle.care.reminders.models import LetterBatch, Reminder, State
from passerelle.care.reminders.services.links import token_of
from passerelle.core.directory import api as directory
from passerelle.core.ui.api import french

_AHEAD = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch of letters: `cancelled` were called off after printing, and are to be taken out by hand."""

    id: UUID
    establishment: str
    count: int
    cancelled: int
    made_at: datetime
    made_by: str
    posted_at: datetime | None
    posted_by: str


def waiting_letters(establishments: frozenset[str], *, at: datetime) -> Mapping[str, int]:
    """Return how many letters wait to be printed, by establishment."""
    rows = (
        Reminder.objects.filter(
            establishment__in=establishments,
            state=State.TO_PRINT,
            batch=None,
            send_at__lt=at + _AHEAD,
            starts_at__gt=at,
        )
        .values("establishment")
        .annotate(count=Count("pk"))
        .order_by("establishment")
    )
    return {row["establishment"]: row["count"] for row in rows}


def batches(establishments: frozenset[str]) -> list[BatchLine]:
    """Return the latest batches of these establishments."""
    rows = (
        LetterBatch.objects.filter(establishment__in=establishments)
        .annotate(cancelled=Count("reminders", filter=Q(reminders__state=State.CANCELLED)))
        .order_by("-made_at", "pk")[:20]
    )
    return [
        BatchLine(
            row.pk,
            row.establishment,
            row.count,
            row.cancelled,
            row.made_at,
            row.made_by,
            row.posted_at,
            row.posted_by,
        )
        for row in rows
    ]


def batch_of(batch_id: UUID, establishments: frozenset[str]) -> LetterBatch | None:
    """Return a batch of these establishments; None when it is of another."""
    return LetterBatch.objects.filter(pk=batch_id, establishment__in=establishments).first()


def batch_pdf(batch: LetterBatch) -> bytes:
    """Return the letters of a batch that are still to leave, as one PDF."""
    place = directory.establishment(batch.establishment)
    live = batch.reminders.exclude(state=State.CANCELLED).order_by("starts_at", "pk")
    letters = [letter for reminder in live if (letter := _letter(reminder)) is not None]
    name, city = (place.name, place.city) if place is not None else (batch.establishment, "")
    return pdf_of(letters, establishment=name, place=city, made_at=batch.made_at)


def _letter(reminder: Reminder) -> Letter | None:
    try:
        row = appointments.appointment_row(reminder.appointment_id)
        known = identity.local_traits(row.local_identity_id)
    except (appointments.NoSuchAppointment, LookupError):
        return None
    told = appointments.instructions_for(row.kind_code, row.site)
    return Letter(
        address=_address(known),
        moment=row.moment_in_words,
        where=", ".join(filter(None, (row.site_name or row.establishment_name, row.place, row.city))),
        phone=french.phone(told.phone) if told.phone else "",
        link=f"{settings.PUBLIC_ADDRESS}/rappels/r/{token_of(row.id)}",
        sender=tuple(filter(None, (row.site_name, row.city))),
        parts=_parts(told),
    )


def _parts(told: appointments.Instructions) -> tuple[Part, ...]:
    parts = (
        Part("Manger et boire", (told.fasting,) if told.fasting else ()),
        Part("Vos traitements", (told.treatments,) if told.treatments else ()),
        Part("À apporter", told.bring),
        Part("Comment venir", (told.come,) if told.come else ()),
    )
    return tuple(part for part in parts if part.lines)


def _address(known: identity.LocalTraits) -> tuple[str, ...]:
    """Return the lines of an address: name, street, complement, postal code and city, in capitals as the post asks."""
    name = f"{known.first_given} {known.used_name or known.birth_name}"
    told = known.address
    city = f"{told.get('postal_code', '')} {told.get('city', '')}"
    return tuple(
        line.strip().upper() for line in (name, told.get("street", ""), told.get("other", ""), city) if line.strip()
    )
