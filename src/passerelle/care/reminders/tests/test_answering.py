"""Answers by SMS: to the appointment the reminder told of, and to no other."""

import pytest

from passerelle.care.appointments import api as appointments
from passerelle.care.appointments.api import State, Via
from passerelle.care.appointments.tests.cast import DESK
from passerelle.care.reminders.services.planning import plan
from passerelle.care.reminders.tests.cast import TUESDAY, at, books, day_before, patient, scene
from passerelle.core.notify.models import Answer, Message
from passerelle.core.notify.services.hearing import take_answer

pytestmark = pytest.mark.django_db


def _reminded():
    row = books(scene(), patient(), at(TUESDAY, 9))
    plan(at=day_before(4, 18))
    plan(at=day_before(2, 18))
    Message.objects.update(state="delivered", begun_at=day_before(1, 11))
    Message.objects.filter(expires_at__lt=at(TUESDAY, 0)).update(expires_at=at(TUESDAY, 7))
    return row


def _says(text, when):
    return take_answer(sender="+33639980012", text=text, at=when, reference=text)


def _state(row):
    return appointments.appointment_row(row.id).state


def test_oui_confirms_and_is_answered():
    row = _reminded()

    answer = _says("Oui", day_before(1, 12))

    assert answer.outcome == "rendez-vous confirmé"
    assert _state(row) is State.CONFIRMED
    assert Message.objects.get(key__startswith="reply:").template == "reminder_confirmed"


def test_non_cancels_and_frees_the_place():
    row = _reminded()

    _says("NON", day_before(1, 12))

    assert _state(row) is State.CANCELLED
    assert Message.objects.get(key__startswith="reply:").template == "reminder_cancelled"


def test_an_answer_about_a_moved_appointment_changes_nothing():
    row = _reminded()
    appointments.move(appointment_id=row.id, starts_at=at(TUESDAY, 11), by=DESK, via=Via.DESK, at=day_before(1, 12))

    answer = _says("NON", day_before(1, 13))

    assert answer.outcome == "le rendez-vous avait changé"
    assert _state(row) is State.BOOKED
    assert Message.objects.get(key__startswith="reply:").template == "reminder_changed"


def test_oui_after_it_was_cancelled_is_told_kindly():
    row = _reminded()
    appointments.cancel(appointment_id=row.id, by=DESK, via=Via.DESK, at=day_before(1, 12))

    assert _says("OUI", day_before(1, 13)).outcome == "le rendez-vous avait changé"
    assert Answer.objects.count() == 1
