"""Evaluate a linkage of files: what we find, what Splink finds in the same run, beside the truth."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from passerelle.care.matching.evaluation.columns import NoTruth, Table, read_table
from passerelle.care.matching.evaluation.declared import fits, link_as_arrivals
from passerelle.care.matching.evaluation.linking import Sides, link
from passerelle.care.matching.evaluation.peer import best_quality, splink_pairs
from passerelle.care.matching.evaluation.records import fields_of, records_of
from passerelle.care.matching.evaluation.truth import Found, Pair, Pairs, in_order, pairs_of_column, quality, read_truth
from passerelle.care.matching.rules.guards import Zone


@dataclass(frozen=True, slots=True)
class Asked:
    """What to link: one file (its duplicates) or two, the truth (none: a cluster column tells it), roles by hand."""

    left: Path
    right: Path | None
    truth: Path | None
    columns: Mapping[str, str]
    one_to_one: bool = False
    model: str = "auto"


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, by us and by Splink, and how the columns were read.

    `ours` counts every pair found, `linked` those that the machine would link alone. The declared model proposes the
    others to a human; the estimated one, for files without our traits, has no such zone: all it finds is linked.
    """

    mappings: tuple[tuple[str, Mapping[str, str]], ...]
    model: str
    ours: Found
    linked: Found
    splink: Found
    compared: int
    seconds: float
    splink_seconds: float
    too_big: tuple[str, ...]

    def figures(self) -> dict[str, float | int | str]:
        """Return the figures under their names of contract."""
        return {
            "pairs": self.ours.pairs,
            "true_pairs": self.ours.true_pairs,
            "precision": round(self.ours.precision, 6),
            "recall": round(self.ours.recall, 6),
            "f1": round(self.ours.f1, 6),
            "false_merges": self.linked.false_merges,
            "linked": self.linked.pairs,
            "recall_linked": round(self.linked.recall, 6),
            "model": self.model,
            "splink_precision": round(self.splink.precision, 6),
            "splink_recall": round(self.splink.recall, 6),
            "splink_f1": round(self.splink.f1, 6),
            "compared": self.compared,
            "seconds": round(self.seconds, 1),
            "splink_seconds": round(self.splink_seconds, 1),
        }


def evaluate(asked: Asked) -> Report:
    """Link files by our comparisons and by Splink, and compare both with the truth.

    Raises:
        UnreadableFile: a file is empty, has no identifier or no name, or the truth is missing or names no row.
    """
    tables = [read_table(path, asked.columns) for path in (asked.left, asked.right) if path is not None]
    true = _truth(asked, tables)
    fields = fields_of(tables)
    records = [records_of(table, fields) for table in tables]
    ids = [frozenset(table.ids) for table in tables]
    begun = time.perf_counter()
    is_declared = asked.model == "declared" or (asked.model == "auto" and fits(tables))
    if is_declared:
        found = _by_declared_model(tables)
    else:
        found = _by_estimated_model(Sides(records[0], records[-1], len(records) == 1, fields), asked)
    linked = time.perf_counter()
    by_splink = best_quality(splink_pairs(records, fields), true, ids)
    return Report(
        mappings=tuple((table.name, table.mapping) for table in tables),
        model="declared" if is_declared else "estimated",
        ours=quality(_ordered(found.shown, ids), true),
        linked=quality(_ordered(found.linked, ids), true),
        splink=by_splink,
        compared=found.compared,
        seconds=linked - begun,
        splink_seconds=time.perf_counter() - linked,
        too_big=found.too_big,
    )


@dataclass(frozen=True, slots=True)
class _Pairs:
    shown: Sequence[Pair]
    linked: Sequence[Pair]
    compared: int
    too_big: tuple[str, ...]


def _by_declared_model(tables: Sequence[Table]) -> _Pairs:
    told = link_as_arrivals(tables)
    linked = [pair for pair, zone in told.zones.items() if zone == Zone.LINK]
    return _Pairs(list(told.zones), linked, told.compared, told.too_big)


def _by_estimated_model(sides: Sides, asked: Asked) -> _Pairs:
    told = link(sides, one_to_one=asked.one_to_one and not sides.is_one_file)
    pairs = [(one, other) for one, other, _ in told.pairs]
    return _Pairs(pairs, pairs, told.compared, told.too_big)


def _ordered(pairs: Sequence[Pair], ids: Sequence[frozenset[str]]) -> Pairs:
    return frozenset(pair for one, other in pairs if (pair := in_order(one, other, ids)))


def _truth(asked: Asked, tables: Sequence[Table]) -> Pairs:
    if asked.truth is not None:
        return read_truth(asked.truth, tables)
    told = pairs_of_column(tables)
    if not told:
        raise NoTruth
    return told
