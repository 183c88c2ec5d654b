"""Write the envelope of a message for one destination: MSH-5, MSH-6, MSH-15 and MSH-16. The rest keeps its bytes."""

from dataclasses import dataclass

from passerelle.protocols import hl7v2

_RECEIVING_APPLICATION, _RECEIVING_FACILITY, _COMMIT, _APPLICATION = 4, 5, 14, 15  # places after MSH-1, which is "|"
_SENDING_FACILITY = 3


@dataclass(frozen=True, slots=True)
class Address:
    """To whom, and from where: "" leaves what the message says. Enhanced: only the commit acknowledgement is wanted."""

    application: str = ""
    facility: str = ""
    is_enhanced: bool = False
    sending_facility: str = ""


def addressed(message: bytes, to: Address) -> bytes:
    """Return the message with the envelope of a destination; bytes that are no HL7 message come back unchanged.

    A sender's own MSH-15 would decide whether our destination answers, so it is always rewritten.
    """
    header, line_break, rest = message.partition(b"\r")
    if not header.startswith(b"MSH") or len(header) < len(b"MSH|^~\\&"):
        return message
    separator = header[3:4]
    fields = header.split(separator)
    fields += [b""] * (_APPLICATION + 1 - len(fields))
    if to.application:
        fields[_RECEIVING_APPLICATION] = _escaped(to.application)
    if to.sending_facility:
        fields[_SENDING_FACILITY] = _escaped(to.sending_facility)
    if to.facility:
        fields[_RECEIVING_FACILITY] = _escaped(to.facility)
    fields[_COMMIT], fields[_APPLICATION] = (b"AL", b"NE") if to.is_enhanced else (b"", b"")
    return separator.join(fields).rstrip(separator) + line_break + rest


def comes_from(message: hl7v2.Message, to: Address) -> bool:
    """Tell whether a message was sent by the very application we would forward it to."""
    if not (to.application or to.facility):
        return False
    pairs = ((to.application, message.sending_application), (to.facility, message.sending_facility))
    return all(not declared or declared == told for declared, told in pairs)


def _escaped(name: str) -> bytes:
    """Write an HD as declared: `name` may hold its own components, and only the field separator is dangerous."""
    return name.replace("|", "").replace("\r", "").encode()
