"""What is in force, in one query, for the decision on a record."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from passerelle.care.consent.rules.restrictions import NOTHING, Chosen, Opposed, Restrictions, Whom
from passerelle.care.consent.rules.vocabulary import Level, Scope
from passerelle.core.access.api import Viewer

_IN_FORCE: Final = "person_id = ANY(%(persons)s) AND starts_at <= %(at)s AND (ends_at IS NULL OR ends_at > %(at)s)"
_QUERY: Final = f"""
SELECT person_id, 'team', level, rpps, account_id, establishment, unit, is_main_doctor
  FROM consent_careteam_period WHERE {_IN_FORCE}
UNION ALL SELECT person_id, 'opposed', scope, rpps, account_id, establishment, '', false
  FROM consent_opposition_period WHERE {_IN_FORCE}
UNION ALL SELECT person_id, 'masked', '', '', document_id, '', '', false
  FROM consent_masked_period WHERE {_IN_FORCE}
UNION ALL SELECT person_id, 'secret', '', '', item_id, '', '', false
  FROM consent_secret_period WHERE {_IN_FORCE}
UNION ALL SELECT person_id, 'protected', '', '', NULL, '', '', false
  FROM consent_protected_period WHERE {_IN_FORCE}
"""  # noqa: S608 - the pieces are the constants above
Row = tuple[Any, ...]


def restrictions_of(person_ids: Collection[UUID], *, at: datetime) -> dict[UUID, Restrictions]:
    """Return, for each of these persons, what is in force at this moment; NOTHING for who chose nothing. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, {"persons": list(person_ids), "at": at})
        rows: list[Row] = cursor.fetchall()
    told: dict[UUID, list[Row]] = {}
    for row in rows:
        told.setdefault(row[0], []).append(row[1:])
    return {person_id: _gathered(told.get(person_id, ())) for person_id in person_ids}


def _gathered(rows: Iterable[Row]) -> Restrictions:
    kept: dict[str, list[Row]] = {}
    for kind, *told in rows:
        kept.setdefault(kind, []).append(tuple(told))
    if not kept:
        return NOTHING
    return Restrictions(
        care_team=tuple(Chosen(_whom(row), Level(row[0]), row[5]) for row in kept.get("team", ())),
        oppositions=tuple(Opposed(Scope(row[0]), _whom(row)) for row in kept.get("opposed", ())),
        masked_documents=frozenset(row[2] for row in kept.get("masked", ())),
        secret_items=frozenset(row[2] for row in kept.get("secret", ())),
        is_protected="protected" in kept,
    )


def _whom(row: Row) -> Whom:
    return Whom(rpps=row[1], account_id=row[2], establishment=row[3], unit=row[4])


def those_of(viewer: Viewer) -> tuple[Whom, ...]:
    """Return what a viewer may have been chosen, or refused, as: themselves, and each place where they work."""
    oneself = Whom(rpps=viewer.professional_rpps or "", account_id=viewer.account_id)
    return (oneself, *(Whom(establishment=code) for code in sorted(viewer.establishments)))


def level_of(viewer: Viewer, person_id: UUID, *, at: datetime) -> Level | None:
    """Return the level at which this person chose the viewer or a place where they work; None when they did not."""
    return restrictions_of([person_id], at=at)[person_id].level_of(*those_of(viewer))


def is_opposed(
    person_id: UUID,
    *,
    at: datetime,
    establishment: str = "",
    rpps: str = "",
    account_id: UUID | None = None,
) -> bool:
    """Tell whether the person refuses this establishment or this professional by name, or all sharing."""
    found = restrictions_of([person_id], at=at)[person_id]
    asked = [Whom(establishment=establishment)] if establishment else []
    asked += [Whom(rpps=rpps, account_id=account_id)] if rpps or account_id else []
    return found.opposes_sharing or any(found.opposes(one) for one in asked)


def masked_documents(person_id: UUID, *, at: datetime) -> frozenset[UUID]:
    """Return the documents the person masks."""
    return restrictions_of([person_id], at=at)[person_id].masked_documents


def secret_items(person_id: UUID, *, at: datetime) -> frozenset[UUID]:
    """Return the stays, documents and appointments kept secret at the minor's request."""
    return restrictions_of([person_id], at=at)[person_id].secret_items


def protected(person_id: UUID, *, at: datetime) -> bool:
    """Tell whether the person's identity is protected."""
    return restrictions_of([person_id], at=at)[person_id].is_protected
