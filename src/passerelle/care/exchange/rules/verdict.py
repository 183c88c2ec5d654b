"""What to answer to bytes that arrive: decided on the message alone, before anything is stored."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from passerelle.care.channels.api import Declarations
from passerelle.care.exchange.rules.entering import Arrival, Entered, Refusal, enter
from passerelle.care.exchange.rules.keys import keys_of, stored_text
from passerelle.care.exchange.rules.modes import Answer, answer_code
from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.hl7v2 import ErrorDetail, Hl7Error

VERSIONS = frozenset({"2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6"})
_PRODUCTION = "P"
_TRIALS = frozenset({"T", "D"})
_LONGEST_CONTROL_ID = 199


@dataclass(frozen=True, slots=True)
class House:
    """What the verdict must know of this house: whose code MSH-4 is, and whether trial messages are welcome.

    `declared` gives the channels in force; None asks nothing of any sender.
    """

    establishment_of: Callable[[str], str | None]
    accepts_trials: bool
    declared: Callable[[], Declarations | None] = lambda: None


class Draft(Struct, frozen=True):
    """A message ready to be stored with the acknowledgement that its sender gets once it is."""

    id: UUID
    received_at: datetime
    peer: str
    raw: bytes
    sha256: bytes
    control_id: str
    sending_application: str
    sending_facility: str
    code: str
    trigger: str
    establishment: str
    accepted: bool
    state: str
    keys: tuple[str, ...]
    ack_code: str
    ack: bytes
    error_where: str
    error_why: str
    charset_fallback: bool
    channel: str
    form: bytes | None


def judge(arrival: Arrival, house: House) -> Draft:
    """Decide what a message is answered; never raises on content.

    Source: HL7 v2.5 chapter 2.9.2 (AA, AE, AR) and table 0357. The whole event is read here rather than later by the
    worker: the sender learns at once what it must correct, in the acknowledgement and at its segment and field.
    """
    declared = house.declared()
    try:
        message = _message_of(arrival)
    except Hl7Error as error:
        return _draft(arrival, None, _establishment_of_door(arrival, declared), Refusal(Answer.REJECT, error.detail()))
    entered = enter(arrival, message, declared)
    refusal = _header_refusal(message, house) or entered.refusal
    establishment = house.establishment_of(message.sending_facility) or ""
    if refusal is None:
        refusal = _content_refusal(entered.read, message.sending_facility, establishment)
    return _draft(arrival, entered, establishment, refusal)


def _message_of(arrival: Arrival) -> hl7v2.Message:
    if arrival.unread is not None:
        raise arrival.unread
    return hl7v2.parse(arrival.raw if arrival.form is None else arrival.form)


def _establishment_of_door(arrival: Arrival, declared: Declarations | None) -> str:
    channel = declared.channels.get(arrival.channel) if declared else None
    return channel.establishment if channel else ""


def conflict(draft: Draft, *, at: datetime) -> Draft:
    """Return the same message as one whose control id already served for another body."""
    detail = ErrorDetail(
        where="MSH^1^10", code="205", severity="E", text="identifiant de contrôle déjà utilisé par un autre message"
    )
    try:
        message = hl7v2.parse(draft.raw)
    except Hl7Error:
        message = hl7v2.parse(draft.form or b"")
    arrival = Arrival(draft.id, draft.raw, draft.peer, at)
    refused = _draft(arrival, Entered(message, message), draft.establishment, Refusal(Answer.ERROR, detail))
    return replace(refused, state="conflict", channel=draft.channel, form=draft.form)


def unexpected(arrival: Arrival) -> Draft:
    """Return a message that our own fault keeps from being judged: rejected, so that it is sent again later."""
    detail = ErrorDetail(where="", code="207", severity="F", text="erreur interne à la réception")
    return _draft(arrival, None, "", Refusal(Answer.REJECT, detail))


def _header_refusal(message: hl7v2.Message, house: House) -> Refusal | None:
    if not message.control_id:
        return _reject("MSH^1^10", "101", "l’identifiant de contrôle manque")
    if len(message.control_id) > _LONGEST_CONTROL_ID:
        return _reject("MSH^1^10", "102", "l’identifiant de contrôle dépasse 199 caractères")
    unsupported = pamfr.refusal_of(message.code, message.trigger)
    if unsupported is not None:
        return Refusal(Answer.REJECT, unsupported.detail())
    if message.version not in VERSIONS:
        return _reject("MSH^1^12", "203", f"version non prise en charge : {message.version[:20] or 'absente'}")
    return _processing_refusal(message.processing_id, house)


def _processing_refusal(processing_id: str, house: House) -> Refusal | None:
    if processing_id == _PRODUCTION or (house.accepts_trials and processing_id in _TRIALS):
        return None
    if processing_id in _TRIALS:
        return _reject("MSH^1^11", "202", "message d’essai refusé : cette plateforme est en production")
    return _reject("MSH^1^11", "202", "mode de traitement (MSH-11) absent ou inconnu")


def _content_refusal(message: hl7v2.Message, facility: str, establishment: str) -> Refusal | None:
    if not establishment:
        text = "établissement émetteur inconnu : " + (facility[:60] or "absent")
        return Refusal(Answer.ERROR, ErrorDetail(where="MSH^1^4", code="204", severity="E", text=text))
    try:
        pamfr.check(message)
    except Hl7Error as error:
        return Refusal(Answer.ERROR, error.detail())
    return None


def _reject(where: str, code: str, text: str) -> Refusal:
    return Refusal(Answer.REJECT, ErrorDetail(where=where, code=code, severity="E", text=text))


def _draft(arrival: Arrival, entered: Entered | None, establishment: str, refusal: Refusal | None) -> Draft:
    message = entered.message if entered else None
    answer = refusal.answer if refusal else Answer.ACCEPT
    code = answer_code(message, answer)
    return Draft(
        id=arrival.id,
        received_at=arrival.at,
        peer=arrival.peer,
        raw=arrival.raw,
        sha256=hashlib.sha256(arrival.raw).digest(),
        control_id=stored_text(message.control_id, 200) if message else "",
        sending_application=stored_text(message.sending_application, 300) if message else "",
        sending_facility=stored_text(message.sending_facility, 300) if message else "",
        code=stored_text(message.code, 20) if message else "",
        trigger=stored_text(message.trigger, 20) if message else "",
        establishment=establishment,
        accepted=refusal is None,
        state="refused" if refusal else "received",
        keys=tuple(keys_of(entered.read, establishment=establishment)) if entered else (),
        ack_code=code,
        ack=_acknowledgement(arrival, message, code, refusal),
        error_where=stored_text(refusal.detail.where, 200) if refusal else "",
        error_why=stored_text(refusal.detail.text, 2000) if refusal else "",
        charset_fallback=message.charset_fallback if message else False,
        channel=entered.channel.code if entered and entered.channel else arrival.channel,
        form=_form(arrival, entered),
    )


def _form(arrival: Arrival, entered: Entered | None) -> bytes | None:
    if entered is None or entered.read is entered.message:
        return arrival.form
    return entered.read.to_bytes()


def _acknowledgement(arrival: Arrival, message: hl7v2.Message | None, code: str, refusal: Refusal | None) -> bytes:
    if not code:
        return b""
    return hl7v2.acknowledge(
        message or arrival.raw,
        code,
        at=arrival.at,
        control_id=arrival.id.hex[:20],
        errors=[refusal.detail, *refusal.more] if refusal else [],
    )
