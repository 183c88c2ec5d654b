"""Each reminder once; none for a moved or cancelled appointment; none to whom must not get one."""

from datetime import timedelta

import pytest

from passerelle.care.appointments import api as appointments
from passerelle.care.appointments.api import Via
from passerelle.care.appointments.tests.cast import DESK
from passerelle.care.consent import api as consent
from passerelle.care.reminders.models import ReachChoice
from passerelle.care.reminders.services.planning import plan, plan_for
from passerelle.care.reminders.tests.cast import NOW, TUESDAY, at, books, day_before, patient, reminders, scene
from passerelle.core.audit import api as audit
from passerelle.core.notify import api as notify
from passerelle.core.notify.models import Message

pytestmark = pytest.mark.django_db


def _booked(hour=9, **told):
    return books(scene(), patient(**told), at(TUESDAY, hour))


def test_three_days_before_an_sms_is_queued_for_its_hour():
    row = _booked()

    plan(at=day_before(4, 18))

    [reminder] = reminders()
    message = Message.objects.get()
    assert (reminder.step, reminder.channel, reminder.state) == ("j3", "sms", "queued")
    assert (message.recipient, message.due_at) == ("+33639980012", day_before(3, 10))
    assert message.expires_at == day_before(2, 8)
    assert message.about == f"appointment:{row.id}"
    assert message.words["place"] == "aphm"
    assert set(message.words) == {"place", "date", "time", "link"}


def test_planned_again_at_every_quarter_of_an_hour_each_is_there_once():
    _booked()

    for quarter in range(8 * 96):
        if quarter % 7 == 0:
            plan(at=day_before(8, 0) + timedelta(minutes=15 * quarter))

    assert [one.step for one in reminders()] == ["j7", "j3", "j1"]
    assert Message.objects.count() == 2


def test_no_consent_no_sms_and_a_letter_instead():
    _booked(sms=None)

    plan(at=day_before(8, 18))
    plan(at=day_before(4, 18))

    assert [(one.step, one.channel, one.state) for one in reminders()] == [
        ("j7", "letter", "to_print"),
        ("j3", "", "withheld"),
    ]
    assert reminders()[1].reason == "n’a pas accepté les SMS\u00a0; adresse de courriel inconnue"
    assert Message.objects.count() == 0


def test_who_is_reachable_gets_no_letter():
    _booked()

    plan(at=day_before(8, 18))

    assert [(one.step, one.state, one.reason) for one in reminders()] == [("j7", "withheld", "joignable sans courrier")]


@pytest.mark.parametrize(
    ("told", "channel"),
    [
        ({"sms": False, "email": "zoe@exemple.fr"}, "email"),
        ({"sms": True, "phone": "0491000000", "email": "zoe@exemple.fr"}, "email"),
        ({"sms": True, "phone": "", "email": "zoe@exemple.fr"}, "email"),
        ({"sms": False}, ""),
    ],
)
def test_what_may_not_go_by_sms_goes_by_mail(told, channel):
    _booked(**told)

    plan(at=day_before(4, 18))

    assert reminders()[0].channel == channel


def test_stop_is_honoured():
    notify.stop(recipient="06 39 98 00 12", by="SMS reçu", at=NOW)
    _booked(email="zoe@exemple.fr")

    plan(at=day_before(4, 18))

    assert reminders()[0].channel == "email"


def test_what_a_person_chose_stands_against_what_the_hospital_says():
    row = _booked(email="zoe@exemple.fr")
    ReachChoice.objects.create(person_id=row.person_id, sms=False, email=False, at=NOW, by_name="Zoé", door="self")

    plan(at=day_before(4, 18))

    assert (reminders()[0].channel, reminders()[0].reason) == ("", "refuse les SMS\u00a0; refuse les courriels")


def test_an_appointment_that_a_minor_keeps_secret_has_no_reminder_at_all(monkeypatch):
    row = _booked(email="parents@exemple.fr")
    secret = consent.Restrictions(secret_items=frozenset({row.id}))
    monkeypatch.setattr(consent, "restrictions_of", lambda people, at: dict.fromkeys(people, secret))

    plan(at=day_before(8, 18))
    plan(at=day_before(4, 18))

    assert {(one.state, one.reason) for one in reminders()} == {
        ("withheld", "rendez-vous tenu secret à la demande du patient")
    }


def test_a_cancelled_appointment_reminds_nobody():
    row = _booked()
    plan(at=day_before(4, 18))

    appointments.cancel(appointment_id=row.id, by=DESK, via=Via.DESK, at=day_before(4, 19))
    plan(at=day_before(3, 9))

    assert [one.state for one in reminders()] == ["cancelled"]
    assert [one.state for one in Message.objects.all()] == ["cancelled"]


def test_a_moved_appointment_is_reminded_of_its_new_date_only():
    agenda = scene()
    row = books(agenda, patient(), at(TUESDAY, 9))
    plan(at=day_before(4, 18))
    later = at(TUESDAY + timedelta(days=7), 11)

    appointments.move(appointment_id=row.id, starts_at=later, by=DESK, via=Via.DESK, at=day_before(4, 19))
    plan(at=day_before(3, 9))
    plan(at=later - timedelta(days=3, hours=2))

    assert [(one.state, one.starts_at) for one in reminders(step="j3")] == [
        ("cancelled", at(TUESDAY, 9)),
        ("queued", later),
    ]
    assert [one.state for one in Message.objects.order_by("pk")] == ["cancelled", "waiting"]


def test_moved_and_moved_back_it_is_reminded_once_more():
    agenda = scene()
    row = books(agenda, patient(), at(TUESDAY, 9))
    plan(at=day_before(4, 12))
    for hour in (11, 9):
        appointments.move(
            appointment_id=row.id, starts_at=at(TUESDAY, hour), by=DESK, via=Via.DESK, at=day_before(4, 13)
        )

    plan(at=day_before(4, 14))

    states = [one.state for one in reminders(step="j3", starts_at=at(TUESDAY, 9))]
    assert sorted(states) == ["cancelled", "queued"]
    assert Message.objects.filter(state="waiting").count() == 1


def test_an_appointment_taken_the_day_before_gets_what_is_still_useful():
    _booked()

    plan(at=day_before(1, 15))

    assert [(one.step, one.send_at) for one in reminders()] == [("j1", day_before(1, 15))]


def test_a_secret_asked_for_after_the_planning_holds_back_what_has_not_left():
    row = _booked()
    plan(at=day_before(4, 18))
    voice = consent.Voice(audit.Actor(None, "Zoé"))

    consent.protect(person_id=row.person_id, reason=consent.ProtectionReason.STAFF, by=voice, at=day_before(4, 19))

    assert [one.state for one in reminders()] == ["withheld"]
    assert Message.objects.get().state == "cancelled"
    assert plan(at=day_before(3, 8)).made == 0


def test_an_appointment_called_off_while_reminders_are_planned_has_none():
    row = _booked()
    read = appointments.due(day_before(4, 18), at(TUESDAY, 23))
    appointments.cancel(appointment_id=row.id, by=DESK, via=Via.DESK, at=day_before(4, 18))

    assert plan_for(read, at=day_before(4, 18)).made == 0

    assert reminders() == []
    assert not Message.objects.exists()


def test_discretion_names_no_place(monkeypatch):
    from passerelle.care.reminders import declared
    from passerelle.care.reminders.rules.declared import read

    text = (
        "- {code: d, version: 1, label: D, kinds: ['*'], establishments: [aphm], discreet: true,"
        " steps: [{code: j3, days_before: 3, at: '10:00', channels: [sms]}]}"
    )
    monkeypatch.setattr(declared, "rules", lambda: read(text))
    _booked()

    plan(at=day_before(4, 18))

    assert Message.objects.get().words["place"] == "discret"
