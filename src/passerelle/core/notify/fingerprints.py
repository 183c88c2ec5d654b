"""A number or an address is found again by its keyed fingerprint, also when it is no longer kept."""

from django.utils.crypto import salted_hmac


def fingerprint(recipient: str) -> str:
    """Return the fingerprint of a number in E.164, or of an address; the key is that of this installation."""
    return salted_hmac("passerelle.notify.recipient", recipient.strip().lower(), algorithm="sha256").hexdigest()
