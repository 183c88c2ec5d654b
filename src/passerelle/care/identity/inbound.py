"""What messages do to identities. Source: IHE PAM France 2.11, transactions ITI-30 and ITI-31."""

from collections.abc import Sequence
from uuid import UUID

from passerelle.care.exchange.api import Inbound, Rejected
from passerelle.care.identity.selectors import LocalIdentityRef, local_traits
from passerelle.care.identity.selectors.stored import authority_key
from passerelle.care.identity.services.ins import remove_ins, retire_identifier
from passerelle.care.identity.services.merging import MergeRefused, merge
from passerelle.care.identity.services.resolving import (
    ResolvedPatient,
    Told,
    UnidentifiedPatient,
    find_or_create_by_ipp,
    foresee_patients,
    resolve_patient,
)
from passerelle.core.audit import api as audit
from passerelle.core.directory import api as directory
from passerelle.protocols import pamfr


def handle(inbound: Inbound) -> None:
    """Bring identities to what the message says; what is found is kept for the handlers after this one.

    Raises:
        Rejected: nobody is named, the merge is impossible, or an authority is unknown; nothing is changed.
    """
    event = inbound.event
    if isinstance(event, pamfr.ServiceEvent):
        return
    if isinstance(event, pamfr.AdtEvent) and event.trigger == "A40":
        _merge(inbound, event)
        return
    patient = _resolve(inbound, event)
    inbound.findings.keep(patient)
    if isinstance(event, pamfr.AdtEvent) and event.trigger == "A47":
        _change_ins(inbound, event, patient.reference)


def foresee(lanes: Sequence[Sequence[Inbound]]) -> None:
    """Lock at once the local identities that the first messages of several lanes speak of."""
    foresee_patients(
        (first.event.patient, first.establishment, first.findings)
        for first, *_ in lanes
        if first.establishment and not isinstance(first.event, pamfr.ServiceEvent)
    )


def _resolve(inbound: Inbound, event: pamfr.PatientEvent) -> ResolvedPatient:
    if not inbound.establishment:
        raise Rejected(where="MSH-4", why="établissement émetteur inconnu")
    told = Told(
        establishment=inbound.establishment,
        event_at=event.recorded_at,
        at=inbound.received_at,
        source=str(inbound.message_id),
        is_identity_event=isinstance(event, pamfr.AdtEvent),
    )
    try:
        return resolve_patient(event.patient, told, inbound.findings)
    except UnidentifiedPatient as refusal:
        raise Rejected(where="PID-3", why=str(refusal.__doc__)) from refusal


def _merge(inbound: Inbound, event: pamfr.AdtEvent) -> None:
    prior = _ipp_of(event.prior)
    survivor_ipp = event.patient.ipp
    if prior is None or survivor_ipp is None:
        raise Rejected(where="MRG-1" if prior is None else "PID-3", why="une fusion demande deux IPP")
    owner = directory.establishment_of_authority(prior.namespace, prior.universal_id)
    if owner is None:
        raise Rejected(where="MRG-1.4", why="autorité d’affectation inconnue")
    if authority_key(prior) != authority_key(survivor_ipp):
        raise Rejected(where="MRG-1.4", why="l’autorité d’affectation diffère de celle de PID-3")
    survivor = _resolve(inbound, event).reference
    victim_id = find_or_create_by_ipp(
        prior, establishment=owner, at=inbound.received_at, source=str(inbound.message_id)
    )
    survivor_id = survivor.via_alias or survivor.id
    try:
        merge(survivor_id=survivor_id, victim_id=victim_id, at=inbound.received_at, source=str(inbound.message_id))
    except MergeRefused as refusal:
        raise Rejected(where="MRG-1", why=str(refusal.__doc__)) from refusal
    inbound.findings.clear()
    _trace(audit.Action.IDENTITY_MERGED, inbound, victim_id, survivor.person_id)


def _ipp_of(identifiers: tuple[pamfr.Identifier, ...]) -> pamfr.Identifier | None:
    """Return the IPP among MRG-1: typed PI, or untyped as senders often leave it."""
    typed = next((one for one in identifiers if one.type == "PI"), None)
    return typed or next((one for one in identifiers if not one.type), None)


def _change_ins(inbound: Inbound, event: pamfr.AdtEvent, reference: LocalIdentityRef) -> None:
    if event.patient.ins is None:
        remove_ins(
            local_identity_id=reference.id,
            status=event.patient.status.value,
            event_at=event.recorded_at,
            at=inbound.received_at,
            source=str(inbound.message_id),
        )
    held = local_traits(reference.id).ins_matricule
    for prior in event.prior:
        if prior.value not in {"", held}:
            retire_identifier(local_identity_id=reference.id, value=prior.value)
    inbound.findings.clear()
    _trace(audit.Action.IDENTITY_CHANGED, inbound, reference.id, reference.person_id)


def _trace(action: audit.Action, inbound: Inbound, local_identity_id: UUID, person_id: UUID) -> None:
    audit.record(
        action,
        by=None,
        at=inbound.received_at,
        target=f"local_identity:{local_identity_id}",
        person_id=person_id,
        detail={"message": str(inbound.message_id)},
    )
