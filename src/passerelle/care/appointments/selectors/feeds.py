"""What calendars are told: for one appointment, or by a feed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from passerelle.care.appointments.models import Booking, FeedToken
from passerelle.care.appointments.rules.calendars import Entry
from passerelle.care.appointments.rules.vocabulary import State
from passerelle.care.appointments.selectors.bookings import rows_of
from passerelle.care.appointments.selectors.people import particular
from passerelle.care.appointments.selectors.rows import AppointmentRow
from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.core.access import api as access
from passerelle.core.access.api import State as Particular

_PAST = timedelta(days=90)
_HIDDEN = (State.HELD.value, State.RELEASED.value)


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed of an account: never its secret."""

    id: UUID
    made_at: datetime
    read_at: datetime | None
    shows_place: bool


def feed_of(account_id: UUID | None, person_id: UUID) -> FeedRow | None:
    """Return the feed this account has for a person, None without."""
    if account_id is None:
        return None
    row = FeedToken.objects.filter(account_id=account_id, person_id=person_id, revoked_at=None).first()
    return FeedRow(row.pk, row.made_at, row.read_at, row.shows_place) if row else None


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed tells at a moment."""

    id: UUID
    entries: tuple[Entry, ...]


def feed_by_digest(digest: str, *, at: datetime) -> Feed | None:
    """Return what the feed of this digest tells now; None when it is unknown, revoked, or its right is over.

    A representative's feed ends with the representation, and tells nothing that the minor keeps secret.
    """
    token = FeedToken.objects.filter(digest=digest, revoked_at=None).first()
    if token is None:
        return None
    owner = access.Account.objects.filter(pk=token.account_id, is_active=True).first()
    if owner is None or owner.person_id is None:
        return None
    with access.as_machine():
        is_self = owner.person_id == token.person_id
        if not is_self and not consent.is_representative(owner.person_id, token.person_id, at=at):
            return None
        restrictions = consent.restrictions_of([token.person_id], at=at)[token.person_id]
    files = [one.id for one in identity.local_identities(token.person_id)]
    bookings = Booking.objects.of(*files).filter(starts_at__gte=at - _PAST).exclude(state__in=_HIDDEN)
    held = list(bookings.select_related("agenda", "kind").order_by("starts_at", "id"))
    seen = [one for one in held if is_self or particular(one.pk, restrictions) is not Particular.MINOR_SECRET]
    changed = {one.pk: one.changed_at for one in seen}
    entries = (entry_of(row, changed[row.id], shows_place=token.shows_place) for row in rows_of(seen))
    return Feed(token.pk, tuple(entries))


def entry_of(row: AppointmentRow, changed_at: datetime, *, shows_place: bool = True) -> Entry:
    """Return what a calendar is told of an appointment: the site at most, never the unit, the doctor or the kind."""
    place = ", ".join(part for part in (row.site_name or row.establishment_name, row.city) if part)
    return Entry(
        id=row.id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        version=row.version,
        changed_at=changed_at,
        place=place if shows_place else "",
        is_off=row.state is State.CANCELLED,
    )


def changed_at(appointment_id: UUID) -> datetime:
    """Return when an appointment changed last."""
    found: datetime = Booking.objects.values_list("changed_at", flat=True).get(pk=appointment_id)
    return found
