"""Our own linkage of files: the comparisons of the matcher, what each is worth estimated from the files themselves.

u from pairs drawn at random, m by expectation-maximisation with u held (as published by Winkler and by Splink), exact
agreements weighed by how rare the value is in the files. Nothing is set by hand for a file.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import log2
from random import Random
from typing import Final

from passerelle.care.matching.evaluation.records import Field, Levels, Record, exact_values, levels_of
from passerelle.care.matching.rules.comparing import EXACT, MISSING
from passerelle.care.matching.rules.phonetics import skeleton

_SAMPLE: Final = 200_000
_ROUNDS: Final = 60
_SMOOTH: Final = 0.5
_BIGGEST_BLOCK: Final = 100
_EVEN: Final = 0.5
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Linkage:
    """The pairs found, best first, with their probability; how many pairs were compared, which blocks were too big."""

    pairs: tuple[tuple[str, str, float], ...]
    compared: int
    too_big: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sides:
    """The records to link: those of two files, or twice those of one."""

    left: Sequence[Record]
    right: Sequence[Record]
    is_one_file: bool
    fields: tuple[Field, ...]

    @property
    def all_pairs(self) -> int:
        """Return how many pairs there are in all."""
        count = len(self.left)
        return count * (count - 1) // 2 if self.is_one_file else count * len(self.right)

    def levels(self, place: Place) -> Levels:
        """Return how the records of a pair agree."""
        return levels_of(self.left[place[0]], self.right[place[1]], self.fields)


def link(sides: Sides, *, one_to_one: bool) -> Linkage:
    """Return the pairs that are more probably one person than two.

    `one_to_one` keeps each row in its best pair only: right for two files that have no duplicates of their own.
    """
    places, too_big = _candidates(sides)
    patterns = {place: sides.levels(place) for place in places}
    unlike = _random_levels(sides)
    like, share = _estimate(Counter(patterns.values()), unlike, sides.all_pairs)
    rarity = _Rarity(sides)
    odds = log2(share / (1 - share))
    found = []
    for place, levels in patterns.items():
        weight = odds + _weight(sides.left[place[0]], levels, like, unlike, rarity)
        if weight > 0:
            found.append((weight, place))
    found.sort(key=lambda one: (-one[0], one[1]))
    kept = _best_of_each(found) if one_to_one else found
    pairs = tuple((sides.left[i].id, sides.right[j].id, 1 / (1 + 2 ** -min(weight, 60))) for weight, (i, j) in kept)
    return Linkage(pairs, len(places), tuple(too_big))


def _best_of_each(found: Iterable[tuple[float, Place]]) -> list[tuple[float, Place]]:
    left: set[int] = set()
    right: set[int] = set()
    kept = []
    for weight, (i, j) in found:
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            kept.append((weight, (i, j)))
    return kept


def _candidates(sides: Sides) -> tuple[set[Place], list[str]]:
    """Return the pairs that share a block, and the blocks too big to be read."""
    places: set[Place] = set()
    too_big: list[str] = []
    held: dict[tuple[str, ...], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, records in enumerate((sides.left,) if sides.is_one_file else (sides.left, sides.right)):
        for place, record in enumerate(records):
            for key in _keys(record, sides.fields):
                held[key][side].append(place)
    for key, (left, right) in held.items():
        if len(left) * max(1, len(right)) > _BIGGEST_BLOCK**2:
            too_big.append(" ".join(key))
            continue
        places.update(combinations(left, 2) if sides.is_one_file else product(left, right))
    return places, too_big


def _keys(record: Record, fields: Sequence[Field]) -> Iterator[tuple[str, ...]]:
    """Yield the blocks of a row: each value that few share, and the names two by two with every value."""
    heard = sorted({key for name in (*record.names.birth, *record.names.used) if (key := skeleton(name))})
    given = skeleton(record.names.first)
    for name in heard:
        yield ("names", *sorted((name, given)))
    for value, field in zip(record.values, fields, strict=True):
        if not value:
            continue
        if field.kind != "text" or " " in value:
            yield field.role, value
        for name in (*heard, given):
            yield field.role, value, name


def _random_levels(sides: Sides) -> list[dict[str, float]]:
    """Return, by field, how often two rows drawn at random reach each level; missing values left out."""
    random = Random(1)  # noqa: S311 - a sample, not a secret
    counts: list[Counter[str]] = [Counter() for _ in range(len(sides.fields) + 2)]
    for _ in range(min(_SAMPLE, 20 * sides.all_pairs)):
        place = (random.randrange(len(sides.left)), random.randrange(len(sides.right)))
        if sides.is_one_file and place[0] == place[1]:
            continue
        for count, level in zip(counts, sides.levels(place), strict=True):
            count[level] += 1
    return [_shares(count) for count in counts]


def _shares(count: Mapping[str, float]) -> dict[str, float]:
    told = {level: times for level, times in count.items() if level != MISSING}
    total = sum(told.values()) + _SMOOTH
    return {level: max(times, _SMOOTH) / total for level, times in told.items()} | {"": _SMOOTH / total}


def _estimate(
    patterns: Counter[Levels], unlike: Sequence[dict[str, float]], all_pairs: int
) -> tuple[list[dict[str, float]], float]:
    """Return m by field and level, and the share of true pairs among all pairs, by expectation-maximisation."""
    like: list[dict[str, float]] = [{EXACT: 0.9, "": 0.02} for _ in unlike]
    share = min(_EVEN, max(1, len(patterns)) / all_pairs)
    for _ in range(_ROUNDS):
        weighed: list[defaultdict[str, float]] = [defaultdict(float) for _ in unlike]
        matches = 0.0
        for levels, times in patterns.items():
            ratio = share / (1 - share) * 2 ** min(60.0, _sum(levels, like, unlike))
            expected = times * ratio / (1 + ratio)
            matches += expected
            for count, level in zip(weighed, levels, strict=True):
                count[level] += expected
        share = min(_EVEN, max(matches, 1.0) / all_pairs)
        like = [_shares(count) for count in weighed]
    return like, share


def _sum(levels: Levels, like: Sequence[dict[str, float]], unlike: Sequence[dict[str, float]]) -> float:
    return sum(
        log2(m.get(level, m[""]) / u.get(level, u[""]))
        for level, m, u in zip(levels, like, unlike, strict=True)
        if level != MISSING
    )


class _Rarity:
    """How often each value comes in the files."""

    def __init__(self, sides: Sides) -> None:
        records = [*sides.left, *(() if sides.is_one_file else sides.right)]
        self._counts: list[Counter[str]] = [Counter() for _ in range(len(sides.fields) + 2)]
        for record in records:
            told = (record.names.birth_name, record.names.first, *record.values)
            for count, value in zip(self._counts, told, strict=True):
                count[value] += 1 if value else 0
        self._totals = [max(1, count.total()) for count in self._counts]

    def of(self, field: int, value: str) -> float:
        """Return the share of rows that have this value."""
        return max(2, self._counts[field][value]) / self._totals[field]


def _weight(
    one: Record, levels: Levels, like: Sequence[dict[str, float]], unlike: Sequence[dict[str, float]], rarity: _Rarity
) -> float:
    weight = _sum(levels, like, unlike)
    for field, value in enumerate(exact_values(one, levels)):
        if value:
            usual = unlike[field].get(EXACT, unlike[field][""])
            weight += log2(max(usual, 1e-9) / rarity.of(field, value))
    return weight
