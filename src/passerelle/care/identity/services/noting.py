"""What a message tells beside the traits: a corrected birth date, an INS that is no longer to be shared."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.identity.services.announcing import announce
from passerelle.care.identity.services.trusting import (
    Before,
    TrustChange,
    forget_ins,
    locked_identity,
    mark,
    snapshot,
    store,
    trace,
)
from passerelle.care.identity.trust import CORRECTED_MARK, WITHDRAWN_MARK
from passerelle.core.audit import api as audit
from passerelle.protocols import ins


@transaction.atomic
def note_corrected_birth_date(*, local_identity_id: UUID, is_corrected: bool, at: datetime, source: str) -> None:
    """Keep whether the birth date in use is a corrected one (ZFD-4); while it is, there is no INS.

    Source: IHE PAM France 2.11, ZFD-4: such an identity is neither recovered nor qualified.
    """
    row = locked_identity(local_identity_id)
    before = snapshot(row)
    mark(row, CORRECTED_MARK, at=at if is_corrected else None)
    if is_corrected and row.ins_matricule:
        forget_ins(row, at=at)
    change = store(row, before=before, at=at, source=source)
    announce(change, cause=f"birth-date:{source}", at=at)


@transaction.atomic
def note_withdrawal(*, local_identity_id: UUID, person_id: UUID, at: datetime, source: str) -> None:
    """Tell those who received the INS that the identity is no longer qualified, once (PID-32 said so)."""
    row = locked_identity(local_identity_id)
    mark(row, WITHDRAWN_MARK, at=at)
    row.save(update_fields=["trait_moments"])
    shared = ins.SharedIns(row.ins_matricule, row.ins_oid)
    before = Before(shared, row.ins_family, row.ins_matricule, is_qualified=True)
    change = TrustChange(row.pk, person_id, before.shared, None, before.matricule)
    trace(audit.Action.IDENTITY_CHANGED, change, by=None, at=at, detail={"ins": "no longer qualified"})
    announce(change, cause=f"no-longer-qualified:{source}", at=at)
