from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.savings.rules.declared import declaration, read
from passerelle.care.savings.rules.estimate import Dated, in_force, month_after, months_until, share

JANUARY, MARCH = date(2026, 1, 1), date(2026, 3, 1)


def test_a_month_keeps_the_value_of_its_time() -> None:
    rows = [Dated(MARCH, Decimal(7), "chronométrage"), Dated(JANUARY, Decimal(5), "estimation")]

    held = [in_force(rows, month) for month in (date(2025, 12, 1), JANUARY, date(2026, 2, 1), MARCH, date(2027, 1, 1))]

    assert [one and int(one.value) for one in held] == [None, 5, 5, 7, 7]


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_months_follow_each_other_and_end_where_asked(last: date, count: int) -> None:
    months = months_until(last, count)

    assert len(months) == count
    assert months[-1] == last.replace(day=1)
    assert all(month_after(one) == after for one, after in pairwise(months))


def test_a_share_is_of_hours_and_none_without_them() -> None:
    assert share(Decimal(90), [Decimal(2), Decimal(4)]) == Decimal("0.25")
    assert share(Decimal(90), []) is None


def test_every_declared_act_says_what_it_replaces() -> None:
    told = declaration()

    assert told.target_percent == 25
    assert all(act.minutes > 0 and act.label and act.replaces for act in told.acts.values())


@pytest.mark.parametrize(
    ("percent", "minutes"), [(0, 4), (100, 4), (25, 0), (25, -1)], ids=["no target", "all", "no minute", "negative"]
)
def test_a_declaration_that_cannot_be_is_refused(percent: int, minutes: int) -> None:
    text = f"""
target: {{percent: {percent}, source: x}}
estimate: x
acts:
  one: {{label: Un, replaces: Rien, minutes: {minutes}}}
"""

    with pytest.raises(ValueError, match=r"part|remplacent"):
        read(text)
