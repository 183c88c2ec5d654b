"""Splink beside us, on the same rows: its own comparisons, its own estimates, its own blocking, by its own advice."""

import logging
from collections.abc import Sequence
from typing import Any, Final

import splink.comparison_library as compare
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.internals.blocking_rule_creator import BlockingRuleCreator
from splink.internals.comparison_creator import ComparisonCreator

from passerelle.care.matching.evaluation.records import Field, Record
from passerelle.care.matching.evaluation.truth import Found, Pairs, in_order, quality

_THRESHOLDS: Final = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)
_RARE: Final = 0.2  # share of different values from which a column is a block of its own
Scored = list[tuple[str, str, float]]


def splink_pairs(sides: Sequence[Sequence[Record]], fields: Sequence[Field]) -> Scored:
    """Return the pairs that Splink finds, with its probability; one side finds duplicates, two sides link."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI()
    frames = [api.register(_rows(records, fields), dataset_display_name=f"side{n}") for n, records in enumerate(sides)]
    linker = Linker(frames, _settings(sides, fields), log_level=logging.ERROR)
    rules: list[str | BlockingRuleCreator] = [
        block_on("surname", "given"),
        *(block_on(role) for role in _rare_roles(sides, fields)[:3]),
    ]
    linker.training.estimate_probability_two_random_records_match(rules, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in rules[:3]:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=min(_THRESHOLDS)).as_record_list()
    return [(str(row["unique_id_l"]), str(row["unique_id_r"]), float(row["match_probability"])) for row in found]


def best_quality(found: Scored, true: Pairs, ids: Sequence[frozenset[str]]) -> Found:
    """Return the quality at the threshold most favourable to Splink, chosen with the truth in hand."""
    return max((_at(threshold, found, true, ids) for threshold in _THRESHOLDS), key=lambda one: one.f1)


def _at(threshold: float, found: Scored, true: Pairs, ids: Sequence[frozenset[str]]) -> Found:
    kept = [in_order(one, other, ids) for one, other, probability in found if probability >= threshold]
    return quality(frozenset(pair for pair in kept if pair), true)


def _rows(records: Sequence[Record], fields: Sequence[Field]) -> list[dict[str, Any]]:
    return [
        {
            "unique_id": record.id,
            "surname": record.names.birth_name or None,
            "given": record.names.first or None,
            **{field.role: value or None for field, value in zip(fields, record.values, strict=True)},
        }
        for record in records
    ]


def _settings(sides: Sequence[Sequence[Record]], fields: Sequence[Field]) -> SettingsCreator:
    comparisons: list[ComparisonCreator | dict[str, Any]] = [
        compare.JaroWinklerAtThresholds("surname", [0.9, 0.8]).configure(term_frequency_adjustments=True),
        compare.JaroWinklerAtThresholds("given", [0.9, 0.8]).configure(term_frequency_adjustments=True),
        *(
            compare.JaroWinklerAtThresholds(field.role, [0.9, 0.8])
            if field.kind == "text"
            else compare.DamerauLevenshteinAtThresholds(field.role, [1, 2])
            for field in fields
        ),
    ]
    rare = _rare_roles(sides, fields)
    return SettingsCreator(
        link_type="dedupe_only" if len(sides) == 1 else "link_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=[
            block_on("surname", "given"),
            *(block_on(role) for role in rare),
            *(
                block_on(name, field.role)
                for name in ("surname", "given")
                for field in fields
                if field.role not in rare
            ),
        ],
        retain_matching_columns=False,
    )


def _rare_roles(sides: Sequence[Sequence[Record]], fields: Sequence[Field]) -> list[str]:
    """Return the columns whose values few rows share, the rarest first."""
    shares = []
    for place, field in enumerate(fields):
        values = [record.values[place] for records in sides for record in records if record.values[place]]
        shares.append((len(set(values)) / max(1, len(values)), field.role))
    return [role for share, role in sorted(shares, reverse=True) if share >= _RARE]
