"""A table as a value: what `ui/components/data_table.html` shows, and what stands beside each chart."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; figures are aligned on the right."""

    label: str
    is_numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, columns and rows; the first cell of a row is its heading."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[object]] = field(default_factory=list)

    def lines(self) -> list[tuple[object, list[tuple[object, Column]]]]:
        """Return each row as its heading and its other cells, each with its column."""
        return [(row[0], list(zip(row[1:], self.columns[1:], strict=True))) for row in self.rows]
