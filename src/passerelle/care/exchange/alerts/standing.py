"""The alerts as screens show them: those of the establishments whose flows the viewer keeps."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from passerelle.care.exchange.models import Alert
from passerelle.core.access.api import Role, Viewer
from passerelle.core.directory import api as directory

RULES = {
    "silence": "Silence",
    "queue": "Retard",
    "parked": "File arrêtée",
    "poison": "Message empoisonné",
    "conflict": "Identifiant repris",
    "refusals": "Refus en rafale",
    "nothing_passes": "Tout est refusé",
    "unknown_sender": "Émetteur inconnu",
    "declaration": "Déclaration illisible",
    "delivery_stuck": "Envoi en panne",
    "delivery_doubt": "Envoi à décider",
    "delivery_refused": "Envoi refusé",
    "delivery_suspended": "Envois suspendus",
    "delivery_stopped": "Destination arrêtée",
}


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert in a list, and on its page."""

    id: UUID
    rule: str
    is_severe: bool
    title: str
    todo: str
    link: str
    establishment: str
    establishment_name: str
    opened_at: datetime
    lasted: timedelta
    taken_by: str
    taken_at: datetime | None
    closed_at: datetime | None
    closed_by: str
    closed_because: str

    @property
    def status_kind(self) -> str:
        """Return how it is shown: danger, attention, or done once closed."""
        return "done" if self.closed_at else "danger" if self.is_severe else "attention"

    @property
    def status_label(self) -> str:
        """Return where it stands, in words."""
        if self.closed_at:
            return "fermée"
        return "prise en charge" if self.taken_by else "ouverte"


def open_alerts(viewer: Viewer, *, at: datetime) -> list[AlertLine]:
    """Return the alerts to look at now: urgent ones first, then those nobody took, then the oldest."""
    rows = Alert.objects.filter(_visible_to(viewer), closed_at=None).exclude(opened_at=None)
    return _lines(list(rows.order_by("-is_severe", "taken_by", "opened_at", "pk")[:200]), at)


def closed_alerts(viewer: Viewer, *, at: datetime) -> list[AlertLine]:
    """Return the last alerts that are over."""
    rows = Alert.objects.filter(_visible_to(viewer)).exclude(closed_at=None).exclude(opened_at=None)
    return _lines(list(rows.order_by("-closed_at", "pk")[:50]), at)


def alert(viewer: Viewer, alert_id: UUID, *, at: datetime) -> AlertLine | None:
    """Return one alert; None when it does not exist, is not open yet, or is not for this viewer."""
    row = Alert.objects.filter(_visible_to(viewer), pk=alert_id).exclude(opened_at=None).first()
    return _lines([row], at)[0] if row else None


def _visible_to(viewer: Viewer) -> Q:
    if not viewer.has(Role.INTEGRATOR):
        return Q(pk__in=[])
    if (Role.INTEGRATOR, None) in viewer.assignments:
        return Q()
    return Q(establishment__in=[*viewer.establishments_as(Role.INTEGRATOR), ""])


def _lines(rows: list[Alert], at: datetime) -> list[AlertLine]:
    names = {row.code: row.short_name for row in directory.establishments(with_test=True)}
    return [_line(row, names, at) for row in rows]


def _line(row: Alert, names: dict[str, str], at: datetime) -> AlertLine:
    opened_at = row.opened_at or row.noticed_at
    return AlertLine(
        id=row.pk,
        rule=RULES.get(row.rule, row.rule),
        is_severe=row.is_severe,
        title=row.title,
        todo=row.todo,
        link=row.link,
        establishment=row.establishment,
        establishment_name=names.get(row.establishment, ""),
        opened_at=opened_at,
        lasted=(row.closed_at or at) - opened_at,
        taken_by=row.taken_by,
        taken_at=row.taken_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        closed_because=row.closed_because,
    )
