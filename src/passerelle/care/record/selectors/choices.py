"""What a patient chose about the national record."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from passerelle.care.record.models import DmpChoice


def dmp_choices(local_identity_ids: Sequence[UUID]) -> dict[str, tuple[bool, datetime]]:
    """Return, by subject (feeding, consultation), the latest choice and when it was collected.

    A machine read: without a viewer, for routing and for the pages that have asked the access decision.
    """
    found = (
        DmpChoice.objects.filter(local_identity_id__in=local_identity_ids)
        .order_by("subject", "-collected_at", "is_permitted")
        .distinct("subject")
    )
    return {one.subject: (one.is_permitted, one.collected_at) for one in found}
