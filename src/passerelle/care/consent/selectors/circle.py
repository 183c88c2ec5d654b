"""Whom persons chose, who stands for whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from passerelle.care.consent.models import CareTeamMember
from passerelle.care.consent.rules.vocabulary import Level, Nature
from passerelle.core.access.api import Viewer

_HELD: Final = "starts_at <= %(at)s AND (ends_at IS NULL OR ends_at > %(at)s)"


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A member of the care team of a person, as shown and as asked; absent text is "", an absent account None."""

    id: UUID
    label: str
    rpps: str
    account_id: UUID | None
    establishment: str
    unit: str
    level: Level
    is_main_doctor: bool
    starts_at: datetime
    ends_at: datetime | None

    @property
    def is_place(self) -> bool:
        return bool(self.establishment)


@dataclass(frozen=True, slots=True)
class Representative:
    """Someone stands for someone, until a moment (None: no end is known)."""

    id: UUID
    person_id: UUID
    representative_id: UUID
    nature: Nature
    ends_at: datetime | None


def chosen_professionals(person_id: UUID, *, at: datetime) -> list[TeamMember]:
    """Return the care team in force: the main doctor first, then by name."""
    rows = CareTeamMember.objects.of(person_id).in_force(at).order_by("-is_main_doctor", "label", "id")
    return [_member(row) for row in rows]


def _member(row: CareTeamMember) -> TeamMember:
    return TeamMember(
        id=row.id,
        label=row.label,
        rpps=row.rpps,
        account_id=row.account_id,
        establishment=row.establishment,
        unit=row.unit,
        level=Level(row.level),
        is_main_doctor=row.is_main_doctor,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


def patients_who_chose(viewer: Viewer, *, at: datetime) -> list[UUID]:
    """Return the persons who chose this professional by name, the latest choice first; places do not count."""
    if viewer.account_id is None:
        return []
    return _persons(
        "SELECT person_id FROM consent_careteam_period"  # noqa: S608 - a constant of this module
        f" WHERE (account_id = %(account)s OR (rpps <> '' AND rpps = %(rpps)s)) AND {_HELD}"
        " GROUP BY person_id ORDER BY max(starts_at) DESC, person_id",
        {"account": viewer.account_id, "rpps": viewer.professional_rpps or "", "at": at},
    )


def _persons(query: str, told: dict[str, Any]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(query, told)
        return [person_id for (person_id,) in cursor.fetchall()]


def representatives(person_id: UUID, *, at: datetime) -> list[Representative]:
    """Return who stands for this person."""
    return _representations("person_id", person_id, at)


def represented(representative_id: UUID, *, at: datetime) -> list[Representative]:
    """Return for whom this person stands."""
    return _representations("representative_id", representative_id, at)


def is_representative(representative_id: UUID, person_id: UUID, *, at: datetime) -> bool:
    """Tell whether the first stands for the second at this moment."""
    return any(one.representative_id == representative_id for one in representatives(person_id, at=at))


def _representations(column: str, person_id: UUID, at: datetime) -> list[Representative]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (person_id, representative_id)"  # noqa: S608 - the column is one of two constants
            " id, person_id, representative_id, nature, ends_at FROM consent_representation_period"
            f" WHERE {column} = %(person)s AND {_HELD} ORDER BY person_id, representative_id, starts_at DESC, id",
            {"person": person_id, "at": at},
        )
        return list(_read(cursor.fetchall()))


def _read(rows: Iterable[tuple[UUID, UUID, UUID, str, datetime | None]]) -> Iterable[Representative]:
    for id_, person_id, representative_id, nature, ends_at in rows:
        yield Representative(id_, person_id, representative_id, Nature(nature), ends_at)
