"""Read a message again as its channel declares it now: a mapping that was mended serves what waits for it."""

from passerelle.care.channels import api as channels
from passerelle.care.exchange.models import Message
from passerelle.protocols import hl7v2
from passerelle.protocols.hl7v2 import Hl7Error


def current_form(message: Message) -> bytes | None:
    """Return the form to read now; that of before for what is no HL7 message, or when the mapping cannot be done.

    The lane stays the one of its arrival: an order that was given is not changed.
    """
    before = None if message.form is None else bytes(message.form)
    channel = channels.channel(message.channel) if message.channel else None
    if channel is None:
        return before
    try:
        came = hl7v2.parse(bytes(message.raw))
        read = channels.apply_mapping(channel, came)
    except Hl7Error:
        return before
    return None if read is came else read.to_bytes()
