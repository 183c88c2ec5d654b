from dataclasses import dataclass
from uuid import UUID

from passerelle.care.identity import api as identity
from passerelle.care.reminders.models import ReachChoice, SmsConsent
from passerelle.core.notify import api as notify


@dataclass(frozen=True, slots=True)
class MyReach:
    """What a person chose, or what hospitals say; `phone` and `address` are what they know, shown by their end."""

    sms: bool
    email: bool
    phone: str
    address: str
    has_stopped: bool


def my_reach(person_id: UUID) -> MyReach:
    """Return how this person is reminded today."""
    choice = ReachChoice.objects.filter(person_id=person_id).first()
    files = [one.id for one in identity.local_identities(person_id)]
    said = SmsConsent.objects.filter(local_identity_id__in=files, accepts=True).exists()
    known = identity.traits(person_id)
    return MyReach(
        sms=said if choice is None or choice.sms is None else choice.sms,
        email=True if choice is None or choice.email is None else choice.email,
        phone=_ending(known.phone),
        address=_ending(known.email),
        has_stopped=bool(known.phone) and notify.has_stopped(known.phone),
    )


def _ending(recipient: str) -> str:
    return notify.ending_of(recipient) if recipient else ""
