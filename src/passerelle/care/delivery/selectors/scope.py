from django.db.models import Q

from passerelle.care.channels.api import Destination
from passerelle.core.access.api import Relation, Role, Viewer


def items_of(viewer: Viewer) -> Q:
    """Return the items of the establishments whose flows the viewer keeps."""
    return items_of_establishments(kept_by(viewer))


def items_of_establishments(kept: list[str] | None) -> Q:
    """Return the items of these establishments; None is the whole group."""
    return Q() if kept is None else Q(establishment__in=kept)


def kept_by(viewer: Viewer) -> list[str] | None:
    """Return the establishments whose items the viewer sees; None is the whole group."""
    if not viewer.has(Role.INTEGRATOR):
        return []
    return None if keeps_all(viewer) else sorted(viewer.establishments_as(Role.INTEGRATOR))


def keeps_all(viewer: Viewer) -> bool:
    """Tell whether the viewer keeps the flows of the whole group."""
    return (Role.INTEGRATOR, None) in viewer.assignments


def sees(viewer: Viewer, destination: Destination) -> bool:
    """Tell whether a destination concerns the viewer: one of the group concerns whoever keeps a flow."""
    if not viewer.has(Role.INTEGRATOR):
        return False
    owner = destination.establishment
    return owner is None or keeps_all(viewer) or viewer.has(Role.INTEGRATOR, owner)


def relation_to_item(viewer: Viewer, establishment: str) -> Relation:
    """Return what ties the viewer to the items of an establishment."""
    keeps = keeps_all(viewer) or (bool(establishment) and viewer.has(Role.INTEGRATOR, establishment))
    return Relation.ESTABLISHMENT if keeps else Relation.TERRITORY


def relation_to_destination(viewer: Viewer, owner: str | None) -> Relation:
    """Return what ties the viewer to a destination; one of the group belongs to whoever keeps the whole group."""
    keeps = keeps_all(viewer) or (owner is not None and viewer.has(Role.INTEGRATOR, owner))
    return Relation.ESTABLISHMENT if keeps else Relation.TERRITORY
