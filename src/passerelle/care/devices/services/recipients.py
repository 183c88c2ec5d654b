"""Who is told of alerts, line by line; the past keeps who was."""

from datetime import datetime

from passerelle.care.devices.models import Recipient
from passerelle.care.devices.selectors import guarding
from passerelle.care.devices.services.refusals import AccessRefused
from passerelle.core.access.api import Viewer


def add_recipient(  # noqa: PLR0913 - the fields of a form, each named at the call
    *, establishment: str, line: str, label: str, channel: str, address: str, by: Viewer, at: datetime
) -> Recipient:
    """Put an address on a line of an establishment of the viewer.

    Raises:
        AccessRefused: it is another establishment.
    """
    if establishment not in guarding.places_of(by):
        raise AccessRefused
    return Recipient.objects.create(
        establishment=establishment,
        line=line,
        label=label,
        channel=channel,
        address=address,
        by_name=by.name,
        added_at=at,
    )


def remove_recipient(*, recipient_id: int, by: Viewer, at: datetime) -> None:
    """Take an address off its line.

    Raises:
        AccessRefused: it is of another establishment.
    """
    places = guarding.places_of(by)
    changed = Recipient.objects.filter(pk=recipient_id, establishment__in=places, removed_at=None).update(removed_at=at)
    if not changed:
        raise AccessRefused
