"""What the declaration of a destination says of the manner to send to it."""

from passerelle.care.channels.api import Destination
from passerelle.care.delivery.rules.addressing import Address
from passerelle.care.delivery.rules.circuit import Policy

_FAILURES_TO_OPEN = 5
_NEVER_GIVES_UP = 1_000_000
#: A file of the same name is the same file, and a conditional creation is made once: sending again costs nothing.
_IDEMPOTENT_KINDS = frozenset({"file", "fhir", "resthook"})


def is_idempotent(destination: Destination) -> bool:
    """Tell whether the same item may be sent twice for one effect; for MLLP, that the receiver compares MSH-10."""
    return bool(destination.transport.options.get("idempotent", destination.transport.kind in _IDEMPOTENT_KINDS))


def policy_of(destination: Destination) -> Policy:
    """Return the patience that the declaration asks for."""
    retry = destination.retry
    return Policy(
        first_delay_s=retry.first_seconds,
        longest_delay_s=retry.longest_seconds,
        failures_to_open=_FAILURES_TO_OPEN,
        most_attempts=retry.attempts or _NEVER_GIVES_UP,
    )


def address_of(destination: Destination) -> Address:
    """Return the envelope of the messages that go there."""
    options = destination.transport.options
    return Address(
        application=str(options.get("receiving_application", "")),
        facility=str(options.get("receiving_facility", "")),
        is_enhanced=bool(options.get("enhanced", False)),
        sending_facility=str(options.get("sending_facility", "")),
    )
