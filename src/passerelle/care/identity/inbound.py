"""What messages do to identities. Source: IHE PAM France 2.11, transactions ITI-30 and ITI-31."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings

from passerelle.care.exchange.api import Inbound, Rejected
from passerelle.care.identity.selectors import LocalIdentityRef, local_traits
from passerelle.care.identity.selectors.stored import authority_key
from passerelle.care.identity.services.evidence import note_evidence_of_message
from passerelle.care.identity.services.ins import remove_ins, retire_identifier
from passerelle.care.identity.services.merging import MergeRefused, merge
from passerelle.care.identity.services.noting import note_corrected_birth_date, note_withdrawal
from passerelle.care.identity.services.resolving import (
    FoundByIpp,
    ResolvedPatient,
    Told,
    UnidentifiedPatient,
    find_or_create_by_ipp,
    foresee_patients,
    resolve_patient,
)
from passerelle.care.identity.trust import CORRECTED_MARK, admissible, fictitious_numbers, is_withdrawal_due
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
    if isinstance(event, pamfr.AdtEvent):
        if event.trigger == "A47":
            _change_ins(inbound, event, patient.reference)
        else:
            _note(inbound, event, patient)


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
        source=inbound.source,
        is_identity_event=isinstance(event, pamfr.AdtEvent),
    )
    if not settings.ACCEPTS_TEST_INS and fictitious_numbers(event.patient):
        raise Rejected(where="PID-3", why="matricule INS de test ou de démonstration, refusé hors démonstration")
    check = event.identity_check if isinstance(event, pamfr.AdtEvent) else None
    try:
        return resolve_patient(admissible(event.patient, check), told, inbound.findings)
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
    victim_id = find_or_create_by_ipp(prior, establishment=owner, at=inbound.received_at, source=inbound.source)
    survivor_id = survivor.via_alias or survivor.id
    try:
        merge(survivor_id=survivor_id, victim_id=victim_id, at=inbound.received_at, source=inbound.source)
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
            source=inbound.source,
        )
    held = local_traits(reference.id).ins_matricule
    for prior in event.prior:
        if prior.value not in {"", held}:
            retire_identifier(local_identity_id=reference.id, value=prior.value)
    inbound.findings.clear()
    _trace(audit.Action.IDENTITY_CHANGED, inbound, reference.id, reference.person_id)


def _note(inbound: Inbound, event: pamfr.AdtEvent, patient: ResolvedPatient) -> None:
    """Keep what the message tells of trust beside the traits; costs nothing when there is nothing to keep."""
    found, check = inbound.findings.get(FoundByIpp), event.identity_check
    if found is None or found.locked is None or patient.reference.via_alias is not None:
        return
    row, at, source = found.locked.row, inbound.received_at, inbound.source
    if check is not None and check.evidence:
        note_evidence_of_message(row, check, is_new_file=patient.is_new, at=event.recorded_at, source=source)
    is_corrected = check is not None and check.birth_date_corrected
    if check is not None and is_corrected != (CORRECTED_MARK in row.trait_moments):
        note_corrected_birth_date(local_identity_id=row.pk, is_corrected=is_corrected, at=at, source=source)
        inbound.findings.clear()
    elif is_withdrawal_due(row, row.trait_moments):
        note_withdrawal(local_identity_id=row.pk, person_id=patient.reference.person_id, at=at, source=source)
        inbound.findings.clear()


def _trace(action: audit.Action, inbound: Inbound, local_identity_id: UUID, person_id: UUID) -> None:
    audit.record(
        action,
        by=None,
        at=inbound.received_at,
        target=f"local_identity:{local_identity_id}",
        person_id=person_id,
        detail={"message": inbound.source},
    )
