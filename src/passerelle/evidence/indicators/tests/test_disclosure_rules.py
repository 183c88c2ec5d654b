from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from passerelle.evidence.indicators.rules.disclosure import Amount, Block, add_up, cut, cut_part, within

MINIMUM = 11
Figure = tuple[frozenset[str], int]
counts = st.lists(st.integers(0, 40), min_size=1, max_size=14)


def months(values: Sequence[int]) -> list[tuple[str, Amount]]:
    return [
        (f"{2024 + rank // 12}-{rank % 12 + 1:02d}", Amount(count, count * 4.0, count * 16.0))
        for rank, count in enumerate(values)
    ]


def attack(published: Sequence[Figure]) -> list[int]:
    """Subtract and add up every small set of published figures; return each count of stays that this isolates.

    A figure is the set of elementary cells it covers and its count. A combination isolates a count when every cell is
    covered the same number of times, 0 or 1, after the additions and subtractions.
    """
    found = []
    for chosen, signs in _combinations(published):
        cover: Counter[str] = Counter()
        for (cells, _), sign in zip(chosen, signs, strict=True):
            cover.update(dict.fromkeys(cells, sign))
        if set(cover.values()) <= {0, 1} and 1 in cover.values():
            found.append(sum(sign * count for (_, count), sign in zip(chosen, signs, strict=True)))
    return found


def _combinations(published: Sequence[Figure]) -> Iterator[tuple[tuple[Figure, ...], tuple[int, ...]]]:
    for size in (1, 2, 3):
        for chosen in combinations(published, size):
            for signs in product((1, -1), repeat=size):
                yield chosen, signs


def test_a_month_with_enough_stays_stands_alone() -> None:
    assert cut(months([11, 30]), minimum=MINIMUM) == (
        Block(("2024-01",), Amount(11, 44.0, 176.0)),
        Block(("2024-02",), Amount(30, 120.0, 480.0)),
    )


def test_a_small_month_is_grouped_with_the_next_and_the_last_with_the_one_before() -> None:
    blocks = cut(months([4, 9, 20, 3]), minimum=MINIMUM)

    assert [(block.months, block.amount.count) for block in blocks] == [
        (("2024-01", "2024-02"), 13),
        (("2024-03", "2024-04"), 23),
    ]


def test_a_site_with_too_few_stays_in_all_is_not_published() -> None:
    assert cut(months([3, 3, 4]), minimum=MINIMUM) == ()


@given(counts)
def test_blocks_hold_the_minimum_and_lose_nobody(values: list[int]) -> None:
    blocks = cut(months(values), minimum=MINIMUM)

    assert all(block.amount.count >= MINIMUM for block in blocks)
    if sum(values) >= MINIMUM:
        assert add_up(block.amount for block in blocks).count == sum(values)
        assert [month for block in blocks for month in block.months] == [month for month, _ in months(values)]


@given(counts, st.data())
def test_subtracting_published_figures_never_isolates_a_small_cell(values: list[int], data: st.DataObject) -> None:
    blocks = cut(months(values), minimum=MINIMUM)
    names = [month for month, _ in months(values)]
    starts = data.draw(st.lists(st.integers(0, len(names)), min_size=1, max_size=3))
    figures = [(frozenset(block.months), block.amount.count) for block in blocks]
    for start in starts:
        for side in (names[:start], names[start:]):
            covered = frozenset(month for block in blocks if set(block.months) <= set(side) for month in block.months)
            if covered:
                figures.append((covered, within(blocks, side).count))

    assert all(count >= MINIMUM for count in attack(figures[:9]))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=10))
def test_a_part_and_its_whole_never_uncover_a_small_remainder(values: list[tuple[int, int]]) -> None:
    whole = cut(months([inside + outside for inside, outside in values]), minimum=MINIMUM)
    part = cut_part(whole, months([inside for inside, _ in values]), minimum=MINIMUM)
    inside = dict(zip([month for month, _ in months([0] * len(values))], values, strict=True))

    figures = [
        (frozenset(f"{side} {month}" for month in block.months for side in ("in", "out")), block.amount.count)
        for block in whole
    ]
    figures += [(frozenset(f"in {month}" for month in block.months), block.amount.count) for block in part]

    for block in part:
        assert block.amount.count == sum(inside[month][0] for month in block.months) >= MINIMUM
    assert all(count == 0 or count >= MINIMUM for count in attack(figures[:8]))


def test_the_attack_finds_what_a_naive_publication_leaks() -> None:
    naive = [(frozenset({"a", "b"}), 25), (frozenset({"a"}), 20)]

    assert 5 in attack(naive)
