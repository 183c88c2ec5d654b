"""From rules to slots: properties that hold whatever is declared, and the two nights of the year."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.appointments.rules.openings import (
    PARIS,
    Exceptional,
    Hours,
    Period,
    Rules,
    Weekly,
    free_seats,
    instant,
    slot_at,
    slots_of,
)

FIRST = date(2026, 1, 1)
SPRING = date(2026, 3, 29)  # at 2 it is 3
AUTUMN = date(2026, 10, 25)  # at 3 it is 2
times = st.integers(0, 24 * 12 - 1).map(lambda n: time(n // 12, n % 12 * 5))


@st.composite
def hours(draw):
    starts, ends = sorted(draw(st.lists(times, min_size=2, max_size=2, unique=True)))
    return Hours(
        starts,
        ends,
        draw(st.sampled_from([5, 10, 15, 20, 25, 30, 45, 60])),
        draw(st.integers(1, 4)),
        draw(st.sets(st.sampled_from(["a", "b"])).map(frozenset)),
    )


days = st.one_of(st.dates(FIRST, date(2026, 12, 24)), st.sampled_from([SPRING, AUTUMN]))


@st.composite
def closures(draw):
    start = instant(draw(days), draw(times))
    return Period(start, start + timedelta(minutes=draw(st.integers(1, 5000))))


@st.composite
def rules(draw):
    return Rules(
        seats=draw(st.integers(1, 3)),
        weekly=tuple(Weekly(draw(st.integers(0, 6)), draw(hours()), FIRST) for _ in range(draw(st.integers(0, 3)))),
        exceptional=tuple(Exceptional(draw(days), draw(hours())) for _ in range(draw(st.integers(0, 2)))),
        closures=tuple(draw(st.lists(closures(), max_size=3))),
    )


@given(rules(), days, st.sampled_from(["", "a", "b"]), st.one_of(st.none(), st.integers(5, 120)))
def test_a_slot_is_within_an_opening_out_of_closures_and_of_its_real_length(declared, day, kind, minutes):
    found = slots_of(declared, first=day, last=day + timedelta(days=7), kind=kind, minutes=minutes)

    assert [one.period.start for one in found] == sorted({one.period.start for one in found})
    for slot in found:
        period, local = slot.period, slot.period.start.astimezone(PARIS)
        assert not any(period.overlaps(one) for one in declared.closures)
        assert 1 <= slot.capacity <= declared.seats
        assert not kind or slot.is_open_to(kind)
        openings = [one.hours for one in declared.weekly if one.holds_on(local.date())]
        openings += [one.hours for one in declared.exceptional if one.day == local.date()]
        assert any(
            instant(local.date(), one.starts) <= period.start
            and period.end <= instant(local.date(), one.ends, is_last=True)
            and period.end - period.start == timedelta(minutes=minutes or one.step_minutes)
            for one in openings
        )


@given(rules(), days, st.sampled_from(["a", "b"]), st.integers(5, 120))
def test_each_slot_is_found_again_by_its_moment_and_no_other_moment_is_one(declared, day, kind, minutes):
    found = slots_of(declared, first=day, last=day + timedelta(days=2), kind=kind, minutes=minutes)
    starts = {one.period.start for one in found}

    assert all(slot_at(declared, one.period.start, kind=kind, minutes=minutes) == one for one in found)
    between = {start + timedelta(minutes=1) for start in starts} - starts
    assert all(slot_at(declared, start, kind=kind, minutes=minutes) is None for start in between)


@given(hours(), days)
def test_slots_of_one_opening_never_overlap(open_hours, day):
    found = slots_of(Rules(4, exceptional=(Exceptional(day, open_hours),)), first=day, last=day + timedelta(days=1))

    assert all(not one.period.overlaps(other.period) for one, other in pairwise(found))


def at_night(day):
    opening = Exceptional(day, Hours(time(1), time(5), 60))
    return slots_of(Rules(1, exceptional=(opening,)), first=day, last=day + timedelta(days=1))


def test_the_hour_that_does_not_exist_holds_no_slot():
    told = [one.period.start.astimezone(PARIS).strftime("%H:%M") for one in at_night(SPRING)]

    assert told == ["01:00", "03:00", "04:00"]


def test_the_hour_that_comes_twice_holds_two_slots_that_are_not_the_same():
    found = at_night(AUTUMN)

    assert [one.period.start.astimezone(PARIS).strftime("%H:%M") for one in found] == [
        "01:00", "02:00", "02:00", "03:00", "04:00",
    ]  # fmt: skip
    assert all(one.period.end - one.period.start == timedelta(hours=1) for one in found)


def test_an_opening_that_begins_in_the_missing_hour_begins_when_it_is_over():
    assert instant(SPRING, time(2, 30)) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_ten_in_the_morning_is_ten_in_winter_and_in_summer():
    weekly = Weekly(0, Hours(time(10), time(11), 60), FIRST)

    found = slots_of(Rules(1, weekly=(weekly,)), first=date(2026, 3, 23), last=date(2026, 3, 31))

    assert [one.period.start.astimezone(PARIS).hour for one in found] == [10, 10]
    assert [one.period.start.astimezone(UTC).hour for one in found] == [9, 8]


def test_a_rule_holds_from_its_first_day_to_the_day_before_its_last():
    weekly = Weekly(0, Hours(time(9), time(10), 60), date(2026, 6, 8), date(2026, 6, 22))

    found = slots_of(Rules(1, weekly=(weekly,)), first=date(2026, 6, 1), last=date(2026, 7, 1))

    assert [one.period.start.date() for one in found] == [date(2026, 6, 8), date(2026, 6, 15)]


@given(st.integers(1, 5), st.lists(st.integers(1, 7), max_size=6))
def test_a_seat_is_free_when_nobody_over_the_slot_has_it(capacity, taken):
    opening = Exceptional(FIRST, Hours(time(9), time(10), 60, capacity))
    (slot,) = slots_of(Rules(5, exceptional=(opening,)), first=FIRST, last=FIRST + timedelta(days=1))
    before = Period(slot.period.start - timedelta(hours=1), slot.period.start)

    free = free_seats(slot, [(seat, slot.period) for seat in taken] + [(seat, before) for seat in range(1, 6)])

    assert free == [seat for seat in range(1, capacity + 1) if seat not in taken]
