"""The one access decision, asked for what this package shows and writes."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from passerelle.care.consent import api as consent
from passerelle.care.devices.models import Monitoring, Share
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Role, State, Viewer


def places_of(viewer: Viewer) -> frozenset[str]:
    """Return where the viewer gives care."""
    return viewer.establishments_as(Role.CLINICIAN)


def files_of(person_id: UUID) -> list[UUID]:
    """Return the files of a person, in every establishment."""
    return [one.id for one in identity.local_identities(person_id)]


def tie(viewer: Viewer, person_id: UUID, *, at: datetime) -> Relation:
    """Return what ties a viewer to the measures of a person.

    The team that follows a person from afar made these measures: it is their author while it follows. Nobody else of
    its establishment is more than the record says.
    """
    relation = record.relation_to(viewer, person_id, at=at)
    if relation in {Relation.SELF, Relation.REPRESENTATIVE}:
        return relation
    if places_of(viewer) and follows(places_of(viewer), files_of(person_id)):
        return Relation.AUTHOR
    if relation in {Relation.NONE, Relation.TERRITORY} and is_carer(viewer, person_id, at=at):
        return Relation.CARER
    return relation


def follows(places: Collection[str], files: Collection[UUID]) -> bool:
    """Tell whether one of these establishments follows one of these files at present."""
    return Monitoring.objects.filter(establishment__in=places, local_identity_id__in=files, until=None).exists()


def is_carer(viewer: Viewer, person_id: UUID, *, at: datetime) -> bool:
    """Tell whether the person shows their measures to this viewer."""
    if viewer.person_id is None:
        return False
    return (
        Share.objects.filter(person_id=person_id, carer_id=viewer.person_id, accepted_at__lte=at)
        .exclude(until__lte=at)
        .exists()
    )


def check(viewer: Viewer, kind: Kind, act: Act, *, person_id: UUID, target: str, at: datetime) -> Relation:
    """Decide, leave the event, and return the tie.

    Raises:
        AccessRefused: the viewer may not; shown as what does not exist.
    """
    relation = tie(viewer, person_id, at=at)
    access.check(
        viewer,
        kind,
        act,
        relation=relation,
        state=_state(person_id, at),
        target=target,
        person_id=person_id,
        at=at,
    )
    return relation


def _state(person_id: UUID, at: datetime) -> State:
    return State.PROTECTED if consent.protected(person_id, at=at) else State.NORMAL


def person_of(local_identity_id: UUID) -> UUID | None:
    """Return whose a file is; None when there is no such file."""
    return identity.persons_of([local_identity_id]).get(local_identity_id)
