"""The door of the indicators: aggregates only, with small cells already hidden."""

from passerelle.evidence.indicators.rules.comparison import Comparison, GroupChange, Interval, SiteChange
from passerelle.evidence.indicators.rules.definition import Definition, DefinitionError, Direction
from passerelle.evidence.indicators.selectors.definitions import definition, definitions
from passerelle.evidence.indicators.selectors.series import (
    BeforeAfter,
    Cell,
    IndicatorSeries,
    SeriesRow,
    UnknownIndicator,
    before_after,
    series,
)

__all__ = [
    "BeforeAfter",
    "Cell",
    "Comparison",
    "Definition",
    "DefinitionError",
    "Direction",
    "GroupChange",
    "IndicatorSeries",
    "Interval",
    "SeriesRow",
    "SiteChange",
    "UnknownIndicator",
    "before_after",
    "definition",
    "definitions",
    "series",
]
