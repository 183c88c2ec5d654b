"""The one access decision, asked for what this package writes and shows."""

from datetime import datetime
from uuid import UUID

from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Role, Viewer


def tie(viewer: Viewer, person_id: UUID, establishment: str, *, at: datetime) -> Relation:
    """Return what ties a viewer to what an establishment made for a person: its team authored it."""
    relation = record.relation_to(viewer, person_id, at=at)
    if relation in {Relation.TREATING, Relation.EMERGENCY} and establishment in viewer.establishments_as(
        Role.CLINICIAN
    ):
        return Relation.AUTHOR
    return relation


def check(  # noqa: PLR0913 - the words of the decision, each named at the call
    viewer: Viewer,
    kind: Kind,
    act: Act,
    *,
    person_id: UUID,
    establishment: str,
    target: str,
    at: datetime,
    is_author: bool = False,
) -> None:
    """Decide and leave the trace. `is_author`: a town doctor made it, and counts so while the patient chooses them.

    Raises:
        AccessRefused: the viewer may not; shown as what does not exist.
    """
    relation = tie(viewer, person_id, establishment, at=at)
    if is_author and relation is Relation.CHOSEN:
        relation = Relation.AUTHOR
    access.check(viewer, kind, act, relation=relation, target=target, person_id=person_id, at=at)
