"""Names of establishments, and how a viewer stands to files."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer
from passerelle.core.directory import api as directory


def names() -> dict[str, str]:
    """Return the short name of each establishment by its code."""
    return {row.code: row.short_name for row in directory.establishments(with_test=True)}


def relation_to(viewer: Viewer, establishments: Collection[str]) -> Relation:
    """Return how the viewer stands to files of these establishments."""
    return Relation.ESTABLISHMENT if viewer.establishments & set(establishments) else Relation.TERRITORY


def check_reading(
    viewer: Viewer, establishments: Collection[str], *, target: str, at: datetime, person_id: UUID | None = None
) -> None:
    """Let an officer compare files, and leave the trace.

    Raises:
        AccessRefused: the viewer may not.
    """
    access.check(
        viewer,
        Kind.IDENTITY,
        Act.READ,
        relation=relation_to(viewer, establishments),
        target=target,
        person_id=person_id,
        at=at,
    )
