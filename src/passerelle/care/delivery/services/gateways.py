"""Where the messages of a sender go, and whether one of these destinations publishes in the national record (DMP)."""

from passerelle.care.channels import api as channels
from passerelle.care.channels.api import Channel
from passerelle.care.delivery.rules.national_record import asks_for_national_record, national_record_refusal
from passerelle.care.delivery.services import book
from passerelle.care.delivery.services.receipts import Receipt, give_receipt
from passerelle.care.exchange.api import Inbound
from passerelle.protocols import hl7v2

_DOORS = ("mllp", "fhir", "folder", "sftp")


def channel_of_sender(message: hl7v2.Message) -> Channel | None:
    """Return the channel of a sender: that of its MLLP door, else of another door it may have."""
    facility, application = message.sending_facility, message.sending_application
    found = (channels.channel_of(facility=facility, application=application, door=door) for door in _DOORS)
    return next((one for one in found if one is not None), None)


def refusal_of(inbound: Inbound) -> str | None:
    """Return why the documents of a message do not go to the DMP they ask for; None when they do, or ask nothing."""
    if not asks_for_national_record(inbound.event):
        return None
    return national_record_refusal(inbound.event, has_gateway=_has_gateway(inbound.message))


def tell_sender(inbound: Inbound) -> int:
    """Tell the sender that its documents do not go to the DMP (ZAM^Z01), if it asked to know; return how many told."""
    refusal = refusal_of(inbound)
    if refusal is None:
        return 0
    receipt = Receipt("Z01", is_ok=False, mailbox="", at=inbound.received_at, error_text=refusal)
    return give_receipt(inbound.message.to_bytes(), receipt, cause=f"{inbound.message_id}:dmp")


def _has_gateway(message: hl7v2.Message) -> bool:
    """Tell whether the channel sends this message to an application that declares that it publishes in the DMP."""
    channel = channel_of_sender(message)
    return channel is not None and any(
        one.code in channel.destinations and one.transport.options.get("publishes_to_dmp", False)
        for one in book.subscribers(message.code, message.trigger)
    )
