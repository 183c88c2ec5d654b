"""Judge bytes as if they had just come by the door of a message that did."""

import uuid
from datetime import datetime

from passerelle.care.channels import api as channels
from passerelle.care.exchange.models import Message
from passerelle.care.exchange.rules.entering import Arrival
from passerelle.care.exchange.rules.verdict import Draft
from passerelle.care.exchange.services.receiving import house, judged

_DOOR = "console"


def judged_again(raw: bytes, original: Message, at: datetime) -> Draft:
    """Return what would be stored; nothing is.

    The channel is the one that took the original, or the one declared since. A person signed in stands for the
    certificate of the connection. Content that its door turned into HL7 keeps the form it was read in.
    """
    is_hl7 = raw.startswith(b"MSH")
    arrival = Arrival(
        id=uuid.uuid4(),
        raw=raw,
        peer=original.peer,
        at=at,
        door=_DOOR,
        channel=original.channel or _channel_now(original),
        form=None if is_hl7 or original.form is None else bytes(original.form),
    )
    return judged([arrival], house())[0]


def _channel_now(original: Message) -> str:
    found = channels.channel_of(facility=original.sending_facility, application=original.sending_application)
    return found.code if found else ""
