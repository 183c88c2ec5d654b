"""Measures against the thresholds of their person: alerts open, worsen or ease. One alert an episode, not a measure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from passerelle.care.devices.models import Alert, AlertStep, Measure, Monitoring, Threshold
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.rules.crossing import Crossing, Limit, Point, crossings
from passerelle.care.devices.rules.words import Rule, Severity, Step
from passerelle.care.devices.selectors.limits import limit_of
from passerelle.care.devices.services.telling import tell_line

Judged = tuple[UUID, datetime, Mapping[str, Decimal]]
_TRENDS = {Rule.RISE, Rule.DROP}


@dataclass(slots=True)
class _Followed:
    """A person's file that is followed: its limits, and the earlier values that its trends look at."""

    monitoring: Monitoring
    limits: list[Limit] = field(default_factory=list)
    before: defaultdict[str, list[Point]] = field(default_factory=lambda: defaultdict(list))


def judge(measures: Iterable[Judged], *, at: datetime) -> None:
    """Compare new measures, already stored, to what is in force for their persons; in the caller's transaction."""
    by_file: defaultdict[UUID, list[Judged]] = defaultdict(list)
    for measure in measures:
        by_file[measure[0]].append(measure)
    followed = _followed(by_file)
    _look_back(followed, by_file)
    crossed: list[tuple[_Followed, Crossing]] = []
    for file, one in followed.items():
        for _, measured_at, values in sorted(by_file[file], key=lambda each: each[1]):
            if measured_at < one.monitoring.since:
                continue
            found = crossings(values, at=measured_at, limits=one.limits, before=one.before, catalogue=catalogue())
            crossed += [(one, crossing) for crossing in found]
    if crossed:
        _open(crossed, at=at)
    _ease(followed, by_file, at=at)


def _followed(files: Mapping[UUID, object]) -> dict[UUID, _Followed]:
    current = Monitoring.objects.filter(local_identity_id__in=list(files), until=None)
    found = {one.local_identity_id: _Followed(one) for one in current.order_by("pk")}
    by_id = {one.monitoring.pk: one for one in found.values()}
    for row in Threshold.objects.filter(monitoring_id__in=by_id, until=None).order_by("pk"):
        by_id[row.monitoring_id].limits.append(limit_of(row))
    return found


def _look_back(followed: Mapping[UUID, _Followed], by_file: Mapping[UUID, Sequence[Judged]]) -> None:
    """Read the earlier values of the quantities that a trend looks at; one query, none without a trend."""
    wanted: dict[UUID, set[str]] = {}
    earliest: list[datetime] = []
    for file, one in followed.items():
        measured = {code for _, _, values in by_file[file] for code in values}
        trends = [limit for limit in one.limits if limit.rule in _TRENDS and limit.quantity in measured]
        if trends:
            wanted[file] = {limit.quantity for limit in trends}
            earliest.append(min(at for _, at, _ in by_file[file]) - max(limit.window for limit in trends))
    if not wanted:
        return
    rows = Measure.objects.filter(local_identity_id__in=wanted, measured_at__gte=min(earliest), voided_at=None)
    for file, at, values in rows.values_list("local_identity_id", "measured_at", "values"):
        for code in wanted[file] & values.keys():
            followed[file].before[code].append(Point(at, Decimal(str(values[code]))))


def _ease(followed: Mapping[UUID, _Followed], by_file: Mapping[UUID, Sequence[Judged]], *, at: datetime) -> None:
    """Note on open alerts that what they told is over; only a person closes them."""
    latest = {
        (one.monitoring.pk, code): measured_at
        for file, one in followed.items()
        for _, measured_at, values in sorted(by_file[file], key=lambda each: each[1])
        for code in values
    }
    if not latest:
        return
    for alert in _open_of(one.monitoring.pk for one in followed.values()).exclude(rule=Rule.SILENT.value):
        came = latest.get((alert.monitoring_id, alert.about))
        if came is not None and came > alert.last_at and alert.eased_at is None:
            alert.eased_at = at
            alert.save(update_fields=["eased_at"])


def _open_of(monitorings: Iterable[UUID]) -> QuerySet[Alert]:
    return Alert.objects.select_for_update().filter(monitoring_id__in=list(monitorings), closed_at=None).order_by("pk")


def _open(crossed: Sequence[tuple[_Followed, Crossing]], *, at: datetime) -> None:
    """Open an alert for each episode that begins; the others count one measure more."""
    monitorings = {one.monitoring.pk: one.monitoring for one, _ in crossed}
    list(Monitoring.objects.select_for_update().filter(pk__in=monitorings).order_by("pk").values_list("pk"))
    standing = {(one.monitoring_id, one.rule, one.about): one for one in _open_of(monitorings)}
    gone_on: dict[UUID, Alert] = {}
    for one, crossing in crossed:
        key = (one.monitoring.pk, crossing.limit.rule.value, crossing.limit.quantity)
        if key in standing:
            _go_on(standing[key], crossing, at=at)
            gone_on[standing[key].pk] = standing[key]
        else:
            standing[key] = open_alert(
                one.monitoring,
                rule=crossing.limit.rule,
                about=crossing.limit.quantity,
                severity=crossing.limit.severity,
                sentence=crossing.sentence,
                measured_at=crossing.at,
                at=at,
            )
    Alert.objects.bulk_update(
        gone_on.values(), ["crossings", "last_at", "eased_at", "severity", "rank", "sentence", "due_at"]
    )


def _go_on(alert: Alert, crossing: Crossing, *, at: datetime) -> None:
    severity = crossing.limit.severity
    alert.crossings += 1
    if crossing.at >= alert.last_at:
        alert.last_at, alert.eased_at = crossing.at, None
    if severity.rank < alert.rank:
        alert.severity, alert.rank, alert.sentence = severity.value, severity.rank, crossing.sentence[:300]
        alert.due_at = min(alert.due_at, at + promised(severity))
        note = f"{severity.label}\u00a0: {crossing.sentence}"
        AlertStep.objects.create(alert=alert, what=Step.WORSENED.value, at=at, note=note[:300])
        tell_line(alert, at=at)


def promised(severity: Severity) -> timedelta:
    """Return within how long a named professional takes an alert."""
    return catalogue().promises[severity].take


def open_alert(  # noqa: PLR0913 - what an alert says, each named at the call
    monitoring: Monitoring,
    *,
    rule: Rule,
    about: str,
    severity: Severity,
    sentence: str,
    measured_at: datetime,
    at: datetime,
) -> Alert:
    """Open an episode and tell the first line; the caller has looked that none is open."""
    alert = Alert.objects.create(
        monitoring=monitoring,
        rule=rule.value,
        about=about,
        severity=severity.value,
        rank=severity.rank,
        sentence=sentence[:300],
        opened_at=at,
        measured_at=measured_at,
        last_at=measured_at,
        due_at=at + promised(severity),
    )
    AlertStep.objects.create(alert=alert, what=Step.OPENED.value, at=at, note=sentence[:300])
    tell_line(alert, at=at)
    return alert
