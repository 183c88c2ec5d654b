"""What time brings: devices that fall silent, measures that do not come, alerts that nobody takes."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from passerelle.care.devices.models import Alert, AlertStep, Device, Measure, Monitoring, Pairing, Threshold
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.rules.crossing import missing_sentence, span
from passerelle.care.devices.rules.words import Line, Rule, Severity, Step
from passerelle.care.devices.selectors.limits import limit_of
from passerelle.care.devices.services.judging import open_alert
from passerelle.care.devices.services.telling import tell_line

_ONE_AT_A_TIME = "SELECT pg_try_advisory_xact_lock(hashtext('devices_following'))"


@transaction.atomic
def follow(*, at: datetime) -> int:
    """Open what silence asks for, ease what is over, escalate what nobody took; return how many alerts were touched.

    Two at once is one: the second does nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME)
        row = cursor.fetchone()
    if not row or not row[0]:
        return 0
    return _silent(at) + _missing(at) + _escalate(at)


def _standing(rule: Rule) -> dict[tuple[UUID, str], Alert]:
    rows = Alert.objects.select_for_update().filter(rule=rule.value, closed_at=None).order_by("pk")
    return {(one.monitoring_id, one.about): one for one in rows}


def _silent(at: datetime) -> int:
    """Tell devices that nobody heard for longer than their model allows."""
    pairings = list(Pairing.objects.filter(until=None).order_by("pk"))
    devices = Device.objects.in_bulk({one.device_id for one in pairings})
    followed = {
        one.local_identity_id: one
        for one in Monitoring.objects.filter(
            local_identity_id__in={one.local_identity_id for one in pairings}, until=None
        )
    }
    standing, touched = _standing(Rule.SILENT), 0
    for pairing in pairings:
        monitoring, device = followed.get(pairing.local_identity_id), devices[pairing.device_id]
        model = catalogue().models.get(device.model_code)
        if monitoring is None or model is None:
            continue
        heard_at = max(pairing.since, device.heard_at or pairing.since)
        alert = standing.get((monitoring.pk, str(device.pk)))
        if at - heard_at < model.silent:
            touched += _ease(alert, at)
        elif alert is None:
            sentence = f"{model.label}\u00a0: aucun signe de vie depuis {span(at - heard_at)}"
            open_alert(
                monitoring,
                rule=Rule.SILENT,
                about=str(device.pk),
                severity=Severity.WATCH,
                sentence=sentence,
                measured_at=heard_at,
                at=at,
            )
            touched += 1
        else:
            touched += _resume(alert, heard_at)
    return touched


def _resume(alert: Alert, last_at: datetime) -> int:
    """Say of an alert that had eased that what it told is back; it was never closed, so it is the same episode."""
    if alert.eased_at is None:
        return 0
    alert.eased_at, alert.last_at = None, last_at
    alert.save(update_fields=["eased_at", "last_at"])
    return 1


def _ease(alert: Alert | None, at: datetime) -> int:
    if alert is None or alert.eased_at is not None:
        return 0
    alert.eased_at = at
    alert.save(update_fields=["eased_at"])
    return 1


def _missing(at: datetime) -> int:
    """Tell measures that a threshold expects and that did not come."""
    rows = list(
        Threshold.objects.filter(rule=Rule.MISSING.value, until=None, monitoring__until=None)
        .select_related("monitoring")
        .order_by("pk")
    )
    last = _last_measures({one.monitoring.local_identity_id for one in rows})
    standing, touched = _standing(Rule.MISSING), 0
    for row in rows:
        limit, monitoring = limit_of(row), row.monitoring
        came = last.get((monitoring.local_identity_id, row.quantity))
        reference = max(came, monitoring.since) if came else monitoring.since
        sentence = missing_sentence(limit, reference, at=at, catalogue=catalogue())
        if not sentence:
            continue
        if alert := standing.get((monitoring.pk, row.quantity)):
            touched += _resume(alert, reference)
            continue
        standing[monitoring.pk, row.quantity] = open_alert(
            monitoring,
            rule=Rule.MISSING,
            about=row.quantity,
            severity=limit.severity,
            sentence=sentence,
            measured_at=reference,
            at=at,
        )
        touched += 1
    return touched


def _last_measures(files: set[UUID]) -> dict[tuple[UUID, str], datetime]:
    """Return when each quantity of each file was measured last."""
    rows = (
        Measure.objects.filter(local_identity_id__in=files, voided_at=None)
        .values("local_identity_id", "kind")
        .annotate(last=Max("measured_at"))
        .order_by()
    )
    found: dict[tuple[UUID, str], datetime] = {}
    for row in rows:
        for quantity in catalogue().kinds[row["kind"]].required:
            key = (row["local_identity_id"], quantity)
            found[key] = max(row["last"], found.get(key, row["last"]))
    return found


def _escalate(at: datetime) -> int:
    """Tell the second line, then the pilot, of alerts that nobody took within the promise; each once."""
    late = (
        Alert.objects.select_for_update(of=("self",))
        .select_related("monitoring")
        .filter(closed_at=None, taken_at=None, due_at__lte=at, pilot_at=None)
        .order_by("rank", "due_at", "pk")
    )
    touched = 0
    for alert in late:
        grace = catalogue().promises[Severity(alert.severity)].second_line
        if alert.second_line_at is None:
            _tell(alert, Line.SECOND, Step.SECOND_LINE, at=at)
            alert.second_line_at = at
        elif alert.second_line_at + grace <= at:
            _tell(alert, Line.PILOT, Step.PILOT, at=at)
            alert.pilot_at = at
        else:
            continue
        alert.save(update_fields=["second_line_at", "pilot_at"])
        touched += 1
    return touched


def _tell(alert: Alert, line: Line, step: Step, *, at: datetime) -> None:
    told = tell_line(alert, at=at, line=line)
    note = "" if told else "Personne n’est inscrit sur cette ligne\u00a0: l’alerte reste en tête de la liste."
    AlertStep.objects.create(alert=alert, what=step.value, at=at, note=note)
