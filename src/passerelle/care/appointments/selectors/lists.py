"""The waiting list as pages show it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.appointments.models import Offer, WaitingEntry
from passerelle.care.appointments.rules.vocabulary import Answer, Standing
from passerelle.care.appointments.selectors.bookings import rows_of
from passerelle.care.appointments.selectors.rows import AppointmentRow
from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A place offered: `place` is the booking kept, `instead_of` the one it would take the place of."""

    id: UUID
    entry_id: UUID
    place: AppointmentRow
    instead_of: AppointmentRow | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """An entry of the list; `rank` counts from 1 among those who wait for this kind here."""

    id: UUID
    rank: int
    establishment: str
    kind_label: str
    agenda_name: str
    person_id: UUID | None
    person_name: str
    phone: str
    joined_at: datetime
    joined_by: str
    standing: Standing
    booking_id: UUID | None
    booked_at: datetime | None
    offered_at: datetime | None
    offer_until: datetime | None
    refusals: int


_ON_LIST = (Standing.WAITING.value, Standing.OFFERED.value)


def offers_of(person_id: UUID, *, at: datetime) -> list[OfferRow]:
    """Return the places offered to a person now, the first to lapse first."""
    files = [one.id for one in identity.local_identities(person_id)]
    offers = list(
        Offer.objects.filter(answer=Answer.NONE.value, expires_at__gt=at, entry__local_identity_id__in=files)
        .select_related("entry", "entry__booking", "entry__booking__agenda", "entry__booking__kind")
        .select_related("hold", "hold__agenda", "hold__kind")
        .order_by("expires_at", "id")
    )
    if not offers:
        return []
    held = rows_of([one.hold for one in offers])
    before = {row.id: row for row in rows_of([one.entry.booking for one in offers if one.entry.booking])}
    return [
        OfferRow(
            one.pk,
            one.entry_id,
            place,
            before.get(one.entry.booking_id) if one.entry.booking_id else None,
            one.expires_at,
        )
        for one, place in zip(offers, held, strict=True)
    ]


def waited_for(person_id: UUID) -> dict[UUID, UUID]:
    """Return the entry of each appointment a person would bring forward."""
    files = [one.id for one in identity.local_identities(person_id)]
    rows = WaitingEntry.objects.filter(local_identity_id__in=files, standing__in=_ON_LIST).exclude(booking=None)
    return dict(rows.values_list("booking_id", "pk"))


def waiting_list(establishments: frozenset[str], *, at: datetime, hides: bool = True) -> list[WaitingRow]:
    """Return who waits at these establishments, by kind then in the order of the list.

    `hides`: a protected identity is not told.
    """
    entries = list(
        WaitingEntry.objects.filter(establishment__in=establishments, standing__in=_ON_LIST)
        .select_related("kind", "agenda", "booking")
        .prefetch_related("offers")
        .order_by("establishment", "kind__label", "joined_at", "id")
    )
    files = {one.local_identity_id for one in entries}
    traits, persons = identity.traits_by_file(files), identity.persons_of(files)
    told = consent.restrictions_of(set(persons.values()), at=at) if persons and hides else {}
    hidden = {one for one, its in told.items() if its.is_protected}
    ranks: dict[tuple[str, str], int] = {}
    found = []
    for one in entries:
        key = (one.establishment, one.kind_id)
        ranks[key] = ranks.get(key, 0) + 1
        who = None if persons.get(one.local_identity_id) in hidden else traits.get(one.local_identity_id)
        current = next((offer for offer in one.offers.all() if offer.answer == Answer.NONE.value), None)
        found.append(
            WaitingRow(
                id=one.pk,
                rank=ranks[key],
                establishment=one.establishment,
                kind_label=one.kind.label,
                agenda_name=one.agenda.name if one.agenda else "",
                person_id=persons.get(one.local_identity_id),
                person_name=f"{(who.used_name or who.birth_name).upper()} {who.first_given}"
                if who
                else "Identité protégée",
                phone=who.phone if who else "",
                joined_at=one.joined_at,
                joined_by=one.joined_by,
                standing=Standing(one.standing),
                booking_id=one.booking_id,
                booked_at=one.booking.starts_at if one.booking else None,
                offered_at=current.offered_at if current else None,
                offer_until=current.expires_at if current else None,
                refusals=sum(offer.answer == Answer.REFUSED.value for offer in one.offers.all()),
            )
        )
    return found
