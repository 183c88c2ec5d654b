"""What the desk sees of the door of a patient space."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.identity import api as identity
from passerelle.care.patientspace.models import Invitation
from passerelle.care.patientspace.services.invitations import keeper_of
from passerelle.core.access import api as access
from passerelle.core.access.api import Viewer


@dataclass(frozen=True, slots=True)
class DoorState:
    """A person at the desk: whether they have a space, and the invitation that is under way."""

    traits: identity.PersonTraits
    has_space: bool
    pending: Invitation | None


def door_of(viewer: Viewer, person_id: UUID, *, at: datetime) -> DoorState:
    """Return where a person is with their space.

    Raises:
        AccessRefused: this viewer does not keep this identity.
    """
    keeper_of(viewer, person_id, at=at)
    return DoorState(
        identity.traits(person_id),
        access.account_of_person(person_id) is not None,
        Invitation.objects.live(at).filter(person_id=person_id).first(),
    )
