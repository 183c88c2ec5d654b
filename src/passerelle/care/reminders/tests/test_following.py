"""What did not reach goes by the next channel; what left is settled."""

from datetime import timedelta

import pytest

from passerelle.care.appointments import api as appointments
from passerelle.care.appointments.api import Via
from passerelle.care.appointments.tests.cast import DESK
from passerelle.care.reminders.models import Outcome
from passerelle.care.reminders.services.following import follow, settle
from passerelle.care.reminders.services.planning import plan
from passerelle.care.reminders.tests.cast import TUESDAY, at, books, day_before, patient, reminders, scene
from passerelle.core.notify.models import Message

pytestmark = pytest.mark.django_db


def _planned(**told):
    row = books(scene(), patient(**told), at(TUESDAY, 9))
    plan(at=day_before(4, 18))
    return row


def _becomes(state, when):
    Message.objects.filter(state="waiting").update(state=state, settled_at=when)


def test_what_left_is_settled():
    _planned()
    _becomes("delivered", day_before(3, 10))

    assert follow(at=day_before(3, 11)) == 1
    assert follow(at=day_before(3, 11)) == 0

    assert reminders()[0].state == "reached"


def test_what_may_have_left_waits_to_be_known():
    _planned(email="zoe@exemple.fr")
    Message.objects.update(state="doubtful")

    follow(at=day_before(3, 11))

    assert reminders()[0].state == "queued"
    assert Message.objects.count() == 1


def test_an_sms_that_is_not_delivered_is_followed_by_a_mail_then_by_nothing():
    _planned(email="zoe@exemple.fr")

    _becomes("failed", day_before(3, 10))
    follow(at=day_before(3, 11))

    [reminder] = reminders()
    assert (reminder.channel, reminder.state, reminder.tried) == ("email", "queued", ["sms"])
    assert Message.objects.get(channel="email").recipient == "zoe@exemple.fr"

    _becomes("failed", day_before(3, 12))
    follow(at=day_before(3, 13))
    assert reminders()[0].state == "failed"


def test_nothing_follows_an_sms_of_an_appointment_that_is_no_more():
    row = _planned(email="zoe@exemple.fr")
    _becomes("failed", day_before(3, 10))
    appointments.cancel(appointment_id=row.id, by=DESK, via=Via.DESK, at=day_before(3, 10, 30))

    follow(at=day_before(3, 11))

    assert reminders()[0].state == "cancelled"
    assert not Message.objects.filter(channel="email").exists()


def test_what_is_called_off_while_it_is_followed_stays_called_off():
    row = _planned(email="zoe@exemple.fr")
    _becomes("delivered", day_before(3, 10))
    seen = reminders()
    appointments.cancel(appointment_id=row.id, by=DESK, via=Via.DESK, at=day_before(3, 10, 30))

    assert settle(seen, at=day_before(3, 11)) == 0

    assert reminders()[0].state == "cancelled"


def test_whether_somebody_came_is_noted_with_whether_they_were_reminded():
    row = _planned()
    _becomes("delivered", day_before(3, 10))
    follow(at=day_before(3, 11))

    appointments.miss(appointment_id=row.id, by=DESK, via=Via.DESK, at=at(TUESDAY, 12))

    outcome = Outcome.objects.get()
    assert (outcome.was_missed, outcome.was_reminded) == (True, True)
    appointments.restore(appointment_id=row.id, by=DESK, via=Via.DESK, at=at(TUESDAY, 13))
    assert not Outcome.objects.exists()


def test_who_came_without_a_reminder_is_counted_so():
    row = books(scene(), patient(sms=None), at(TUESDAY, 9))

    appointments.arrive(appointment_id=row.id, by=DESK, via=Via.DESK, at=at(TUESDAY, 8, 50))
    appointments.complete(appointment_id=row.id, by=DESK, via=Via.DESK, at=at(TUESDAY, 9, 30))

    outcome = Outcome.objects.get()
    assert (outcome.was_missed, outcome.was_reminded) == (False, False)
    assert outcome.month == (TUESDAY - timedelta(days=TUESDAY.day - 1))
