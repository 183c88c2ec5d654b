"""What a person does of an alert: take it, close it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.exchange.models import Alert
from passerelle.core.audit import api as audit


class AlertClosed(Exception):
    """Cette alerte est déjà fermée : rien n’est fait."""


class ClosingReasonRequired(Exception):
    """Écrivez pourquoi cette alerte est fermée."""


@transaction.atomic
def take(*, alert_id: UUID, by: audit.Actor, at: datetime) -> None:
    """Say who looks after an alert; whoever takes it next replaces them.

    Raises:
        AlertClosed: it is over.
    """
    alert = _open(alert_id)
    alert.taken_by, alert.taken_at = by.name, at
    alert.save(update_fields=["taken_by", "taken_at"])
    _trace(alert, "prise en charge", by=by, at=at)


@transaction.atomic
def close(*, alert_id: UUID, by: audit.Actor, at: datetime, reason: str) -> None:
    """Close an alert; it comes back only when something new happens.

    Raises:
        AlertClosed: it is over already.
        ClosingReasonRequired: no reason is given.
    """
    if not reason.strip():
        raise ClosingReasonRequired
    alert = _open(alert_id)
    alert.closed_at, alert.closed_by, alert.closed_because = at, by.name, reason.strip()
    alert.save(update_fields=["closed_at", "closed_by", "closed_because"])
    _trace(alert, "fermeture", by=by, at=at, reason=reason)


def _open(alert_id: UUID) -> Alert:
    alert = Alert.objects.select_for_update().filter(pk=alert_id, closed_at=None).first()
    if alert is None:
        raise AlertClosed
    return alert


def _trace(alert: Alert, decision: str, *, by: audit.Actor, at: datetime, reason: str = "") -> None:
    audit.record(
        audit.Action.RESOURCE_CHANGED,
        by=by,
        at=at,
        target=f"alert:{alert.pk}",
        reason=reason,
        detail={"decision": decision, "rule": alert.rule},
    )
