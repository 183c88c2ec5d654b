from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from passerelle.protocols.hl7v2 import Hl7Error, Message, check_header
from passerelle.protocols.pamfr import appointments, documents, people, receipts, results, routing, stays, structure
from passerelle.protocols.pamfr.events import AdtEvent, DocumentEvent
from passerelle.protocols.pamfr.kinds import Event
from passerelle.protocols.pamfr.moments import moment

_ADT = [
    "A01",
    "A02",
    "A03",
    "A04",
    "A05",
    "A06",
    "A07",
    "A11",
    "A12",
    "A13",
    "A14",
    "A15",
    "A16",
    "A21",
    "A22",
    "A25",
    "A26",
    "A27",
    "A28",
    "A31",
    "A32",
    "A33",
    "A38",
    "A40",
    "A44",
    "A47",
    "A52",
    "A53",
    "A54",
    "A55",
    "Z99",
]
_OTHERS: dict[str, Callable[[Message, datetime], Event]] = {
    "SIU": appointments.appointment_event,
    "MFN": structure.structure_event,
    "ZAM": receipts.receipt,
}
_NEEDS_PRIOR = frozenset({"A40", "A44", "A47"})
SUPPORTED: frozenset[tuple[str, str]] = frozenset(
    [("ADT", trigger) for trigger in _ADT]
    + [("ORU", "R01"), ("MDM", "T02"), ("MDM", "T04"), ("MDM", "T10"), ("MFN", "M05")]
    + [("SIU", trigger) for trigger in appointments.STATUSES]
    + [("ZAM", trigger) for trigger in receipts.STATUS_CODES]
)
#: Events that senders of other profiles use, and what to send instead in France. Source: IHE PAM France 2.11.
EXCLUDED: dict[tuple[str, str], str] = {
    ("ADT", "A08"): "A08 est exclu du profil français : envoyez A31 pour une identité, Z99 pour un mouvement",
    ("ADT", "A18"): "A18 n’est pas du profil français : une fusion d’identités s’envoie en A40",
    ("ADT", "A30"): "A30 n’est pas du profil français : une fusion d’identités s’envoie en A40",
    ("ADT", "A34"): "A34 n’est pas du profil français : une fusion d’identités s’envoie en A40",
    ("ADT", "A43"): "A43 n’est pas du profil français : un dossier change de patient en A44",
}
_CODES = frozenset(code for code, _ in SUPPORTED)


def supported(code: str, trigger: str) -> bool:
    """Tell whether `read` understands this type of message and this event."""
    return (code, trigger) in SUPPORTED


def refusal_of(code: str, trigger: str) -> Hl7Error | None:
    """Return why this type of message or this event is not read, None when it is."""
    if (code, trigger) in SUPPORTED:
        return None
    if code not in _CODES:
        return Hl7Error("MSH^1^9^1^1", f"type de message non pris en charge : {code[:20] or 'absent'}", "200")
    why = EXCLUDED.get((code, trigger)) or f"événement non pris en charge : {trigger[:20] or 'absent'}"
    return Hl7Error("MSH^1^9^1^2", why, "201")


def read(message: Message) -> Event:
    """Read a message as the event it tells.

    Raises:
        Hl7Error: nothing else, for any message that could be parsed; code 200 or 201 when the type is not supported.
    """
    check_header(message)
    refusal = refusal_of(message.code, message.trigger)
    if refusal is not None:
        raise refusal
    check_one_patient(message)
    if message.code == "ADT":
        return _adt(message)
    other = _OTHERS.get(message.code)
    return _documents(message) if other is None else other(message, _recorded_at(message))


def check_one_patient(message: Message) -> None:
    """Refuse a message about several patients, which HL7 allows: what follows the second would be told of the first.

    Raises:
        Hl7Error: at `PID^2`.
    """
    if message.count("PID") > 1:
        raise Hl7Error(where="PID^2", why="le message parle de plusieurs patients : un seul par message", code="100")


def _adt(message: Message) -> AdtEvent:
    recorded_at = _recorded_at(message)
    mrg = message.segment("MRG")
    prior = people.identifiers(mrg.repetitions(1)) if mrg else ()
    if message.trigger in _NEEDS_PRIOR and not prior:
        raise Hl7Error(where="MRG^1^1", why="l’identifiant à remplacer manque", code="101")
    return AdtEvent(
        trigger=message.trigger,
        occurred_at=moment(message.get("EVN-6"), "EVN^1^6") or recorded_at,
        recorded_at=recorded_at,
        patient=people.patient(message),
        prior=prior,
        prior_account=people.first_identifier(mrg.repetitions(3)) if mrg else None,
        visit=stays.visit(message),
        movement=stays.movement(message),
        consents=stays.consents(message),
        identity_check=stays.identity_check(message),
        pmsi=stays.pmsi(message),
    )


def _documents(message: Message) -> DocumentEvent:
    recorded_at = _recorded_at(message)
    is_mdm = message.code == "MDM"
    return DocumentEvent(
        kind="MDM" if is_mdm else "ORU",
        trigger=message.trigger,
        occurred_at=moment(message.get("EVN-6"), "EVN^1^6") or recorded_at,
        recorded_at=recorded_at,
        patient=people.patient(message),
        visit=stays.visit(message),
        order=documents.order(message),
        documents=documents.documents(message),
        observations=() if is_mdm else results.observations(message),
        routing=routing.routing(message),
    )


def _recorded_at(message: Message) -> datetime:
    at = moment(message.get("EVN-2"), "EVN^1^2") or moment(message.get("MSH-7"), "MSH^1^7")
    if at is None:
        raise Hl7Error(where="MSH^1^7", why="le message ne dit pas de quand il date", code="101")
    return at
