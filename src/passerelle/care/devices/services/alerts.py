"""An alert is taken by a named professional, and closed by an act that says what was done; never without one."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.devices.models import Alert, AlertStep
from passerelle.care.devices.rules.words import Closing, Step
from passerelle.care.devices.selectors import guarding
from passerelle.care.devices.services.refusals import AccessRefused, AlreadyClosed, NothingSaid
from passerelle.care.identity import api as identity
from passerelle.core.access.api import Act, Kind, Viewer


@transaction.atomic
def take_alert(*, alert_id: UUID, by: Viewer, at: datetime) -> Alert:
    """Take an alert in one's own name, also from a colleague.

    Raises:
        AlreadyClosed: it is closed.
        AccessRefused: this viewer does not see it.
    """
    alert = _locked(alert_id, by=by, at=at)
    if alert.taken_by == by.account_id and alert.taken_at is not None:
        return alert
    what = Step.TAKEN if alert.taken_at is None else Step.HANDED
    alert.taken_at = alert.taken_at or at
    alert.taken_by, alert.taken_name = by.account_id, by.name
    alert.save(update_fields=["taken_at", "taken_by", "taken_name"])
    AlertStep.objects.create(alert=alert, what=what.value, at=at, by_name=by.name)
    return alert


@transaction.atomic
def close_alert(*, alert_id: UUID, closing: Closing, done: str, by: Viewer, at: datetime) -> Alert:
    """Close an alert by the act that answers it; whoever closes it has taken it.

    Raises:
        NothingSaid: it is not said what was done.
        AlreadyClosed: it is closed.
        AccessRefused: this viewer does not see it.
    """
    said = done.strip()
    if not said:
        raise NothingSaid
    alert = take_alert(alert_id=alert_id, by=by, at=at)
    alert.closed_at, alert.closed_name, alert.closing, alert.done = at, by.name, closing.value, said
    alert.save(update_fields=["closed_at", "closed_name", "closing", "done"])
    note = f"{closing.label}\u00a0: {said}"[:300]
    AlertStep.objects.create(alert=alert, what=Step.CLOSED.value, at=at, by_name=by.name, note=note)
    return alert


def _locked(alert_id: UUID, *, by: Viewer, at: datetime) -> Alert:
    alert = Alert.objects.select_for_update(of=("self",)).select_related("monitoring").filter(pk=alert_id).first()
    if alert is None or alert.monitoring.establishment not in guarding.places_of(by):
        raise AccessRefused
    person_id = identity.person_of(alert.monitoring.local_identity_id)
    guarding.check(by, Kind.OBSERVATION, Act.UPDATE, person_id=person_id, target=f"alert:{alert.pk}", at=at)
    if alert.closed_at is not None:
        raise AlreadyClosed
    return alert
