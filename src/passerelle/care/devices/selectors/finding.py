"""Somebody to follow, a device to lend."""

from datetime import datetime
from uuid import UUID

from passerelle.care.devices.models import Device
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.rules.words import DeviceState
from passerelle.care.devices.selectors import guarding
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer

_MOST = 10


def to_follow(viewer: Viewer, text: str, *, at: datetime) -> list[identity.PersonRow]:
    """Return persons known at the viewer's establishments; the search leaves its event."""
    places = guarding.places_of(viewer)
    access.check(viewer, Kind.PATIENT, Act.SEARCH, relation=Relation.ESTABLISHMENT, target="devices:people", at=at)
    return identity.search_people(text, establishments=places, limit=_MOST)


def check_may_follow(viewer: Viewer, person_id: UUID, *, at: datetime) -> None:
    """Refuse who does not give care to a person now.

    Raises:
        AccessRefused: neither treating nor in an emergency.
    """
    relation = record.relation_to(viewer, person_id, at=at)
    access.check(
        viewer, Kind.PATIENT, Act.READ, relation=relation, target=f"monitoring:{person_id}", person_id=person_id, at=at
    )


def ready_devices(viewer: Viewer) -> list[tuple[str, str]]:
    """Return the devices that may be lent, as choices of a form."""
    rows = Device.objects.filter(
        establishment__in=guarding.places_of(viewer), state=DeviceState.AVAILABLE.value
    ).order_by("model_code", "serial", "pk")
    return [(str(one.pk), f"{catalogue().models[one.model_code].label}, n° {one.serial}") for one in rows]
