"""Who is ready, for a viewer: per establishment, day and service, with what is missing and whom to remind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.preadmission.models import Piece, Preadmission
from passerelle.care.preadmission.rules.vocabulary import OF_IDENTITY, Judgement, State
from passerelle.care.preadmission.selectors.finding import rows_of
from passerelle.care.preadmission.selectors.places import places_of
from passerelle.care.preadmission.selectors.rows import PreadmissionRow
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer

#: Those who come within this time and are not ready are to be reminded.
REMIND_WITHIN: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ReadyRow:
    """A coming in the list: the person as the desk knows them, and how to reach them."""

    row: PreadmissionRow
    name: str
    birth_date: date | None
    phone: str
    email: str
    is_to_remind: bool

    @property
    def theirs(self) -> list[str]:
        """Return what the person still gives."""
        return [one.text for one in self.row.lacks if not one.is_ours]

    @property
    def ours(self) -> list[str]:
        """Return what the hospital still checks."""
        return [one.text for one in self.row.lacks if one.is_ours]

    @property
    def is_unsent(self) -> bool:
        """Tell a file that is whole, and waits to be sent."""
        return self.row.state is State.OPEN and not self.theirs


def ready_list(
    viewer: Viewer, establishment: str, day: date, *, days: int = 1, service: str = "", at: datetime
) -> list[ReadyRow]:
    """Return the comings of an establishment over `days` days from `day`, by hour; empty when it is not the viewer's.

    A protected identity is left out for who may not know of it. `service` keeps those whose service holds these words.
    """
    if establishment not in places_of(viewer, Act.SEARCH):
        return []
    start = timezone.make_aware(datetime.combine(day, time()))
    end = timezone.make_aware(datetime.combine(day + timedelta(days=days), time()))
    found = Preadmission.objects.awaited().filter(establishment=establishment).between(start, end)
    if service:
        found = found.filter(service__icontains=service)
    return _shown(viewer, rows_of(found), at)


def to_remind(establishment: str, *, at: datetime) -> list[PreadmissionRow]:
    """Return the comings of the next days to which the person still owes something. For who reminds: a machine's."""
    found = Preadmission.objects.awaited().filter(establishment=establishment).between(at, at + REMIND_WITHIN)
    return [one for one in rows_of(found) if _owes(one)]


def _owes(row: PreadmissionRow) -> bool:
    return row.state is State.OPEN or any(not one.is_ours for one in row.lacks)


def _shown(viewer: Viewer, rows: Sequence[PreadmissionRow], at: datetime) -> list[ReadyRow]:
    persons = [one.person_id for one in rows]
    traits, decided = identity.traits_of_many(persons), consent.restrictions_of(persons, at=at)
    shown = []
    for one in rows:
        who = traits.get(one.person_id)
        state = access.State.PROTECTED if decided[one.person_id].is_protected else access.State.NORMAL
        if who is None or not access.allowed(
            viewer, Kind.PREADMISSION, Act.SEARCH, relation=Relation.ESTABLISHMENT, state=state
        ):
            continue
        is_soon = at <= one.starts_at < at + REMIND_WITHIN
        shown.append(ReadyRow(one, who.display_name, who.birth_date, who.phone, who.email, is_soon and _owes(one)))
    return shown


@dataclass(frozen=True, slots=True)
class PieceToCompare:
    """A coming whose proof of identity waits for an officer."""

    piece_id: UUID
    row: PreadmissionRow
    name: str


def pieces_to_compare(viewer: Viewer, *, at: datetime) -> list[PieceToCompare]:
    """Return the proofs of identity to compare at the establishments of a viewer, the next coming first."""
    waiting = Piece.objects.filter(
        judgement=Judgement.WAITING.value,
        kind__in=[one.value for one in OF_IDENTITY],
        preadmission__establishment__in=viewer.establishments_as(access.Role.IDENTITY_OFFICER),
        preadmission__starts_at__gte=at - timedelta(days=1),
    ).exclude(preadmission__state=State.OFF.value)
    rows = rows_of(Preadmission.objects.filter(pk__in=waiting.values("preadmission_id")))
    names = identity.traits_of_many([one.person_id for one in rows])
    return [
        PieceToCompare(piece.id, row, names[row.person_id].display_name)
        for row in rows
        for piece in row.pieces[:1] or ()
        if row.person_id in names and piece.kind in OF_IDENTITY
    ]
