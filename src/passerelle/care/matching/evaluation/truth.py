"""The truth of a file under study, and the quality of what was found beside it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TypeAlias

from passerelle.care.matching.evaluation.columns import ROLES, Table, UnreadableFile, read_cells

Pair: TypeAlias = tuple[str, str]
Pairs: TypeAlias = frozenset[Pair]


@dataclass(frozen=True, slots=True)
class Found:
    """How pairs found compare with the true ones. `false_merges` are pairs found that are two persons."""

    pairs: int
    true_pairs: int
    right: int

    @property
    def false_merges(self) -> int:
        """Return how many pairs found are two persons."""
        return self.pairs - self.right

    @property
    def precision(self) -> float:
        """Return the share of pairs found that are true."""
        return self.right / self.pairs if self.pairs else 1.0

    @property
    def recall(self) -> float:
        """Return the share of true pairs that are found."""
        return self.right / self.true_pairs if self.true_pairs else 1.0

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def read_truth(path: Path, tables: Sequence[Table]) -> Pairs:
    """Read the true pairs: two columns of identifiers, with or without a header, or an identifier and its cluster.

    Raises:
        UnreadableFile: it names none of the rows.
    """
    known = [frozenset(table.ids) for table in tables]
    lines = [row for row in read_cells(path) if len(row) > 1]
    start = 0 if lines and any(lines[0][0] in ids for ids in known) else 1
    first, second = _places(lines[0]) if start and lines else (0, 1)
    told = [(row[first], row[second]) for row in lines[start:] if len(row) > max(first, second)]
    pairs = {pair for one, other in told if (pair := in_order(one, other, known))}
    if not pairs:
        pairs = set(_pairs_of_clusters(told, known))
    if not pairs:
        raise UnreadableFile(f"{path.name} : aucune paire de lignes connues")
    return frozenset(pairs)


def in_order(one: str, other: str, known: Sequence[frozenset[str]]) -> Pair | None:
    """Return a pair of rows: the left file first, or the lesser first in a single file; None for unknown rows."""
    if len(known) == 1:
        first, second = sorted((one, other))
        return (first, second) if first != second and known[0].issuperset((first, second)) else None
    if one in known[0] and other in known[1]:
        return one, other
    return (other, one) if other in known[0] and one in known[1] else None


def _places(header: Sequence[str]) -> tuple[int, int]:
    """Return where the identifier and the cluster are, or the first two columns (an index may come before them)."""
    names = [name.lower() for name in header]
    id_place = next((place for place, name in enumerate(names) if name in ROLES["id"]), None)
    cluster = next((place for place, name in enumerate(names) if name in ROLES["cluster"]), None)
    if id_place is not None and cluster is not None:
        return id_place, cluster
    return (len(names) - 2, len(names) - 1) if names and names[0] in {"", "index", "unnamed: 0"} else (0, 1)


def _pairs_of_clusters(told: Iterable[Pair], known: Sequence[frozenset[str]]) -> Iterator[Pair]:
    groups: dict[str, list[str]] = {}
    for id_, group in told:
        if group:
            groups.setdefault(group, []).append(id_)
    for members in groups.values():
        for one, other in combinations(sorted(set(members)), 2):
            pair = in_order(one, other, known)
            if pair:
                yield pair


def pairs_of_column(tables: Sequence[Table]) -> Pairs:
    """Return the true pairs that a cluster column of the files tells; none without one."""
    told = [(row["id"], row.get("cluster", "")) for table in tables for row in table.rows]
    return frozenset(_pairs_of_clusters(told, [frozenset(table.ids) for table in tables]))


def quality(found: Pairs, true: Pairs) -> Found:
    """Return how the pairs found compare with the true ones."""
    return Found(len(found), len(true), len(found & true))
