"""Send documents of the house itself by secure mail, as those of a message: same truth table, same queue."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from passerelle.care.channels.api import Destination
from passerelle.care.delivery.rules.patients import keys_of
from passerelle.care.delivery.services import book
from passerelle.care.delivery.services.mailing import Refused, addressees
from passerelle.care.delivery.services.publishing import Outgoing, cause_for, put
from passerelle.core.directory import api as directory
from passerelle.protocols import pamfr

_APPLICATION = "PASSERELLE"


@dataclass(frozen=True, slots=True)
class Mailed:
    """One correspondent of a sending: `cause` finds its item again; `refused` says why it cannot go, "" when it can."""

    cause: str
    recipient: str
    refused: str = ""


def mail_documents_of(event: pamfr.DocumentEvent, *, establishment: str, cause: str, at: datetime) -> list[Mailed]:
    """Put the documents of an event in the queue of the secure mail of an establishment, in the caller's transaction.

    Whom they go to is what the routing of the event says; what the rules forbid is told, and not queued: the caller
    follows it. Empty when the establishment has no secure mail.
    """
    destination = mail_of(establishment)
    if destination is None:
        return []
    control_id = f"L{hashlib.sha256(cause.encode()).hexdigest()[:19]}".upper()
    envelope = pamfr.Envelope(_APPLICATION, _facility(establishment), _APPLICATION, "MSSANTE", control_id)
    outgoing = Outgoing(
        payload=pamfr.write(event, envelope),
        code=event.kind,
        trigger=event.trigger,
        keys=keys_of(event.patient, establishment=establishment) or (f"@{establishment}",),
        establishment=establishment,
        cause=cause,
        control_id=control_id,
    )
    mailed = []
    for one in addressees(event, destination):
        if isinstance(one, Refused):
            mailed.append(Mailed("", one.address, one.why))
            continue
        put(outgoing, destination, at=at, recipient=one)
        mailed.append(Mailed(cause_for(cause, one), one))
    return mailed


def mail_of(establishment: str) -> Destination | None:
    """Return the secure mail of an establishment: its own, else the one that is nobody's; None when there is none."""
    mails = [one for one in book.declared() if one.transport.kind == "smtp"]
    own = [one for one in mails if one.establishment == establishment]
    return next(iter([*own, *(one for one in mails if not one.establishment)]), None)


def _facility(establishment: str) -> str:
    """Return a name of the establishment as MSH-4 bears it."""
    return next(iter(directory.facilities(establishment)), establishment.upper())
