"""Tell the changes of an identity to every application that wants them: A40, A47, A31, as IHE PAM France asks.

An application gets the identifiers of its own establishment, one of the whole group gets them all; the INS only when it
is qualified and goes with the five strict traits. The reverse of a merge is not in the profile: the identity that
stands alone again is told by an A28, the other by an A31.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from passerelle.care.channels.api import Destination
from passerelle.care.delivery.rules.contract import address_of
from passerelle.care.delivery.rules.patients import keys_of
from passerelle.care.delivery.services import book
from passerelle.care.delivery.services.publishing import Outgoing, control_id_for, put
from passerelle.care.delivery.services.teller import teller_of
from passerelle.core.directory import api as directory
from passerelle.protocols import pamfr
from passerelle.protocols.pamfr import writer_identity

_OURSELVES: Final = "PASSERELLE"
Known = Callable[[pamfr.Identifier], bool]


@dataclass(frozen=True, slots=True)
class Change:
    """A change in one establishment, known at `at`, true since `occurred_at`.

    `cause` is what made it. When a message did it holds its id, so that its sender is not told what it said.
    """

    establishment: str
    cause: str
    at: datetime
    occurred_at: datetime


def announce_merge(*, survivor: pamfr.Patient, victim: pamfr.Patient, change: Change) -> int:
    """Tell that one identity was made the alias of another (A40); return how many applications are told."""

    def event(known: Known) -> pamfr.AdtEvent | None:
        kept = writer_identity.shareable(survivor, known)
        given_up = writer_identity.shareable(victim, known)
        told = writer_identity.merge_event(kept, given_up.identifiers, occurred_at=change.occurred_at, at=change.at)
        return told if told.prior and kept.identifiers else None

    return _announce("A40", event, (survivor, victim), change)


def announce_unmerge(*, survivor: pamfr.Patient, victim: pamfr.Patient, change: Change) -> int:
    """Tell that an identity stands alone again (A28), then the other as it is now (A31)."""
    return _announce_patient("A28", victim, (victim, survivor), change) + _announce_patient(
        "A31", survivor, (survivor, victim), change
    )


def announce_ins_change(*, patient: pamfr.Patient, former: tuple[pamfr.Identifier, ...], change: Change) -> int:
    """Tell that an INS was changed, or deleted when the patient has none that may be shared (A47)."""

    def event(known: Known) -> pamfr.AdtEvent | None:
        kept = writer_identity.shareable(patient, known)
        if not kept.identifiers:
            return None
        return writer_identity.ins_change_event(kept, former, occurred_at=change.occurred_at, at=change.at)

    return _announce("A47", event, (patient,), change)


def announce_update(*, patient: pamfr.Patient, change: Change) -> int:
    """Tell the traits of a patient as they are now (A31)."""
    return _announce_patient("A31", patient, (patient,), change)


def announce_appointment(*, event: pamfr.AppointmentEvent, change: Change) -> int:
    """Tell what became of an appointment (SIU) to the applications of its establishment that ask for it.

    Return how many are told. Whoever told us so by a message is not told it back.
    """
    teller = teller_of(change.cause)
    told = 0
    for destination in book.subscribers("SIU", event.trigger):
        if destination.establishment not in {None, change.establishment}:
            continue
        if teller is not None and teller.is_at(address_of(destination)):
            continue
        cause = f"{change.cause}:{event.trigger}"
        control_id = control_id_for(cause, destination.code)
        payload = pamfr.write(event, _envelope(destination, change.establishment, control_id))
        keys = keys_of(event.patient, establishment=change.establishment)
        outgoing = Outgoing(payload, "SIU", event.trigger, keys, change.establishment, cause, control_id)
        put(outgoing, destination, at=change.at)
        told += 1
    return told


def _announce_patient(
    trigger: str, patient: pamfr.Patient, concerned: tuple[pamfr.Patient, ...], change: Change
) -> int:
    def event(known: Known) -> pamfr.AdtEvent | None:
        kept = writer_identity.shareable(patient, known)
        if not kept.identifiers:
            return None
        return writer_identity.update_event(kept, occurred_at=change.occurred_at, at=change.at, trigger=trigger)

    return _announce(trigger, event, concerned, change)


def _announce(
    trigger: str,
    event: Callable[[Known], pamfr.AdtEvent | None],
    concerned: tuple[pamfr.Patient, ...],
    change: Change,
) -> int:
    """Write the event for each follower, and put it in its queue; one that knows nobody in it is told nothing.

    What a message says by this very event is told once, when the message itself is forwarded.
    """
    teller = teller_of(change.cause)
    if teller is not None and teller.trigger == trigger and teller.message_id != change.cause:
        return 0
    told = 0
    for destination in book.followers_of_changes():
        is_concerned = destination.establishment in {None, change.establishment} and destination.accepts("ADT", trigger)
        if not is_concerned or (teller is not None and teller.is_at(address_of(destination))):
            continue
        written = event(_knows(destination))
        if written is None:
            continue
        cause = f"{change.cause}:{trigger}"
        control_id = control_id_for(cause, destination.code)
        payload = pamfr.write(written, _envelope(destination, change.establishment, control_id))
        keys = tuple(key for patient in concerned for key in keys_of(patient, establishment=change.establishment))
        outgoing = Outgoing(payload, "ADT", trigger, keys, change.establishment, cause, control_id)
        put(outgoing, destination, at=change.at)
        told += 1
    return told


def _knows(destination: Destination) -> Known:
    """Return whether the application of an establishment knows an identifier: it is of one of its authorities."""
    owner = destination.establishment
    if owner is None:
        return lambda _identifier: True
    return lambda one: directory.establishment_of_authority(one.namespace, one.universal_id) == owner


def _envelope(destination: Destination, establishment: str, control_id: str) -> pamfr.Envelope:
    options = destination.transport.options
    facilities = directory.facilities(establishment)
    return pamfr.Envelope(
        sending_application=_OURSELVES,
        sending_facility=str(options.get("sending_facility") or (facilities[0] if facilities else _OURSELVES)),
        receiving_application=str(options.get("receiving_application", "")),
        receiving_facility=str(options.get("receiving_facility", "")),
        control_id=control_id,
    )
