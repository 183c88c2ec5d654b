"""To whom a patient may write: the open teams of the places that know them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.appointments import api as appointments
from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.messaging.models import Team
from passerelle.care.messaging.rules.clock import delay_in_words
from passerelle.care.record import api as record
from passerelle.core.directory import api as directory


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team one may write to, with its promise in words."""

    id: UUID
    name: str
    establishment_name: str
    about: str
    delay: str


def teams_for(who: consent.Acting, *, at: datetime) -> list[TeamRow]:
    """Return the teams that know a person, by hospital then by name: a stay there, or an appointment to come."""
    places, units = _known(who, at)
    found = Team.objects.filter(is_open=True, establishment__in=places).order_by("establishment", "name", "id")
    return [_row(team) for team in found if _fits(team, units)]


def knows(team: Team, who: consent.Acting, *, at: datetime) -> bool:
    """Tell whether a team knows a person."""
    places, units = _known(who, at)
    return team.establishment in places and _fits(team, units)


def file_at(person_id: UUID, establishment: str) -> UUID | None:
    """Return the file of a person at an establishment: the current one, None when it has none."""
    held = [one for one in identity.local_identities(person_id) if one.establishment == establishment]
    current = [one for one in held if one.superseded_by is None]
    return (current or held)[0].id if held else None


def _known(who: consent.Acting, at: datetime) -> tuple[frozenset[str], frozenset[str]]:
    stays = record.stays(who.viewer, who.person_id, at=at)
    coming = appointments.upcoming(who.viewer, who.person_id, at)
    places = {stay.establishment for stay in stays} | {one.establishment for one in coming}
    units = {stay.unit_label for stay in stays} | {place.unit_label for stay in stays for place in stay.locations}
    return frozenset(places), frozenset(units)


def _fits(team: Team, units: Collection[str]) -> bool:
    return not team.unit_label or team.unit_label in units


def _row(team: Team) -> TeamRow:
    place = directory.establishment(team.establishment)
    return TeamRow(
        team.pk,
        team.name,
        place.name if place else team.establishment,
        team.about,
        delay_in_words(team.answers_within_hours),
    )
