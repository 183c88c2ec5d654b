"""The names a page of a record needs, in one query."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import connection

_NAMES: Final = """
    SELECT code, '', name, short_name FROM directory_establishment WHERE absent_since IS NULL
    UNION ALL
    SELECT unit.establishment_id, unit.code, site.name, ''
    FROM directory_unit unit JOIN directory_site site ON site.code = unit.site_id
    WHERE unit.absent_since IS NULL AND site.absent_since IS NULL
"""


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """Names of establishments by code, the test one included, and of the site of each unit by (establishment, unit)."""

    establishments: Mapping[str, str]
    short_names: Mapping[str, str]
    sites: Mapping[tuple[str, str], str]


def place_names() -> PlaceNames:
    """Return the names of the territory as it is now."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES)
        rows = cursor.fetchall()
    return PlaceNames(
        establishments={code: name for code, unit, name, _ in rows if not unit},
        short_names={code: short for code, unit, _, short in rows if not unit},
        sites={(code, unit): name for code, unit, name, _ in rows if unit},
    )
