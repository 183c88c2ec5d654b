"""Follow what was sent: received, read, refused; and escalate what is late, once for each level."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from passerelle.care.delivery import api as delivery
from passerelle.care.identity import api as identity
from passerelle.care.liaison.models import Discharge, Dispatch, Escalation, Lateness
from passerelle.care.liaison.rules import clock
from passerelle.care.liaison.rules.clock import Delays, Standing
from passerelle.care.liaison.rules.ways import Addressee, Way
from passerelle.care.liaison.selectors.delays import counted_since, delays
from passerelle.care.liaison.selectors.readings import openings
from passerelle.care.liaison.services.discharges import note_discharges, note_letters
from passerelle.core.access import api as access

_FOLLOWED: Final = timedelta(days=120)
_BATCH: Final = 1_000


def follow(*, at: datetime) -> int:
    """Make one turn of the follow-up; return how many things were found late now.

    Discharges and letters are noted, receipts and readings taken, then what is late is escalated.
    """
    note_discharges(at=at)
    note_letters(at=at)
    follow_dispatches(at=at)
    return escalate(at=at)


def follow_dispatches(*, at: datetime) -> int:
    """Take what became of each sending not read yet; return how many changed."""
    waiting = list(_followed(at)[:_BATCH])
    mails = delivery.follow_mails([one.cause for one in waiting if one.cause])
    readers = _readers(waiting)
    opened = openings((one.document_id, reader) for one in waiting if (reader := readers.get(one.pk)))
    changed = 0
    for one in waiting:
        reader = readers.get(one.pk)
        read_at = opened.get((one.document_id, reader)) if reader else None
        changed += _take(one, mails.get(one.cause), read_at if read_at and read_at >= one.sent_at else None)
    return changed


def _followed(at: datetime) -> QuerySet[Dispatch]:
    return Dispatch.objects.filter(way__in=[Way.SPACE, Way.MAIL], read_at=None, sent_at__gte=at - _FOLLOWED).order_by(
        "sent_at", "pk"
    )


def _readers(waiting: Iterable[Dispatch]) -> dict[UUID, UUID]:
    """Return the account that reads each sending in its space: the doctor's own, or that of the patient."""
    found = {one.pk: one.account_id for one in waiting if one.account_id is not None}
    patients = [one for one in waiting if one.addressee == Addressee.PATIENT]
    persons = identity.persons_of([one.local_identity_id for one in patients])
    accounts = access.accounts_of_patients(persons.values())
    for one in patients:
        account = accounts.get(persons.get(one.local_identity_id, one.pk))
        if account is not None:
            found[one.pk] = account
    return found


def _take(one: Dispatch, mail: delivery.MailFollowed | None, read_at: datetime | None) -> bool:
    before = (one.received_at, one.read_at, one.failed_at, one.failure)
    if mail is not None:
        one.received_at = one.received_at or mail.received_at
        one.read_at = one.read_at or mail.read_at
        one.failed_at, one.failure = mail.failed_at, mail.failure
    if read_at is not None:
        one.read_at = min(one.read_at or read_at, read_at)
    if before == (one.received_at, one.read_at, one.failed_at, one.failure):
        return False
    one.save(update_fields=["received_at", "read_at", "failed_at", "failure"])
    return True


@transaction.atomic
def escalate(*, at: datetime) -> int:
    """Note what has become late, once for each level; return how many are new."""
    limits = delays(timezone.localdate(at))
    found = [*_late_letters(at, limits), *_late_sendings(at, limits)]
    before = Escalation.objects.count()
    Escalation.objects.bulk_create(found, ignore_conflicts=True)
    return Escalation.objects.count() - before


def _late_letters(at: datetime, limits: Delays) -> list[Escalation]:
    waiting = Discharge.objects.filter(answered_at=None, cancelled_at=None, left_at__gte=counted_since(at))
    found = []
    for one in waiting:
        standing = clock.standing(one.left_at, None, at=at, delays=limits)
        if standing in {Standing.SAME_DAY, Standing.NEXT_DAY}:
            found.append(_late(one, Lateness.SAME_DAY, at))
        if standing is Standing.NEXT_DAY:
            found.append(_late(one, Lateness.NEXT_DAY, at))
    return found


def _late(one: Discharge, level: Lateness, at: datetime) -> Escalation:
    return Escalation(stay_id=one.pk, establishment=one.establishment, level=level, at=at)


def _late_sendings(at: datetime, limits: Delays) -> list[Escalation]:
    """Judge a document by its best way: read or received by one is read or received."""
    rows = Dispatch.objects.filter(addressee=Addressee.DOCTOR, sent_at__gte=counted_since(at)).order_by("sent_at", "pk")
    by_document: dict[UUID, list[Dispatch]] = {}
    for row in rows:
        by_document.setdefault(row.document_id, []).append(row)
    found = []
    for sendings in by_document.values():
        first = sendings[0]
        is_told = any(one.way in {Way.HAND, Way.PAPER, Way.PHONE} for one in sendings)
        received = min((one.received_at for one in sendings if one.received_at), default=None)
        read = min((one.read_at for one in sendings if one.read_at), default=None)
        if is_told or read is not None:
            continue
        if clock.is_not_received(first.sent_at, received, at=at, delays=limits):
            found.append(_unanswered(first, Lateness.NOT_RECEIVED, at))
        if clock.is_not_read(first.sent_at, read, at=at, delays=limits):
            found.append(_unanswered(first, Lateness.NOT_READ, at))
    return found


def _unanswered(one: Dispatch, level: Lateness, at: datetime) -> Escalation:
    return Escalation(dispatch=one, establishment=one.establishment, level=level, at=at)
