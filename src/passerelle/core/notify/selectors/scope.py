from django.db.models import Q

from passerelle.core.access.api import Relation, Role, Viewer


def messages_of(viewer: Viewer) -> Q:
    """Return the condition of the messages of the establishments whose flows the viewer keeps."""
    if keeps_all(viewer):
        return Q()
    return Q(establishment__in=sorted(viewer.establishments_as(Role.INTEGRATOR)))


def keeps_all(viewer: Viewer) -> bool:
    """Tell whether the viewer keeps the flows of the whole group: gateways are its own."""
    return (Role.INTEGRATOR, None) in viewer.assignments


def relation_to(viewer: Viewer, establishment: str) -> Relation:
    """Return what ties the viewer to the messages of an establishment; an empty one is the group."""
    keeps = keeps_all(viewer) or (bool(establishment) and viewer.has(Role.INTEGRATOR, establishment))
    return Relation.ESTABLISHMENT if keeps else Relation.TERRITORY
