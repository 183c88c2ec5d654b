"""Who gets the documents of a message by mail: the truth table of MSSanté decides, one item for each correspondent."""

from collections.abc import Iterator
from dataclasses import dataclass

from passerelle.care.channels.api import Destination
from passerelle.care.delivery.services.publishing import Outgoing, put
from passerelle.care.exchange.api import Inbound
from passerelle.protocols import pamfr
from passerelle.protocols.pamfr import mssante

_DOMAINS = ("mssante.fr",)


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody who should get the documents and cannot, and why."""

    address: str
    why: str


def mail_documents(inbound: Inbound, outgoing: Outgoing, destination: Destination) -> None:
    """Put one mail in the queue for each correspondent; what the rules forbid becomes a dead letter that says why."""
    event = inbound.event
    if not isinstance(event, pamfr.DocumentEvent) or not event.documents:
        return
    for addressee in addressees(event, destination):
        if isinstance(addressee, Refused):
            put(outgoing, destination, at=inbound.received_at, recipient=addressee.address, refused=addressee.why)
        else:
            put(outgoing, destination, at=inbound.received_at, recipient=addressee)


def addressees(event: pamfr.DocumentEvent, destination: Destination) -> Iterator[str | Refused]:
    """Yield the mailboxes the documents go to, and those they cannot go to with the reason."""
    options = destination.transport.options
    if event.routing is None:
        usual = str(options.get("recipient", ""))
        if usual:
            yield usual
        return
    restrictions = frozenset(name for one in event.documents for name in one.restrictions)
    try:
        found = mssante.route(mssante.flags_of(event.routing, restrictions))
    except mssante.RoutingRefused as refusal:
        yield Refused("", refusal.why)
        return
    domains = tuple(options.get("domains", _DOMAINS))
    if found.to_professionals:
        mailboxes = [one.mailbox for one in event.routing.recipients if one.mailbox]
        if not mailboxes:
            yield Refused("", "aucune boîte de destinataire dans le message (PRT, rôle RCT)")
        yield from (_allowed(mailbox, domains) for mailbox in dict.fromkeys(mailboxes))
    if found.to_patient:
        yield _patient(event.patient, found, domains)


def _patient(patient: pamfr.Patient, found: mssante.Route, domains: tuple[str, ...]) -> str | Refused:
    refusal = mssante.identity_refusal(found, patient)
    mailbox = mssante.patient_mailbox(patient)
    if refusal is not None or mailbox is None:
        return Refused("", refusal or "la messagerie du patient demande une INS qualifiée")
    return _allowed(mailbox, domains)


def _allowed(mailbox: str, domains: tuple[str, ...]) -> str | Refused:
    """Return an address we may write to: one address, in one of the domains declared or below."""
    local, at, domain = mailbox.strip().rpartition("@")
    is_plain = bool(at and local) and mailbox.isprintable() and not set(mailbox) & set(' ,;<>"\\()')
    if not is_plain:
        return Refused("", "l’adresse d’un destinataire ne se lit pas")
    known = domain.lower().rstrip(".")
    if not any(known == one or known.endswith(f".{one}") for one in domains):
        return Refused(mailbox.strip(), f"le domaine « {known} » n’est pas de ceux où l’on écrit")
    return mailbox.strip()
