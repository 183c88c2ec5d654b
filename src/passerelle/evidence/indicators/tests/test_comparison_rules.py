import random
from math import isclose, sqrt

import pytest

from passerelle.evidence.indicators.rules.comparison import compare, curve, split, student
from passerelle.evidence.indicators.rules.disclosure import Amount, Block

MONTHS = [f"{2024 + rank // 12}-{rank % 12 + 1:02d}" for rank in range(24)]
BEFORE, AFTER = split(MONTHS, "2025-01", starts_in_month=False)


def amount(mean: float, count: int, deviation: float = 1.0) -> Amount:
    return Amount(count, mean * count, count * mean**2 + (count - 1) * deviation**2)


def site(before: float, after: float, count: int = 30, deviation: float = 1.0) -> tuple[Block, ...]:
    return tuple(Block((month,), amount(before if month < "2025-01" else after, count, deviation)) for month in MONTHS)


def compared(blocks: dict[str, tuple[Block, ...]], project_sites: list[str]) -> object:
    return compare(blocks, project_sites=project_sites, months_before=BEFORE, months_after=AFTER)


def test_the_difference_is_the_arithmetic_of_what_is_shown() -> None:
    result = compared({"p": site(6, 5), "c1": site(4, 4.2), "c2": site(8, 8.2), "c3": site(5, 5.2)}, ["p"])

    assert isclose(
        result.difference, (result.project.after - result.project.before) - (result.others.after - result.others.before)
    )
    assert isclose(result.difference, -1.2)
    assert result.interval.low < -1.2 < result.interval.high
    assert not result.interval.holds_zero


def test_a_shift_of_activity_between_sites_makes_no_effect() -> None:
    short = tuple(Block((month,), amount(3, 20 if month < "2025-01" else 60)) for month in MONTHS)
    long = tuple(Block((month,), amount(30, 60 if month < "2025-01" else 20)) for month in MONTHS)

    result = compared({"p": site(6, 6), "short": short, "long": long, "c": site(6, 6)}, ["p"])

    assert isclose(result.others.change, 0, abs_tol=1e-9)


def test_the_month_of_the_start_is_on_neither_side() -> None:
    before, after = split(MONTHS, "2025-01", starts_in_month=True)

    assert (before[-1], after[0]) == ("2024-12", "2025-02")


def test_with_two_sites_there_is_a_difference_and_no_interval() -> None:
    result = compared({"p": site(6, 5), "c": site(6, 6)}, ["p"])

    assert (round(result.difference, 6), result.interval) == (-1, None)


@pytest.mark.parametrize("blocks", [{"p": site(6, 5)}, {"c": site(6, 5)}, {}])
def test_without_both_groups_nothing_is_compared(blocks: dict[str, tuple[Block, ...]]) -> None:
    assert compared(blocks, ["p"]) is None


def test_a_site_only_seen_on_one_side_is_left_out_and_named() -> None:
    new = tuple(Block((month,), amount(5, 30)) for month in AFTER)

    result = compared({"p": site(6, 5), "c": site(6, 6), "new": new}, ["p"])

    assert result.left_out == ("new",)


def test_sites_that_changed_differently_widen_the_interval() -> None:
    alike = compared({"p": site(6, 5), "a": site(6, 6), "b": site(6, 6), "c": site(6, 6)}, ["p"])
    apart = compared({"p": site(6, 5), "a": site(6, 4), "b": site(6, 8), "c": site(6, 6)}, ["p"])

    assert apart.interval.high - apart.interval.low > alike.interval.high - alike.interval.low


def test_stays_that_differ_widely_widen_the_interval_even_when_sites_agree() -> None:
    sites = {"p": 5, "a": 6, "b": 6, "c": 6}
    narrow, wide = (
        compared({name: site(6, after, deviation=deviation) for name, after in sites.items()}, ["p"])
        for deviation in (1, 9)
    )

    assert wide.interval.low < narrow.interval.low


def test_the_curve_keeps_the_weights_and_uses_the_block_of_a_hidden_month() -> None:
    grouped = (Block(tuple(MONTHS[:2]), amount(4, 12)), *site(4, 4)[2:])
    blocks = {"p": site(6, 5), "c": grouped}
    result = compared(blocks, ["p"])

    values = curve(blocks, result.others, MONTHS)

    assert values == pytest.approx([4.0] * 24)


def test_the_interval_covers_a_known_effect_about_as_often_as_it_says() -> None:
    """Three sites with a project and eight without, site drifts and shared shocks: 95 % announced, 400 draws."""
    chance = random.Random(20260302)
    draws = 400
    covered = sum(_covers(chance, effect=-0.8) for _ in range(draws))

    assert 0.92 <= covered / draws <= 0.985


def _covers(chance: random.Random, *, effect: float) -> bool:
    shocks = {month: chance.gauss(0, 0.3) for month in MONTHS}
    blocks = {}
    for rank in range(11):
        level, drift, count = chance.uniform(3, 9), chance.gauss(0, 0.15), chance.randint(12, 60)
        blocks[f"s{rank}"] = tuple(
            Block((month,), _drawn(chance, _mean(rank, month, level, drift, effect) + shocks[month], count))
            for month in MONTHS
        )
    interval = compared(blocks, ["s0", "s1", "s2"]).interval
    return interval.low <= effect <= interval.high


def _mean(rank: int, month: str, level: float, drift: float, effect: float) -> float:
    after = month >= "2025-01"
    return level + (drift if after else 0) + (effect if after and rank < 3 else 0)


def _drawn(chance: random.Random, mean: float, count: int) -> Amount:
    return amount(chance.gauss(mean, 3 / sqrt(count)), count, deviation=3)


def test_a_quantile_between_two_tabulated_ones_is_the_wider() -> None:
    assert student(22) == 2.086
    assert student(1000) == 1.98
