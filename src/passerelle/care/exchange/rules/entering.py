"""What a message becomes at the door: the channel that takes it, and the form in which it is read."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from passerelle.care.channels.api import Channel, Declarations, MappingFailed, apply_mapping
from passerelle.care.exchange.rules.modes import Answer
from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.hl7v2 import ErrorDetail, Hl7Error

_MOST_FAULTS_TOLD = 10


class Refusal(NamedTuple):
    """What is answered to a message that is not taken, and why; `more` are the other faults told with the first."""

    answer: Answer
    detail: ErrorDetail
    more: tuple[ErrorDetail, ...] = ()


class Arrival(Struct, frozen=True):
    """The bytes and the circumstances of their coming.

    `channel` is the code of the channel when the door knows it (a folder, a key); `form` the HL7 message in which
    other content is read, and `unread` why there is none; `certificate` the SHA-256 fingerprint of the client's, None
    on a plain connection.
    """

    id: UUID
    raw: bytes
    peer: str
    at: datetime
    door: str = "mllp"
    channel: str = ""
    form: bytes | None = None
    unread: Hl7Error | None = None
    certificate: str | None = None


class Entered(NamedTuple):
    """A message with its channel: `message` as its sender wrote it, `read` as its channel maps it."""

    message: hl7v2.Message
    read: hl7v2.Message
    channel: Channel | None = None
    refusal: Refusal | None = None


def enter(arrival: Arrival, message: hl7v2.Message, declared: Declarations | None) -> Entered:
    """Find the channel of a message and what its profile says of it. Without declarations nothing is asked of it."""
    if declared is None:
        return Entered(message, message)
    facility = message.sending_facility
    if arrival.channel:
        channel = declared.channels.get(arrival.channel)
    else:
        channel = declared.channel_of(facility, message.sending_application, arrival.door)
    refusal = _certificate_refusal(arrival, facility, channel, declared)
    if channel is None:
        return Entered(message, message, None, refusal)
    refusal = refusal or _channel_refusal(message, facility, channel)
    if refusal is not None:
        return Entered(message, message, channel, refusal)
    try:
        read = apply_mapping(channel, message)
    except MappingFailed as fault:
        return Entered(message, message, channel, Refusal(Answer.ERROR, fault.detail()))
    return Entered(message, read, channel, _profile_refusal(read, channel))


def _certificate_refusal(
    arrival: Arrival, facility: str, channel: Channel | None, declared: Declarations
) -> Refusal | None:
    """A certificate speaks for the facilities of its channels only, and a channel that names one takes nothing else."""
    if arrival.door != "mllp":
        return None
    if arrival.certificate is None:
        is_asked = "certificates" in channel.source.options if channel else declared.is_pinned(facility)
        return (
            _error("MSH^1^4", "204", "cet émetteur doit se présenter par TLS avec son certificat") if is_asked else None
        )
    if facility not in declared.facilities_of_certificate(arrival.certificate):
        return _error("MSH^1^4", "204", "l’établissement émetteur n’est pas celui du certificat présenté")
    if channel is not None and arrival.certificate not in channel.source.options.get("certificates", ()):
        return _error("MSH^1^3", "204", "l’application émettrice n’est pas celle du certificat présenté")
    return None


def _channel_refusal(message: hl7v2.Message, facility: str, channel: Channel) -> Refusal | None:
    if not channel.enabled:
        text = f"le canal « {channel.label} » est arrêté : renvoyez le même message plus tard"
        return Refusal(Answer.REJECT, ErrorDetail(where="", code="207", severity="E", text=text))
    if facility not in channel.source.facilities:
        return _error("MSH^1^4", "204", f"l’émetteur n’est pas celui du canal « {channel.label} »")
    if channel.profile.messages and not channel.profile.allows(message.code, message.trigger):
        text = f"le canal « {channel.label} » n’attend pas {message.code}^{message.trigger}"
        return Refusal(Answer.REJECT, ErrorDetail(where="MSH^1^9", code="201", severity="E", text=text))
    return None


def _profile_refusal(read: hl7v2.Message, channel: Channel) -> Refusal | None:
    if channel.profile.validation != "reject" or channel.profile.family != "pam-fr":
        return None
    faults = [
        ErrorDetail(where=one.where, code=one.condition, severity="E", text=f"{one.text} ({one.rule})")
        for one in pamfr.validate(read)
        if one.severity == "error"
    ][:_MOST_FAULTS_TOLD]
    return Refusal(Answer.ERROR, faults[0], tuple(faults[1:])) if faults else None


def _error(where: str, code: str, text: str) -> Refusal:
    return Refusal(Answer.ERROR, ErrorDetail(where=where, code=code, severity="E", text=text))
