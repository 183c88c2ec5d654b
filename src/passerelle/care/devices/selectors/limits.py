"""Stored thresholds as rules see them."""

from collections.abc import Sequence
from uuid import UUID

from passerelle.care.devices.models import Threshold
from passerelle.care.devices.rules.crossing import Limit
from passerelle.care.devices.rules.words import Rule, Severity


def limit_of(row: Threshold) -> Limit:
    """Return a stored threshold as a rule sees it."""
    return Limit(row.quantity, Rule(row.rule), Severity(row.severity), row.value, row.hours)


def limits_of(monitoring_ids: Sequence[UUID]) -> list[Limit]:
    """Return the limits in force."""
    rows = Threshold.objects.filter(monitoring_id__in=monitoring_ids, until=None)
    return [limit_of(row) for row in rows.order_by("quantity", "rule", "pk")]
