from django.db.models import Q

from passerelle.core.access.api import Relation, Role, Viewer


def visible_to(viewer: Viewer) -> Q:
    """Return the messages of the establishments whose flows the viewer keeps, and those whose sender is unknown.

    The latter belong to nobody yet; whoever keeps a flow must be able to see that a sender is misconfigured.
    """
    if not viewer.has(Role.INTEGRATOR):
        return Q(pk__in=[])
    if (Role.INTEGRATOR, None) in viewer.assignments:
        return Q()
    return Q(establishment__in=[*viewer.establishments_as(Role.INTEGRATOR), ""])


def relation_to(viewer: Viewer, establishment: str) -> Relation:
    """Return what ties the viewer to the messages of an establishment; "" is an unknown sender."""
    keeps = viewer.has(Role.INTEGRATOR) if not establishment else viewer.has(Role.INTEGRATOR, establishment)
    return Relation.ESTABLISHMENT if keeps else Relation.TERRITORY


def kept_by(viewer: Viewer) -> list[str] | None:
    """Return the establishments whose messages the viewer sees, "" for unknown senders; None is the whole group."""
    if not viewer.has(Role.INTEGRATOR):
        return []
    if (Role.INTEGRATOR, None) in viewer.assignments:
        return None
    return [*sorted(viewer.establishments_as(Role.INTEGRATOR)), ""]
