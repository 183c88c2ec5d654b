"""What awaits the team: alerts by risk and delay, persons followed, messages to check."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, F, Max, Q, QuerySet

from passerelle.care.devices.models import Alert, AlertStep, HeldMeasure, Measure, Monitoring, Pairing
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.rules.crossing import span
from passerelle.care.devices.rules.refusals import LABELS
from passerelle.care.devices.rules.words import Closing, Severity, Step
from passerelle.care.devices.selectors import guarding
from passerelle.care.identity import api as identity
from passerelle.core.access.api import AccessRefused, Act, Kind, Viewer

MOST: Final = 200


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert as a list shows it; `clock` says how long is left, or how late it is."""

    id: UUID
    person_id: UUID | None
    name: str
    sentence: str
    severity: Severity
    team: str
    opened_at: datetime
    due_at: datetime
    clock: str
    is_late: bool
    taken_name: str
    eased_at: datetime | None
    crossings: int
    escalated: str
    closed_at: datetime | None
    closing: str
    done: str
    closed_name: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """What happened to an alert."""

    label: str
    at: datetime
    by_name: str
    note: str


@dataclass(frozen=True, slots=True)
class MonitoredRow:
    """A person followed from afar."""

    person_id: UUID | None
    name: str
    team: str
    protocol: str
    since: datetime
    last_at: datetime | None
    alerts: int
    devices: int


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A message that waits for a person."""

    id: UUID
    label: str
    where: str
    why: str
    received_at: datetime
    device_id: UUID | None


def open_alerts(viewer: Viewer, *, at: datetime) -> list[AlertRow]:
    """Return the open alerts of the viewer's establishments: the most severe first, then by promise; 200 at most."""
    return _rows(_open_at(guarding.places_of(viewer)).order_by("rank", "due_at", "pk")[:MOST], at=at)


def late_count(viewer: Viewer, *, at: datetime) -> tuple[int, int]:
    """Return how many open alerts nobody has taken, and how many of them are past their promise."""
    found = _open_at(guarding.places_of(viewer)).filter(taken_at=None)
    counted = found.aggregate(waiting=Count("pk"), late=Count("pk", filter=Q(due_at__lte=at)))
    return counted["waiting"], counted["late"]


def alerts_of(person_id: UUID, *, at: datetime) -> list[AlertRow]:
    """Return the alerts of a person, open ones first, then the newest; the caller has decided."""
    rows = Alert.objects.select_related("monitoring").filter(
        monitoring__local_identity_id__in=guarding.files_of(person_id)
    )
    return _rows(rows.order_by(F("closed_at").desc(nulls_first=True), "rank", "-opened_at", "pk")[:MOST], at=at)


def alert_page(viewer: Viewer, alert_id: UUID, *, at: datetime) -> tuple[AlertRow, list[StepRow]]:
    """Return an alert and what happened to it; the reading leaves its event.

    Raises:
        AccessRefused: it is not of an establishment of the viewer, or the decision refuses.
    """
    found = Alert.objects.select_related("monitoring").filter(
        pk=alert_id, monitoring__establishment__in=guarding.places_of(viewer)
    )
    rows = _rows(list(found.order_by("pk")), at=at)
    if not rows or rows[0].person_id is None:
        raise AccessRefused
    guarding.check(viewer, Kind.OBSERVATION, Act.READ, person_id=rows[0].person_id, target=f"alert:{alert_id}", at=at)
    steps = AlertStep.objects.filter(alert_id=alert_id).order_by("at", "pk")
    return rows[0], [StepRow(Step(one.what).label, one.at, one.by_name, one.note) for one in steps]


def _open_at(places: Collection[str]) -> QuerySet[Alert]:
    return Alert.objects.select_related("monitoring").filter(closed_at=None, monitoring__establishment__in=places)


def _rows(alerts: Iterable[Alert], *, at: datetime) -> list[AlertRow]:
    found = list(alerts)
    names = names_of({one.monitoring.local_identity_id for one in found})
    return [_row(one, names, at) for one in found]


def names_of(files: Collection[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """Return the person and the name of each file, in two queries."""
    persons = identity.persons_of(files)
    known = identity.traits_of_many(sorted(set(persons.values())))
    return {
        file: (person_id, known[person_id].display_name if person_id in known else "Identité inconnue")
        for file, person_id in persons.items()
    }


def _row(alert: Alert, names: dict[UUID, tuple[UUID, str]], at: datetime) -> AlertRow:
    person_id, name = names.get(alert.monitoring.local_identity_id, (None, "Identité inconnue"))
    is_late = alert.taken_at is None and alert.closed_at is None and alert.due_at <= at
    escalated = Step.PILOT.label if alert.pilot_at else Step.SECOND_LINE.label if alert.second_line_at else ""
    return AlertRow(
        id=alert.pk,
        person_id=person_id,
        name=name,
        sentence=alert.sentence,
        severity=Severity(alert.severity),
        team=alert.monitoring.team,
        opened_at=alert.opened_at,
        due_at=alert.due_at,
        clock=_clock(alert, at),
        is_late=is_late,
        taken_name=alert.taken_name,
        eased_at=alert.eased_at,
        crossings=alert.crossings,
        escalated=escalated,
        closed_at=alert.closed_at,
        closing=Closing(alert.closing).label if alert.closing else "",
        done=alert.done,
        closed_name=alert.closed_name,
    )


def _clock(alert: Alert, at: datetime) -> str:
    if alert.closed_at is not None:
        return "close"
    if alert.taken_at is not None:
        return f"prise depuis {_short(at - alert.taken_at)}"
    left = alert.due_at - at
    return f"reste {_short(left)}" if left.total_seconds() > 0 else f"en retard de {_short(-left)}"


def _short(lasted: timedelta) -> str:
    minutes = int(lasted.total_seconds() // 60)
    return f"{max(minutes, 1)}\u00a0min" if minutes < 120 else span(lasted)


def monitored(viewer: Viewer, *, at: datetime) -> list[MonitoredRow]:
    """Return who the viewer's establishments follow at present, by name; as many queries for many as for one."""
    del at
    rows = list(Monitoring.objects.filter(establishment__in=guarding.places_of(viewer), until=None).order_by("pk"))
    files = {one.local_identity_id for one in rows}
    names = names_of(files)
    last = dict(
        Measure.objects.filter(local_identity_id__in=files, voided_at=None)
        .values_list("local_identity_id")
        .annotate(Max("measured_at"))
        .order_by()
    )
    alerts = dict(
        Alert.objects.filter(monitoring__in=rows, closed_at=None)
        .values_list("monitoring_id")
        .annotate(Count("pk"))
        .order_by()
    )
    devices = dict(
        Pairing.objects.filter(local_identity_id__in=files, until=None)
        .values_list("local_identity_id")
        .annotate(Count("pk"))
        .order_by()
    )
    found = [
        MonitoredRow(
            person_id=names.get(one.local_identity_id, (None, ""))[0],
            name=names.get(one.local_identity_id, (None, "Identité inconnue"))[1],
            team=one.team,
            protocol=catalogue().protocols[one.protocol].label
            if one.protocol in catalogue().protocols
            else one.protocol,
            since=one.since,
            last_at=last.get(one.local_identity_id),
            alerts=alerts.get(one.pk, 0),
            devices=devices.get(one.local_identity_id, 0),
        )
        for one in rows
    ]
    return sorted(found, key=lambda one: (-one.alerts, one.name, str(one.person_id)))


def held_rows(viewer: Viewer) -> list[HeldRow]:
    """Return the messages that wait for a person: of the viewer's establishments, and of no known device."""
    places = guarding.places_of(viewer)
    rows = HeldMeasure.objects.filter(Q(establishment__in=places) | Q(establishment=""), settled_at=None)
    return [
        HeldRow(one.pk, LABELS.get(one.code, one.code), one.where, one.why, one.received_at, one.device_id)
        for one in rows.order_by("-received_at", "pk")[:MOST]
    ]
