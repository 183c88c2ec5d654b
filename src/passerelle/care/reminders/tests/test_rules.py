"""Rules are data, reviewed: read whole or refused with their place."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.reminders import declared
from passerelle.care.reminders.rules.choosing import PARIS, Reach, choose, moment_of, steps_to_plan, useless_from
from passerelle.care.reminders.rules.declared import RuleRefused, Step, read, rule_for
from passerelle.care.reminders.rules.measuring import halves, share

ONE = """
- code: essai
  version: 1
  label: Essai
  kinds: ["*"]
  establishments: ["*"]
  steps:
    - {code: j3, days_before: 3, at: "10:00", channels: [sms, email]}
"""
FULL = Reach(sms="0639980012", email="a@exemple.fr", has_address=True, why_not_letter="")


def _step(**told):
    from datetime import time

    given_ = {"code": "j3", "days_before": 3, "at": time(10), "channels": ("sms", "email")}
    return Step(**{**given_, **told})


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ('at: "10:00"', 'at: "21:00"', "heures permises"),
        ('at: "10:00"', 'at: "07:59"', "heures permises"),
        ("[sms, email]", "[sms, letter]", "quatre jours"),
        ("[sms, email]", "[pigeon]", "canal inconnu"),
        ("[sms, email]", "[]", "canal inconnu"),
        ("days_before: 3", "days_before: 0", "jours avant"),
        ("  label: Essai", "  couleur: bleu", "champ inconnu"),
        ("  version: 1\n", "", "il manque"),
    ],
)
def test_a_rule_that_may_not_serve_is_refused_with_its_place(before, after, why):
    with pytest.raises(RuleRefused, match=why) as refusal:
        read(ONE.replace(before, after))

    assert refusal.value.where.startswith("essai")


def test_a_code_is_there_once():
    with pytest.raises(RuleRefused, match="deux fois"):
        read(ONE + ONE)


def test_the_most_exact_rule_wins():
    rules = declared.rules()

    assert rule_for(rules, establishment="aphm", kind="controle").code == "ordinaire"
    assert rule_for(rules, establishment="aphm", kind="anesthesie").code == "preparation"
    assert rule_for(rules, establishment="montperrin", kind="controle").code == "discret"
    assert rule_for([], establishment="aphm", kind="controle") is None


def test_an_hour_of_paris_stays_one_when_clocks_change():
    after_the_change = datetime(2026, 3, 30, 8, tzinfo=PARIS)

    assert moment_of(_step(), after_the_change).astimezone(UTC) == datetime(2026, 3, 27, 9, tzinfo=UTC)
    assert moment_of(_step(days_before=1), after_the_change).astimezone(UTC) == datetime(2026, 3, 29, 8, tzinfo=UTC)


@given(st.integers(0, 365 * 96))
def test_each_reminder_is_planned_on_some_quarter_of_an_hour(quarters):
    starts_at = datetime(2026, 1, 1, tzinfo=PARIS) + timedelta(minutes=15 * quarters)
    [rule] = read(ONE)
    planned = set()
    for quarter in range(14 * 96):
        now = starts_at.astimezone(UTC) - timedelta(days=14) + timedelta(minutes=15 * quarter)
        planned |= {(step.code, moment) for step, moment in steps_to_plan(rule, starts_at, at=now)}
        if quarter > 96 * 11:
            break

    assert planned == {("j3", moment_of(rule.steps[0], starts_at))}


@pytest.mark.parametrize(
    ("reach", "failed", "channel", "reason"),
    [
        (FULL, (), "sms", ""),
        (FULL, ("sms",), "email", ""),
        (FULL, ("sms", "email"), "", "aucun canal ne reste"),
        (Reach(why_not_sms="refuse les SMS", why_not_email="adresse de courriel inconnue"), (), "", "refuse les SMS"),
        (Reach(sms="06", silence="identité protégée"), (), "", "identité protégée"),
    ],
)
def test_a_channel_is_chosen_in_the_order_of_the_rule(reach, failed, channel, reason):
    choice = choose(_step(), reach, failed=frozenset(failed))

    assert choice.channel == channel
    assert reason in choice.reason


def test_a_letter_replaces_what_may_not_be_sent_and_only_then():
    step = _step(code="j7", days_before=7, channels=("letter",), unless_reachable=True)

    assert choose(step, FULL).channel == ""
    assert choose(step, Reach(has_address=True)).channel == "letter"
    assert choose(step, Reach()).reason == "adresse postale inconnue"


def test_no_letter_is_posted_too_late():
    step = _step(code="j7", days_before=7, channels=("sms", "letter"))

    assert choose(step, Reach(has_address=True), days_left=4).channel == "letter"
    assert choose(step, Reach(has_address=True), days_left=3).channel == ""


def test_a_reminder_is_useless_the_next_day_and_two_hours_before():
    starts_at = datetime(2026, 3, 10, 9, tzinfo=PARIS)

    assert useless_from(starts_at, datetime(2026, 3, 7, 10, tzinfo=PARIS)) == datetime(2026, 3, 8, 8, tzinfo=PARIS)
    assert useless_from(starts_at, datetime(2026, 3, 9, 11, tzinfo=PARIS)) == datetime(2026, 3, 10, 7, tzinfo=PARIS)


def test_a_share_has_its_interval_and_few_people_hide_it():
    found = share(10, 100, minimum=11)

    assert (round(found.value, 1), round(found.low, 2), round(found.high, 2)) == (10.0, 5.52, 17.44)
    assert share(3, 10, minimum=11) is None
    assert share(0, 0, minimum=0) is None
    assert share(0, 20, minimum=11).low == 0


def test_a_group_too_small_is_not_told_by_the_difference():
    assert halves((2, 13), (1, 4), minimum=11) == (None, None)
    assert halves((2, 13), (0, 0), minimum=11) == (share(2, 13, minimum=11), None)
    assert halves((2, 13), (1, 11), minimum=11) == (share(2, 13, minimum=11), share(1, 11, minimum=11))
