"""Alerts: one an episode, promised, taken by a name, escalated, closed by an act."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from passerelle.care.devices.models import Alert, Measure, Recipient, Threshold
from passerelle.care.devices.rules.words import Closing, Rule, Severity
from passerelle.care.devices.services.alerts import close_alert, take_alert
from passerelle.care.devices.services.fleet import give_back
from passerelle.care.devices.services.following import follow
from passerelle.care.devices.services.monitoring import Wanted, end_monitoring, lift_threshold, set_threshold
from passerelle.care.devices.services.refusals import (
    AccessRefused,
    AlreadyClosed,
    AlreadyMonitored,
    NothingSaid,
    NotMonitored,
)
from passerelle.care.devices.services.taking import take
from passerelle.care.devices.tests import cast
from passerelle.care.devices.tests.cast import NOW, a_message, arrival
from passerelle.care.identity import api as identity
from passerelle.core.notify import api as notify

pytestmark = pytest.mark.django_db
HIGH = {"8480-6": 150, "8462-4": 80}
VERY_HIGH = {"8480-6": 190, "8462-4": 80}
FINE = {"8480-6": 120, "8462-4": 75}


@pytest.fixture
def alice(db):
    cast.lay_the_ground()
    return cast.alice()


@pytest.fixture
def zoe(alice):
    return cast.a_person()


@pytest.fixture
def cuff(alice, zoe):
    device = cast.a_device(alice)
    cast.lent(device, zoe[0], alice)
    cast.followed(zoe[0], alice)
    return device


def measured(device, values, minutes_ago=0, at=NOW):
    moment = at - timedelta(minutes=minutes_ago)
    return take([arrival(device, a_message(values, at=moment, sent=at), at)])


def steps_of(alert):
    return list(alert.steps.order_by("pk").values_list("what", flat=True))


def test_a_value_over_its_threshold_opens_an_alert_with_a_promise(cuff):
    measured(cuff, HIGH)

    alert = Alert.objects.get()
    assert (alert.rule, alert.severity, alert.due_at - alert.opened_at) == ("above", "watch", timedelta(days=2))
    assert "150\u00a0mmHg" in alert.sentence
    assert steps_of(alert) == ["opened"]


def test_a_storm_of_measures_is_one_alert(cuff):
    storm = [arrival(cuff, a_message(HIGH, at=NOW - timedelta(minutes=one), sent=NOW)) for one in range(300)]

    take(storm[:150])
    take(storm[150:])

    assert Alert.objects.get().crossings == 300
    assert steps_of(Alert.objects.get()) == ["opened"]


def test_an_episode_that_worsens_shortens_its_promise_and_tells_the_line(cuff):
    Recipient.objects.create(
        establishment="aphm", line="first", label="Infirmière", channel="email", address="a@b.invalid", added_at=NOW
    )
    measured(cuff, HIGH, minutes_ago=10)

    measured(cuff, VERY_HIGH)

    alert = Alert.objects.get()
    assert (alert.severity, alert.crossings, steps_of(alert)) == ("urgent", 2, ["opened", "worsened"])
    assert alert.due_at == NOW + timedelta(hours=1)
    key = f"devices:{alert.pk}:first:urgent:{Recipient.objects.get().pk}"
    assert key in notify.followed([key])


def test_an_alert_that_eased_stays_open_until_somebody_closes_it(cuff):
    measured(cuff, HIGH, minutes_ago=10)

    measured(cuff, FINE)
    assert Alert.objects.get().eased_at == NOW
    measured(cuff, HIGH, at=NOW + timedelta(minutes=5))
    assert Alert.objects.get().eased_at is None
    assert Alert.objects.filter(closed_at=None).count() == 1


def test_a_late_measure_from_before_does_not_ease_what_came_after(cuff):
    measured(cuff, HIGH)

    measured(cuff, FINE, minutes_ago=600)

    assert Alert.objects.get().eased_at is None


def test_weight_that_rises_by_two_kilograms_in_three_days_is_urgent(alice, zoe):
    cast.followed(zoe[0], alice, "insuffisance-cardiaque")
    scale = cast.a_device(alice, "balance")
    cast.lent(scale, zoe[0], alice)
    for days, weight in ((2, 70.0), (1, 71.2)):
        measured(scale, {"29463-7": weight}, minutes_ago=days * 1440)
    assert not Alert.objects.exists()

    measured(scale, {"29463-7": 72.5})

    assert (Alert.objects.get().rule, Alert.objects.get().severity) == ("rise", "urgent")


def test_nobody_is_alerted_about_who_is_not_followed_nor_after_it_ended(cuff, alice, zoe):
    end_monitoring(person_id=zoe[0], why="Guérie", by=alice.viewer, at=NOW - timedelta(hours=1))

    measured(cuff, VERY_HIGH)

    assert Measure.objects.count() == 1
    assert not Alert.objects.exists()


@pytest.mark.parametrize("comes_first", ["following", "device"])
def test_a_merge_of_identities_between_the_following_and_the_device_loses_no_alert(alice, zoe, comes_first):
    device = cast.a_device(alice)
    begins = {
        "following": lambda person_id: cast.followed(person_id, alice, days=1),
        "device": lambda person_id: cast.lent(device, person_id, alice, days=1),
    }
    begins.pop(comes_first)(zoe[0])
    _, kept = cast.a_person()
    identity.merge(survivor_id=kept, victim_id=zoe[1], at=NOW, source="essai")
    (last,) = begins.values()
    last(identity.person_of(kept))

    measured(device, HIGH)

    assert Alert.objects.get(rule="above").about == "8480-6"


def test_a_measure_from_before_the_following_alerts_nobody(alice, zoe):
    device = cast.a_device(alice)
    cast.lent(device, zoe[0], alice, days=10)
    cast.followed(zoe[0], alice, days=1)

    measured(device, VERY_HIGH, minutes_ago=2 * 1440)

    assert not Alert.objects.exists()


# --- taken and closed


def test_an_alert_is_closed_by_an_act_that_says_what_was_done(cuff, alice):
    measured(cuff, HIGH)
    alert = Alert.objects.get()
    take_alert(alert_id=alert.pk, by=alice.viewer, at=NOW)

    close_alert(alert_id=alert.pk, closing=Closing.CALLED, done="Appelée, va bien.", by=alice.viewer, at=NOW)

    alert.refresh_from_db()
    assert (alert.taken_name, alert.closed_name, alert.closing) == ("Dr Alice Garrigue", "Dr Alice Garrigue", "called")
    assert steps_of(alert) == ["opened", "taken", "closed"]
    with pytest.raises(AlreadyClosed):
        close_alert(alert_id=alert.pk, closing=Closing.CALLED, done="Encore", by=alice.viewer, at=NOW)


@pytest.mark.parametrize("done", ["", "   \n"])
def test_no_alert_is_closed_without_a_word(cuff, alice, done):
    measured(cuff, HIGH)

    with pytest.raises(NothingSaid):
        close_alert(alert_id=Alert.objects.get().pk, closing=Closing.CALLED, done=done, by=alice.viewer, at=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"closed_at": NOW, "taken_at": NOW, "taken_name": "A", "closed_name": "A", "closing": "called", "done": ""},
        {"closed_at": NOW, "taken_at": NOW, "taken_name": "A", "closed_name": "", "closing": "called", "done": "Oui"},
        {"closed_at": NOW, "closed_name": "A", "closing": "called", "done": "Oui"},
        {"taken_at": NOW, "taken_name": ""},
    ],
)
def test_the_database_itself_refuses_an_alert_closed_without_an_act(cuff, change):
    measured(cuff, HIGH)

    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.update(**change)


def test_a_closed_episode_lets_the_next_one_open(cuff, alice):
    measured(cuff, HIGH, minutes_ago=60)
    close_alert(alert_id=Alert.objects.get().pk, closing=Closing.CALLED, done="Vu.", by=alice.viewer, at=NOW)

    measured(cuff, HIGH)

    assert Alert.objects.filter(closed_at=None).count() == 1
    assert Alert.objects.count() == 2


def test_a_colleague_takes_over_and_it_is_told(cuff, alice):
    measured(cuff, HIGH)
    alert, carol = Alert.objects.get(), cast.Someone("Dr Carole Figuier", cast.Role.CLINICIAN, "aphm")
    take_alert(alert_id=alert.pk, by=alice.viewer, at=NOW)

    taken = take_alert(alert_id=alert.pk, by=carol.viewer, at=NOW + timedelta(minutes=5))

    assert (taken.taken_name, taken.taken_at) == ("Dr Carole Figuier", NOW)
    assert steps_of(alert) == ["opened", "taken", "handed"]


def test_another_hospital_neither_takes_nor_sees_an_alert(cuff):
    measured(cuff, HIGH)

    with pytest.raises(AccessRefused):
        take_alert(alert_id=Alert.objects.get().pk, by=cast.bob().viewer, at=NOW)


# --- what time brings


def test_what_nobody_takes_goes_to_the_second_line_then_to_the_pilot_once_each(cuff):
    for line in ("second", "pilot"):
        Recipient.objects.create(
            establishment="aphm", line=line, label=line, channel="sms", address="06 12 34 56 78", added_at=NOW
        )
    measured(cuff, VERY_HIGH)
    alert = Alert.objects.get()

    follow(at=NOW + timedelta(minutes=59))
    assert steps_of(alert) == ["opened"]
    for minutes in (60, 61, 119, 120, 121, 500):
        follow(at=NOW + timedelta(minutes=minutes))

    assert [one for one in steps_of(alert) if one != "opened"] == ["second_line", "pilot"]
    told = [f"devices:{alert.pk}:{one.line}:urgent:{one.pk}" for one in Recipient.objects.order_by("pk")]
    assert set(notify.followed(told)) == set(told)


def test_what_was_taken_in_time_does_not_escalate(cuff, alice):
    measured(cuff, VERY_HIGH)
    take_alert(alert_id=Alert.objects.get().pk, by=alice.viewer, at=NOW + timedelta(minutes=30))

    follow(at=NOW + timedelta(hours=10))

    assert "second_line" not in steps_of(Alert.objects.get(rule="above"))


def test_a_device_that_falls_silent_is_told_once_and_eases_when_it_speaks(cuff):
    measured(cuff, FINE)

    follow(at=NOW + timedelta(hours=47))
    assert not Alert.objects.exists()
    follow(at=NOW + timedelta(hours=49))
    follow(at=NOW + timedelta(hours=50))
    alert = Alert.objects.get(rule="silent")
    assert alert.about == str(cuff.pk)
    measured(cuff, FINE, at=NOW + timedelta(hours=51))
    follow(at=NOW + timedelta(hours=52))
    assert Alert.objects.get(rule="silent").eased_at == NOW + timedelta(hours=52)
    follow(at=NOW + timedelta(hours=100))
    again = Alert.objects.get(rule="silent")
    assert (again.eased_at, again.last_at) == (None, NOW + timedelta(hours=51))


def test_a_device_given_back_is_not_silent(cuff, alice):
    give_back(device_id=cuff.pk, is_lost=False, note="", by=alice.viewer, at=NOW)

    follow(at=NOW + timedelta(hours=60))

    assert not Alert.objects.filter(rule="silent").exists()


def test_measures_that_do_not_come_are_told(cuff):
    measured(cuff, FINE)

    follow(at=NOW + timedelta(hours=95))
    assert not Alert.objects.filter(rule="missing").exists()
    follow(at=NOW + timedelta(hours=97))
    follow(at=NOW + timedelta(hours=98))

    assert Alert.objects.get(rule="missing").about == "8480-6"
    measured(cuff, FINE, at=NOW + timedelta(hours=99))
    assert Alert.objects.get(rule="missing").eased_at is not None
    follow(at=NOW + timedelta(hours=200))
    assert Alert.objects.get(rule="missing").eased_at is None


# --- thresholds


def test_a_threshold_of_a_person_replaces_the_protocols_and_both_stay_in_the_history(cuff, alice, zoe):
    wanted = Wanted("8480-6", Rule.ABOVE, Severity.WATCH, Decimal(155), None, "Tolère mieux")
    set_threshold(person_id=zoe[0], wanted=wanted, by=alice.viewer, at=NOW - timedelta(hours=1))

    measured(cuff, HIGH)

    assert not Alert.objects.exists()
    rows = Threshold.objects.filter(quantity="8480-6", rule="above", severity="watch").order_by("pk")
    assert [(int(one.value), one.until is None) for one in rows] == [(135, False), (155, True)]
    assert rows[0].ended_by == "Dr Alice Garrigue"


def test_a_threshold_may_be_lifted(cuff, alice, zoe):
    row = Threshold.objects.get(quantity="8480-6", rule="above", severity="watch")
    lift_threshold(person_id=zoe[0], threshold_id=row.pk, by=alice.viewer, at=NOW - timedelta(hours=1))

    measured(cuff, HIGH)

    assert not Alert.objects.exists()


def test_thresholds_belong_to_the_team_that_follows(cuff, zoe, alice):
    wanted = Wanted("8480-6", Rule.ABOVE, Severity.WATCH, Decimal(155), None)
    with pytest.raises((AccessRefused, NotMonitored)):
        set_threshold(person_id=zoe[0], wanted=wanted, by=cast.bob().viewer, at=NOW)
    with pytest.raises(AlreadyMonitored):
        cast.followed(zoe[0], alice, days=1)
