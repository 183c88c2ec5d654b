"""Following a person from afar: begun by a professional with a protocol, its thresholds changed one by one, ended."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction

from passerelle.care.devices.models import Monitoring, Threshold
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.rules.words import Rule, Severity
from passerelle.care.devices.selectors import guarding
from passerelle.care.devices.services.fleet import file_at
from passerelle.care.devices.services.refusals import AccessRefused, AlreadyMonitored, NotMonitored
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer


@dataclass(frozen=True, slots=True)
class Prescription:
    """What a professional asks: the team that follows, its telephone, and a protocol of the catalogue."""

    establishment: str
    team: str
    phone: str
    protocol: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A threshold as a professional wants it; `value` in the unit of the quantity."""

    quantity: str
    rule: Rule
    severity: Severity
    value: Decimal | None
    hours: int | None
    reason: str = ""


@transaction.atomic
def begin_monitoring(*, person_id: UUID, prescription: Prescription, by: Viewer, at: datetime) -> Monitoring:
    """Begin to follow a person; the thresholds of the protocol are in force at once.

    Raises:
        AlreadyMonitored: the establishment follows this person already.
        AccessRefused: the viewer does not give care to this person there.
    """
    if prescription.establishment not in guarding.places_of(by):
        raise AccessRefused
    relation = record.relation_to(by, person_id, at=at)
    may = relation in {Relation.TREATING, Relation.EMERGENCY}
    access.check(
        by,
        Kind.DEVICE,
        Act.CREATE,
        relation=Relation.AUTHOR if may else relation,
        target=f"monitoring:{person_id}",
        person_id=person_id,
        at=at,
    )
    protocol = catalogue().protocols[prescription.protocol]
    try:
        with transaction.atomic():
            monitoring = Monitoring.objects.create(
                local_identity_id=file_at(person_id, prescription.establishment),
                establishment=prescription.establishment,
                team=prescription.team,
                phone=prescription.phone,
                protocol=protocol.code,
                since=at,
                by_account=by.account_id,
                by_name=by.name,
            )
    except IntegrityError as known:
        raise AlreadyMonitored from known
    Threshold.objects.bulk_create(
        Threshold(
            monitoring=monitoring,
            quantity=one.quantity,
            rule=one.rule.value,
            severity=one.severity.value,
            value=one.value,
            hours=one.hours,
            since=at,
            by_name=by.name,
            reason=f"Protocole «\u00a0{protocol.label}\u00a0», version {protocol.version}",
        )
        for one in protocol.thresholds
    )
    return monitoring


@transaction.atomic
def set_threshold(*, person_id: UUID, wanted: Wanted, by: Viewer, at: datetime) -> Threshold:
    """Put a threshold in force from now on; the one it replaces keeps its dates and its author.

    Raises:
        NotMonitored: the viewer's establishment does not follow this person.
        AccessRefused: the decision refuses.
    """
    monitoring = followed_here(person_id, by=by, at=at, target=f"threshold:{wanted.quantity}")
    _end(monitoring, wanted.quantity, wanted.rule, wanted.severity, by=by, at=at)
    return Threshold.objects.create(
        monitoring=monitoring,
        quantity=wanted.quantity,
        rule=wanted.rule.value,
        severity=wanted.severity.value,
        value=wanted.value,
        hours=wanted.hours,
        since=at,
        by_name=by.name,
        reason=wanted.reason,
    )


@transaction.atomic
def lift_threshold(*, person_id: UUID, threshold_id: int, by: Viewer, at: datetime) -> None:
    """End a threshold; it stays in the history.

    Raises:
        NotMonitored: the viewer's establishment does not follow this person.
    """
    monitoring = followed_here(person_id, by=by, at=at, target=f"threshold:{threshold_id}")
    Threshold.objects.filter(pk=threshold_id, monitoring=monitoring, until=None).update(until=at, ended_by=by.name)


@transaction.atomic
def end_monitoring(*, person_id: UUID, why: str, by: Viewer, at: datetime) -> Monitoring:
    """Stop following a person. Devices stay where they are until they are given back; open alerts stay open.

    Raises:
        NotMonitored: the viewer's establishment does not follow this person.
    """
    monitoring = followed_here(person_id, by=by, at=at, target=f"monitoring:{person_id}")
    monitoring.until, monitoring.ended_by, monitoring.ended_why = at, by.name, why
    monitoring.save(update_fields=["until", "ended_by", "ended_why"])
    Threshold.objects.filter(monitoring=monitoring, until=None).update(until=at, ended_by=by.name)
    return monitoring


def followed_here(person_id: UUID, *, by: Viewer, at: datetime, target: str) -> Monitoring:
    """Return the monitoring in force of a person at the viewer's establishment, locked; the decision leaves its trace.

    Raises:
        NotMonitored: there is none.
        AccessRefused: the decision refuses.
    """
    guarding.check(by, Kind.DEVICE, Act.UPDATE, person_id=person_id, target=target, at=at)
    found = (
        Monitoring.objects.select_for_update()
        .filter(
            local_identity_id__in=guarding.files_of(person_id), establishment__in=guarding.places_of(by), until=None
        )
        .order_by("since", "pk")
        .first()
    )
    if found is None:
        raise NotMonitored
    return found


def _end(monitoring: Monitoring, quantity: str, rule: Rule, severity: Severity, *, by: Viewer, at: datetime) -> None:
    Threshold.objects.filter(
        monitoring=monitoring, quantity=quantity, rule=rule.value, severity=severity.value, until=None
    ).update(until=at, ended_by=by.name)
