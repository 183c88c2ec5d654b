"""When a letter is due: the day of discharge, in Paris, winter and summer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.liaison.rules import clock
from passerelle.care.liaison.rules.clock import Delays, Standing

DELAYS = Delays(due_hour=18, next_day_hour=8, received_hours=24, read_hours=72)
NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)  # midday in Paris, in winter
moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("after", "standing"),
    [
        (timedelta(hours=5, minutes=59), Standing.DUE),
        (timedelta(hours=6), Standing.SAME_DAY),
        (timedelta(hours=19, minutes=59), Standing.SAME_DAY),
        (timedelta(hours=20), Standing.NEXT_DAY),
    ],
)
def test_a_letter_is_late_at_six_in_the_evening_then_the_next_morning(after, standing):
    assert clock.standing(NOON, None, at=NOON + after, delays=DELAYS) is standing


def test_who_leaves_after_the_hour_has_until_midnight():
    left_at = datetime(2026, 7, 2, 17, tzinfo=UTC)  # seven in the evening in Paris, in summer

    assert clock.due_at(left_at, DELAYS) == datetime(2026, 7, 2, 22, tzinfo=UTC)


@given(moments)
def test_a_letter_is_due_before_it_is_a_day_late(left_at):
    assert left_at < clock.due_at(left_at, DELAYS) < clock.overdue_at(left_at, DELAYS)


@given(moments, st.timedeltas(timedelta(), timedelta(days=5)))
def test_a_letter_sent_is_never_late_any_more(left_at, waited):
    told = clock.standing(left_at, left_at + waited, at=left_at + timedelta(days=30), delays=DELAYS)

    assert told is (Standing.DONE if clock.is_same_day(left_at, left_at + waited) else Standing.DONE_LATE)


def test_a_letter_ready_before_the_end_of_the_stay_is_on_time():
    assert clock.is_same_day(NOON, NOON - timedelta(days=1))
