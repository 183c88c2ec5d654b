"""Conditions put together: what always and what never holds is left out of the SQL."""

from collections.abc import Iterable, Sequence
from typing import Final

from passerelle.care.record.selectors.sql import Clause

NOTHING: Final = Clause("false")
EVERYTHING: Final = Clause("true")


def all_of(parts: Iterable[Clause]) -> Clause:
    """Return the condition that all of these hold."""
    kept = [part for part in parts if part != EVERYTHING]
    if NOTHING in kept:
        return NOTHING
    return _joined(" AND ", kept) if kept else EVERYTHING


def any_of(parts: Iterable[Clause]) -> Clause:
    """Return the condition that one of these holds."""
    kept: list[Clause] = []
    for part in parts:
        if part != NOTHING and part not in kept:
            kept.append(part)
    if EVERYTHING in kept:
        return EVERYTHING
    return _joined(" OR ", kept) if kept else NOTHING


def not_(part: Clause) -> Clause:
    """Return the contrary, null being false."""
    if part == NOTHING:
        return EVERYTHING
    if part == EVERYTHING:
        return NOTHING
    return Clause(f"({part.sql}) IS NOT TRUE", part.values)


def _joined(word: str, parts: Sequence[Clause]) -> Clause:
    if len(parts) == 1:
        return parts[0]
    return Clause("(" + word.join(part.sql for part in parts) + ")", tuple(v for part in parts for v in part.values))


def choice(condition: Clause, then: Clause, otherwise: Clause) -> Clause:
    """Return the condition that is `then` where `condition` holds, and `otherwise` where it does not."""
    if otherwise == NOTHING:
        return all_of([condition, then])
    return Clause(
        f"(CASE WHEN {condition.sql} THEN {then.sql} ELSE {otherwise.sql} END)",
        (*condition.values, *then.values, *otherwise.values),
    )
