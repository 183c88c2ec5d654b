"""What a viewer is to a person."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection

from passerelle.care.identity import api as identity
from passerelle.care.record.rules.visibility import TREATING_AFTER
from passerelle.core.access import api as access
from passerelle.core.access.api import Relation, Role, Viewer


def relation_to(viewer: Viewer, person_id: UUID, *, at: datetime) -> Relation:
    """Return what the viewer is to this person: self, treating, emergency, establishment, territory or none.

    Treating: an establishment of the viewer has, had within a year, or plans a stay of the person. Establishment: it
    knows the person without one. Territory: any other professional of the group.
    """
    return relation_with(viewer, person_id, identity.local_identities(person_id), at=at)


def relation_with(
    viewer: Viewer, person_id: UUID, known: Iterable[identity.LocalIdentityRef], *, at: datetime
) -> Relation:
    """Return what the viewer is to a person whose local identities are at hand."""
    if viewer.person_id is not None and viewer.person_id == person_id:
        return Relation.SELF
    here = workplaces(viewer)
    local = [one.id for one in known if one.establishment in here]
    if local and _has_stay(local, here, at):
        return Relation.TREATING
    if access.has_emergency_access(viewer, person_id, at=at):
        return Relation.EMERGENCY
    if local:
        return Relation.ESTABLISHMENT
    is_professional = bool(viewer.roles - {Role.PATIENT})
    return Relation.TERRITORY if is_professional else Relation.NONE


def workplaces(viewer: Viewer) -> frozenset[str]:
    """Return where the viewer gives care, or else where they work."""
    return viewer.establishments_as(Role.CLINICIAN) or viewer.establishments


def _has_stay(local_identity_ids: list[UUID], establishments: frozenset[str], at: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM record_resource WHERE local_identity_id = ANY(%s) AND type = 'Encounter'"
            " AND NOT deleted AND establishment = ANY(%s) AND status <> ALL(%s)"
            " AND coalesce(date_end, 'infinity') > %s)",
            [local_identity_ids, sorted(establishments), ["cancelled", "entered-in-error"], at - TREATING_AFTER],
        )
        return bool(cursor.fetchone()[0])
