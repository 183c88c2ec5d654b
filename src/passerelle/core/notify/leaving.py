"""The way out of mails: an address that only its holder was given, by which they stop or come back."""

from typing import Final

from django.conf import settings
from django.core import signing
from django.urls import reverse

_SALT: Final = "passerelle.notify.stop"


def stop_address(recipient: str) -> str:
    """Return the address of the page where the holder of this mail address stops receiving."""
    return f"{settings.PUBLIC_ADDRESS}{reverse('notify:leave', args=[signing.dumps(recipient, salt=_SALT)])}"


def recipient_of(token: str) -> str | None:
    """Return whose token it is; None when it is not one of ours."""
    try:
        return str(signing.loads(token, salt=_SALT))
    except signing.BadSignature:
        return None
