"""The short address of a reminder: random enough not to be guessed, the same for all reminders of an appointment."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from passerelle.care.appointments import api as appointments
from passerelle.care.appointments.api import AppointmentRow
from passerelle.care.identity import api as identity
from passerelle.care.reminders.models import Link

#: Digits and consonants: no word can be read in a token, and nothing is mistaken for something else.
_ALPHABET: Final = "23456789BCDFGHJKMNPQRSTVWXZ"
_LENGTH: Final = 12
_AFTER: Final = timedelta(days=1)
_TRIALS: Final = 5
_CLOSED: Final = timedelta(minutes=30)


class WrongDate(Exception):
    """Cette date n’est pas celle que connaît l’établissement. Vérifiez le jour, le mois et l’année."""


class Closed(Exception):
    """Trop d’essais. Attendez une demi-heure, ou appelez l’établissement."""


def token_of(appointment_id: UUID) -> str:
    """Return the token of an appointment: 57 bits drawn from the key of this installation."""
    drawn = int.from_bytes(salted_hmac("passerelle.reminders.link", str(appointment_id), algorithm="sha256").digest())
    letters = []
    for _ in range(_LENGTH):
        drawn, rank = divmod(drawn, len(_ALPHABET))
        letters.append(_ALPHABET[rank])
    return "".join(letters)


def digest_of(token: str) -> str:
    """Return the fingerprint of a token."""
    return hashlib.sha256(token.upper().encode()).hexdigest()


@transaction.atomic
def keep_links(rows: Iterable[AppointmentRow], *, at: datetime) -> Mapping[UUID, str]:
    """Make sure that these appointments have their link; return the tokens. A later date makes it serve longer."""
    tokens = {row.id: token_of(row.id) for row in rows}
    Link.objects.bulk_create(
        [
            Link(digest=digest_of(tokens[row.id]), appointment_id=row.id, made_at=at, ends_at=row.ends_at + _AFTER)
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["digest"],
        update_fields=["ends_at"],
        batch_size=2000,
    )
    return tokens


def appointment_of(token: str, *, at: datetime) -> UUID | None:
    """Return the appointment of a token; None when there is none, or it no longer serves."""
    found = Link.objects.filter(digest=digest_of(token), ends_at__gt=at).values_list("appointment_id", flat=True)
    return found.first()


def open_link(*, token: str, birth_date: date, at: datetime) -> UUID:
    """Open what a link leads to for who knows the birth date; return the appointment.

    Raises:
        Closed: too many wrong dates were given.
        WrongDate: it is not the patient's, or the link leads nowhere.
    """
    with transaction.atomic():
        link = Link.objects.select_for_update(of=("self",)).filter(digest=digest_of(token), ends_at__gt=at).first()
        if link is None:
            raise WrongDate
        if link.closed_until is not None and link.closed_until > at:
            raise Closed
        is_right = _born(link.appointment_id) == birth_date
        if is_right:
            link.failures, link.opened_at = 0, link.opened_at or at
        else:
            link.failures += 1
            link.closed_until = at + _CLOSED if link.failures % _TRIALS == 0 else None
        link.save(update_fields=["failures", "closed_until", "opened_at"])
    if not is_right:
        raise WrongDate
    return link.appointment_id


def _born(appointment_id: UUID) -> date | None:
    row = appointments.appointment_row(appointment_id)
    try:
        return identity.local_traits(row.local_identity_id).birth_date
    except LookupError:
        return None
