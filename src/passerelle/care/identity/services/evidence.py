"""Proofs of identity: recorded when seen, withdrawn when they should not have counted."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from passerelle.care.exchange.api import Table, insert_missing, insert_row
from passerelle.care.identity.models import IdentityEvidence, LocalIdentity
from passerelle.care.identity.services.announcing import announce
from passerelle.care.identity.services.trusting import TrustChange, locked_identity, mark, snapshot, store, trace
from passerelle.care.identity.trust import EVIDENCE_MARK
from passerelle.core.audit import api as audit
from passerelle.protocols import ins, pamfr

_MODES: Final = frozenset(ins.CollectionMode)
_OF_MESSAGES: Final = Table(
    "identity_identityevidence",
    {
        "local_identity_id": "uuid",
        "code": "text",
        "mode": "text",
        "situation": "text",
        "valid_until": "date",
        "is_high_trust": "boolean",
        "checked_at": "timestamp with time zone",
        "checked_by_name": "text",
        "source": "text",
        "withdrawn_reason": "text",
    },
)


class EvidenceRefused(Exception):
    """La pièce ne peut pas être retenue."""


class UnknownEvidence(EvidenceRefused):
    """Cette nature de pièce n’est pas connue à cette date."""


class TraitsMissing(EvidenceRefused):
    """Il manque le nom, un prénom, la date de naissance ou le sexe : complétez le dossier, puis contrôlez la pièce."""


class AlreadyWithdrawn(EvidenceRefused):
    """Ce contrôle est déjà retiré."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What was shown at the desk: code of ZFD-7, in which situation, how it was read, until when it is valid."""

    code: str
    situation: ins.Situation = ins.Situation.NONE
    mode: ins.CollectionMode = ins.CollectionMode.MANUAL
    valid_until: date | None = None


@transaction.atomic
def record_evidence(*, local_identity_id: UUID, shown: Shown, by: audit.Actor, at: datetime) -> IdentityEvidence:
    """Record that the traits were compared with a proof of identity, and raise the status when its trust is high.

    Provisional becomes validated, recovered becomes qualified. Another proof is recorded and changes nothing.
    An expired proof is not of high trust. Source: RNIV 1, 3.3.3.

    Raises:
        LookupError: there is no such local identity.
        EvidenceRefused: an unknown proof, or a file without the traits to compare.
    """
    row = locked_identity(local_identity_id)
    today = timezone.localdate(at)
    if ins.evidence_rule(shown.code, on=today) is None:
        raise UnknownEvidence
    if not (row.birth_name and row.given_names and row.birth_date and row.sex):
        raise TraitsMissing
    evidence = IdentityEvidence.objects.create(
        local_identity=row,
        code=shown.code,
        mode=shown.mode,
        situation=shown.situation,
        valid_until=shown.valid_until,
        is_high_trust=_is_high_trust(row, shown, today),
        checked_at=at,
        checked_by=by.account_id,
        checked_by_name=by.name,
        source="guichet",
    )
    before = snapshot(row)
    if evidence.is_high_trust:
        mark(row, EVIDENCE_MARK, at=at)
    change = store(row, before=before, at=at, source=f"pièce {evidence.pk}")
    trace(audit.Action.EVIDENCE_CHECKED, change, by=by, at=at, detail={"code": shown.code, "status": row.status})
    announce(change, cause=f"evidence:{evidence.pk}", at=at)
    return evidence


def _is_high_trust(row: LocalIdentity, shown: Shown, today: date) -> bool:
    is_valid = shown.valid_until is None or shown.valid_until >= today
    return is_valid and ins.is_high_trust(shown.code, situation=shown.situation, on=today, birth_date=row.birth_date)


@transaction.atomic
def withdraw_evidence(
    *, evidence_id: int, local_identity_id: UUID, reason: str, by: audit.Actor, at: datetime
) -> TrustChange:
    """Withdraw a check: without another one of high trust, qualified becomes recovered and validated provisional.

    Raises:
        LookupError: this file has no such check.
        AlreadyWithdrawn: it is.
    """
    evidence = (
        IdentityEvidence.objects.select_for_update().filter(pk=evidence_id, local_identity=local_identity_id).first()
    )
    if evidence is None:
        raise LookupError(f"no evidence {evidence_id}")
    if evidence.withdrawn_at is not None:
        raise AlreadyWithdrawn
    evidence.withdrawn_at, evidence.withdrawn_reason = at, reason
    evidence.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    row = locked_identity(evidence.local_identity_id)
    before = snapshot(row)
    if not row.evidences.filter(is_high_trust=True, withdrawn_at=None).exists():
        mark(row, EVIDENCE_MARK, at=None)
        held = ins.IdentityStatus(row.status)
        row.status = ins.status_after(held, ins.TrustEvent.EVIDENCE_WITHDRAWN, attributes=row.attributes).value
    change = store(row, before=before, at=at, source=f"pièce {evidence.pk} retirée")
    trace(
        audit.Action.EVIDENCE_CHECKED, change, by=by, at=at, detail={"withdrawn": evidence.code, "status": row.status}
    )
    announce(change, cause=f"evidence-withdrawn:{evidence.pk}", at=at)
    return change


def note_evidence_of_message(
    row: LocalIdentity, check: pamfr.IdentityCheck, *, is_new_file: bool, at: datetime, source: str
) -> None:
    """Keep the proof that a message tells of (ZFD-5, ZFD-7, ZFD-8), once; PID-32 decides the status.

    `at` is the moment of the event: the first one that tells a proof dates it (ZFD-6 is when INSi was asked). An
    unknown code is left out. The situation of a minor is taken for granted: the sender has seen the child.
    """
    here = timezone.get_default_timezone()
    today = timezone.localdate(at, here)
    if ins.evidence_rule(check.evidence, on=today) is None:
        return
    valid_until = timezone.localdate(check.valid_until, here) if check.valid_until else None
    is_high_trust = (valid_until is None or valid_until >= today) and ins.is_high_trust(
        check.evidence, situation=ins.Situation.MINOR, on=today, birth_date=row.birth_date
    )
    mode = check.mode if check.mode in _MODES else ""
    told = (check.evidence, mode, "", valid_until, is_high_trust, at, "établissement émetteur")
    keep = insert_row if is_new_file else insert_missing
    keep(_OF_MESSAGES, [row.id, *told, source, ""])
