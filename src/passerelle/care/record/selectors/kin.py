"""The other files of the persons whose Patients are shown."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from passerelle.care.exchange.api import ask

_OTHERS: Final = """
    SELECT mine.local_identity_id, array_agg(other.local_identity_id ORDER BY other.local_identity_id)
    FROM identity_membership mine
    JOIN identity_membership other ON other.person_id = mine.person_id AND other.until IS NULL
        AND other.local_identity_id <> mine.local_identity_id
    JOIN identity_localidentity file ON file.id = other.local_identity_id AND file.superseded_by_id IS NULL
    WHERE mine.local_identity_id = ANY(%s::uuid[]) AND mine.until IS NULL
    GROUP BY mine.local_identity_id
"""


def other_files(local_identity_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Return, for each file whose person has others, those in force; one query."""
    asked = list(local_identity_ids)
    return dict(ask(_OTHERS, [asked]).fetchall()) if asked else {}
