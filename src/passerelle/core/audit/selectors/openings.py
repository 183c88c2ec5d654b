"""Who opened which document, and when first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Min

from passerelle.core.audit.actions import Action, Outcome
from passerelle.core.audit.models import AuditEvent


def first_openings(targets: Sequence[str], account_ids: Sequence[UUID]) -> dict[tuple[str, UUID], datetime]:
    """Return when each account first opened each target (`document:<id>`), in one query; absent when it never did."""
    rows = (
        AuditEvent.objects.filter(
            account_id__in=set(account_ids),
            target__in=set(targets),
            action=Action.DOCUMENT_OPENED.value,
            outcome=Outcome.ALLOWED.value,
        )
        .values_list("target", "account_id")
        .annotate(first=Min("at"))
    )
    return {(target, account_id): first for target, account_id, first in rows if account_id is not None}
