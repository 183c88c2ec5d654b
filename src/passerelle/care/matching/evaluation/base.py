"""Splink on the stored profiles of the whole base."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import duckdb
import splink.comparison_library as compare
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.internals.blocking_rule_creator import BlockingRuleCreator
from splink.internals.exceptions import EMTrainingException

_BLOCKS: Final = (
    ("birth_date", "name_sound"),
    ("birth_date", "given_sound"),
    ("name_sound", "given_sound", "birth_year"),
    ("phone",),
    ("email",),
    ("ins_matricule",),
)
_TRAINED_ON: Final = (("birth_date", "given_sound"), ("birth_name", "first_given"))
_PAGE: Final = 10_000


def splink_base_pairs(profiles: Path, *, probability: float) -> Iterator[tuple[str, str, float]]:
    """Yield the pairs that Splink finds among profiles written as CSV with a header, with its probability.

    Files that hold a different INS are left out: that pair is not to be looked at.
    """
    logging.getLogger("splink").setLevel(logging.ERROR)
    session = duckdb.connect()
    session.execute("CREATE TABLE people AS SELECT * FROM read_csv(?, all_varchar = true)", [str(profiles)])
    api = DuckDBAPI(session)
    linker = Linker(api.register("people"), _settings(), log_level=logging.ERROR)
    rules: list[str | BlockingRuleCreator] = [
        block_on("birth_date", "birth_name", "first_given"),
        block_on("ins_matricule"),
    ]
    linker.training.estimate_probability_two_random_records_match(rules, recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for columns in _TRAINED_ON:
        with suppress(EMTrainingException):  # nobody shares these: the estimate of the other block serves
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns))
    found = linker.inference.predict(threshold_match_probability=probability)
    rows = session.execute(
        f"SELECT f.unique_id_l, f.unique_id_r, f.match_probability FROM {found.physical_name} f"  # noqa: S608
        " JOIN people l ON l.unique_id = f.unique_id_l JOIN people r ON r.unique_id = f.unique_id_r"
        " WHERE l.ins_matricule IS NULL OR r.ins_matricule IS NULL OR l.ins_matricule = r.ins_matricule"
        " ORDER BY f.match_probability DESC, 1, 2"
    )
    while page := rows.fetchmany(_PAGE):
        yield from page


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            compare.JaroWinklerAtThresholds("birth_name", [0.92, 0.8]).configure(term_frequency_adjustments=True),
            compare.JaroWinklerAtThresholds("first_given", [0.92, 0.8]).configure(term_frequency_adjustments=True),
            compare.DamerauLevenshteinAtThresholds("birth_date", [1, 2]),
            compare.ExactMatch("sex"),
            compare.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
            compare.ExactMatch("phone"),
            compare.ExactMatch("email"),
            compare.JaroWinklerAtThresholds("street", [0.95, 0.88]),
        ],
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in _BLOCKS],
        retain_matching_columns=False,
    )
