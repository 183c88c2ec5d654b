"""Pieces of SQL with their values, and the refusals of a search."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final


class SearchError(Exception):
    """A search that cannot be answered: `parameter` is the one at fault, `why` a French sentence."""

    def __init__(self, parameter: str, why: str) -> None:
        super().__init__(f"{parameter}: {why}")
        self.parameter = parameter
        self.why = why


class UnknownParameter(SearchError):
    """A parameter that this type does not have: a lenient search leaves it out."""


class TooCostly(SearchError):
    """A search that would cost too much, told before it is run."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition of a WHERE and its values."""

    sql: str
    values: tuple[Any, ...] = ()


NOTHING: Final = Clause("false")
EVERYTHING: Final = Clause("true")


def joined(word: str, parts: Iterable[Clause]) -> Clause:
    """Return these conditions joined by AND or OR; there is one at least."""
    told = list(parts)
    if word == "OR" and len(told) > 1:
        told = [part for rank, part in enumerate(told) if part != NOTHING and part not in told[:rank]] or [NOTHING]
    if len(told) == 1:
        return told[0]
    return Clause(
        f"({f' {word} '.join(part.sql for part in told)})", tuple(one for part in told for one in part.values)
    )


def negated(part: Clause) -> Clause:
    """Return the contrary of a condition; what is not known is not so."""
    return Clause(f"({part.sql}) IS NOT TRUE", part.values)


def like(text: str) -> str:
    """Return a text for LIKE, its own wildcards taken as they are."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
