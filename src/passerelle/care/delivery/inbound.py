"""Forward what was received and applied: to the destinations of its channel, and to who follows identity changes."""

from collections.abc import Iterable

from passerelle.care.channels.api import Channel, Destination
from passerelle.care.delivery.rules.addressing import comes_from
from passerelle.care.delivery.rules.contract import address_of
from passerelle.care.delivery.rules.patients import keys_of
from passerelle.care.delivery.services import announcing, book
from passerelle.care.delivery.services.announcing import Change
from passerelle.care.delivery.services.gateways import channel_of_sender, tell_sender
from passerelle.care.delivery.services.mailing import mail_documents
from passerelle.care.delivery.services.publishing import Outgoing, put
from passerelle.care.exchange.api import Inbound
from passerelle.protocols import hl7v2, pamfr

_UPDATES = frozenset({"A31", "A28"})


def forward(inbound: Inbound) -> None:
    """Put a message in the queues of those it is for, in the transaction that applies it; never back to its sender."""
    if not book.declared():
        return
    channel = channel_of_sender(inbound.message)
    if channel is not None and channel.destinations:
        _to_destinations(inbound, channel)
    event = inbound.event
    if isinstance(event, pamfr.AdtEvent) and book.followers_of_changes():
        _to_followers(inbound, event)
    tell_sender(inbound)


def _to_destinations(inbound: Inbound, channel: Channel) -> None:
    """Send the bytes as mapped; a mail destination gets the documents instead, one mail for each correspondent."""
    message = inbound.message
    wanted = [
        one
        for one in book.subscribers(message.code, message.trigger)
        if one.code in channel.destinations and not is_sender(message, one)
    ]
    if not wanted:
        return
    outgoing = _outgoing(inbound)
    for destination in wanted:
        if destination.transport.kind == "smtp":
            mail_documents(inbound, outgoing, destination)
        else:
            put(outgoing, destination, at=inbound.received_at)


def _outgoing(inbound: Inbound) -> Outgoing:
    message = inbound.message
    return Outgoing(
        payload=message.to_bytes(),
        code=message.code,
        trigger=message.trigger,
        keys=_keys(inbound),
        establishment=inbound.establishment,
        cause=str(inbound.message_id),
        control_id=message.control_id,
    )


def _keys(inbound: Inbound) -> tuple[str, ...]:
    event = inbound.event
    patient: pamfr.Patient | None = getattr(event, "patient", None)
    if patient is None:
        return (f"@{inbound.establishment}",)
    prior: Iterable[pamfr.Identifier] = getattr(event, "prior", ())
    return keys_of(patient, prior, establishment=inbound.establishment) or (f"@{inbound.establishment}",)


def _to_followers(inbound: Inbound, event: pamfr.AdtEvent) -> None:
    """Tell a change of identity anew, with only what each follower may know."""
    change = Change(
        establishment=inbound.establishment,
        cause=str(inbound.message_id),
        at=inbound.received_at,
        occurred_at=event.recorded_at,
    )
    if event.trigger == "A40":
        announcing.announce_merge(survivor=event.patient, victim=_given_up(event), change=change)
    elif event.trigger == "A47":
        announcing.announce_ins_change(patient=event.patient, former=event.prior, change=change)
    elif event.trigger in _UPDATES:
        announcing.announce_update(patient=event.patient, change=change)


def _given_up(event: pamfr.AdtEvent) -> pamfr.Patient:
    """Return the patient of MRG: its identifiers are all that the message says."""
    return pamfr.Patient(
        identifiers=tuple(_typed(one) for one in event.prior),
        ins=None,
        status=pamfr.IdentityStatus.PROVISOIRE,
        attributes=frozenset(),
        traits=pamfr.Traits(birth_name=""),
    )


def _typed(one: pamfr.Identifier) -> pamfr.Identifier:
    """Give its type to an IPP that its sender left untyped."""
    if one.type:
        return one
    return pamfr.Identifier(one.value, "PI", one.namespace, one.universal_id, one.universal_id_type)


def is_sender(message: hl7v2.Message, destination: Destination) -> bool:
    """Tell whether a destination is the application that sent the message: nothing is ever echoed."""
    return comes_from(message, address_of(destination))
