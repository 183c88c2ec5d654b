"""What a viewer is to a person."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.core.access import api as access
from passerelle.core.access.api import Relation, Role, Viewer
from passerelle.core.parameters.api import legal


def relation_to(viewer: Viewer, person_id: UUID, *, at: datetime) -> Relation:
    """Return what the viewer is to this person: self, treating, chosen, emergency, establishment, territory or none.

    Treating: an establishment of the viewer has, had not long ago (a legal parameter), or plans a stay of the person.
    Chosen: the person has chosen this town doctor. Establishment: it knows the person without a stay. Territory: any
    other professional of the group.
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
    is_treating = bool(local) and _has_stay(local, here, at)
    # Caring for someone at the hospital opens more than being their town doctor; other trades are first of all chosen.
    if is_treating and viewer.has(Role.CLINICIAN):
        return Relation.TREATING
    if viewer.has(Role.TOWN_DOCTOR) and consent.level_of(viewer, person_id, at=at) is not None:
        return Relation.CHOSEN
    if is_treating:
        return Relation.TREATING
    return _without_care(viewer, person_id, at=at, is_known_here=bool(local))


def _without_care(viewer: Viewer, person_id: UUID, *, at: datetime, is_known_here: bool) -> Relation:
    if access.has_emergency_access(viewer, person_id, at=at):
        return Relation.EMERGENCY
    if is_known_here:
        return Relation.ESTABLISHMENT
    is_professional = bool(viewer.roles - {Role.PATIENT})
    return Relation.TERRITORY if is_professional else Relation.NONE


def treating_since(at: datetime) -> datetime:
    """Return the moment after which a stay must have ended, if it has, to make a care team still."""
    return at - timedelta(days=legal("access.treating_days_after_stay", timezone.localdate(at)).as_int)


def workplaces(viewer: Viewer) -> frozenset[str]:
    """Return where the viewer gives care, or else where they work."""
    return viewer.establishments_as(Role.CLINICIAN) or viewer.establishments


def _has_stay(local_identity_ids: list[UUID], establishments: frozenset[str], at: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM record_resource WHERE local_identity_id = ANY(%s) AND type = 'Encounter'"
            " AND NOT deleted AND establishment = ANY(%s) AND status <> ALL(%s)"
            " AND coalesce(date_end, 'infinity') > %s)",
            [local_identity_ids, sorted(establishments), ["cancelled", "entered-in-error"], treating_since(at)],
        )
        return bool(cursor.fetchone()[0])
