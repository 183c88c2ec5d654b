"""Who held which device, and when."""

from collections.abc import Collection
from uuid import UUID

from passerelle.care.devices.models import Pairing
from passerelle.care.devices.rules.holding import Held


def turns_of(device_ids: Collection[UUID]) -> dict[UUID, list[Held]]:
    """Return the turns of each device, oldest first; one query."""
    found: dict[UUID, list[Held]] = {}
    for row in Pairing.objects.filter(device_id__in=device_ids).order_by("since", "pk"):
        turn = Held(row.pk, row.local_identity_id, row.establishment, row.since, row.until)
        found.setdefault(row.device_id, []).append(turn)
    return found
