"""What a search would cost, told before it is run. The points and their bound are ours."""

from dataclasses import dataclass
from typing import Final

from passerelle.care.record.rules.parameters import SEARCHED, Reads
from passerelle.care.record.selectors.sql import TooCostly

MOST: Final = 100
_ONE_ROW: Final = frozenset({"_id"})
_COMPARED: Final = frozenset({Reads.MOMENTS, Reads.AMOUNTS, Reads.NUMBER, Reads.DATES, Reads.DAY})
_READ_IN_BODY: Final = frozenset({"exact", "text", "missing", "above", "below"})


@dataclass(slots=True)
class Budget:
    """Points spent, out of a hundred. What names a patient or an id reads few rows: its criteria cost nothing."""

    is_narrow: bool = False
    spent: int = 0

    def spend(self, points: int, parameter: str) -> None:
        """Spend points.

        Raises:
            TooCostly: there are not so many left.
        """
        self.spent += points
        if self.spent > MOST:
            raise TooCostly(
                parameter,
                f"recherche trop coûteuse ({self.spent} points, {MOST} au plus) : précisez un patient ou un code",
            )

    def criterion(self, type_: str, told: str, value: str) -> None:
        """Spend what a criterion costs.

        Raises:
            TooCostly: there is not so much left.
        """
        name, _, modifier = told.partition(":")
        searched = SEARCHED[type_].get(name)
        if searched is None or self.is_narrow:
            return
        if modifier == "contains":
            self.spend(30, told)
        elif modifier in _READ_IN_BODY or searched.reads is Reads.COMPOSITE:
            self.spend(20, told)
        elif searched.reads in _COMPARED:
            self.spend(10, told)
        self.spend(value.count(",") // 10, told)
