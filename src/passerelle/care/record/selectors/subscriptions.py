"""Subscriptions as they are stored: for the page of who approves them, and for the watch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from passerelle.care.record.rules.kinds import NOBODY
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.core.directory import api as directory
from passerelle.core.terminology import api as terminology
from passerelle.protocols.fhir import api as fhir

_COLUMNS: Final = "type, id, version, local_identity_id, last_updated, source, body, deleted, establishment"
_ALL: Final = (
    f"SELECT {_COLUMNS} FROM record_resource WHERE type = 'Subscription' AND local_identity_id = %s"  # noqa: S608
    " AND NOT deleted"
)
_ORDER: Final = {"requested": 0, "error": 1, "active": 2, "off": 3}
_KINDS: Final = {"requested": "attention", "error": "danger", "active": "done", "off": "neutral"}


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A Subscription in the list of who approves them; `state_kind` and `state_label` are for its status."""

    id: UUID
    reason: str
    criteria: str
    endpoint: str
    owner: str
    status: str
    state_kind: str
    state_label: str
    error: str
    asked_at: datetime

    @property
    def can_be_approved(self) -> bool:
        return self.status != "active"

    @property
    def can_be_stopped(self) -> bool:
        return self.status != "off"


def active_subscriptions() -> list[StoredResource]:
    """Return the Subscriptions in force."""
    return [one for one in _fetched(_ALL, [NOBODY]) if fhir.loads(one.body).get("status") == "active"]


def subscription_rows() -> list[SubscriptionRow]:
    """Return every Subscription, those to approve first, then those in error."""
    names = {row.code: row.name for row in directory.establishments(with_test=True)}
    rows = [_row(held, names) for held in _fetched(_ALL, [NOBODY])]
    return sorted(rows, key=lambda row: (_ORDER.get(row.status, 9), row.asked_at, str(row.id)))


def _row(held: StoredResource, names: dict[str, str]) -> SubscriptionRow:
    told = fhir.loads(held.body)
    status = str(told.get("status", ""))
    label = terminology.display("http://hl7.org/fhir/subscription-status", status)
    return SubscriptionRow(
        id=held.id,
        reason=str(told.get("reason", "")),
        criteria=str(told.get("criteria", "")),
        endpoint=str(told.get("channel", {}).get("endpoint", "")),
        owner=names.get(held.establishment, held.establishment or "Groupement"),
        status=status,
        state_kind=_KINDS.get(status, "neutral"),
        state_label=label or status,
        error=str(told.get("error", "")),
        asked_at=held.last_updated,
    )


def _fetched(sql: str, values: Sequence[Any]) -> list[StoredResource]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [StoredResource(*row) for row in cursor.fetchall()]
