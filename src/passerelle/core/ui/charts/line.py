"""Lines over time, drawn on the server."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from passerelle.core.ui import french
from passerelle.core.ui.charts.drawing import HIDDEN, STYLES, Frame, drawing_id, short
from passerelle.core.ui.charts.scale import Scale, scale_of, spread
from passerelle.core.ui.tables import Column, Table

WIDE = Frame(width=760, height=320, left=48, right=170, top=34, bottom=34, tick_labels=8, name_length=22)
LARGE = Frame(width=1120, height=340, left=48, right=200, top=34, bottom=34, tick_labels=12, name_length=24)
COMPACT = Frame(width=300, height=300, left=28, right=96, top=34, bottom=34, tick_labels=3, name_length=12)
_DOTTED_UP_TO = 18
_NAME_GAP = 17


@dataclass(frozen=True, slots=True)
class Series:
    """A line: one value per x label, None where the figure is hidden; a quiet one is drawn as background."""

    name: str
    values: Sequence[float | None]
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Marker:
    """A vertical line before the x label of rank `position`, such as « début du projet »."""

    position: float
    label: str = "début du projet"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChart:
    """A line chart and its table.

    Attributes:
        title: the finding, as a sentence.
        y_unit: such as « jours ».
        origin: where the figures come from (`measured`, `entered`, `source`, `estimated`, `unsourced`).
        gap_note: shown when a value is hidden.
    """

    title: str
    series: Sequence[Series]
    x_labels: Sequence[str]
    y_unit: str = ""
    markers: Sequence[Marker] = ()
    x_title: str = "Mois"
    decimals: int = 1
    starts_at_zero: bool = True
    origin: str = "measured"
    note: str = ""
    gap_note: str = "Une interruption de la courbe\u00a0: effectif inférieur à 11, valeur masquée."

    @property
    def has_gaps(self) -> bool:
        return any(value is None for series in self.series for value in series.values)

    def svg(self, frame: Frame = WIDE) -> SafeString:
        """Return the drawing, named by the finding and described in one sentence."""
        frame = frame.holding([series.name for series in self.series])
        known = [value for series in self.series for value in series.values if value is not None]
        scale = scale_of(known, start=frame.base, end=frame.top, zero=self.starts_at_zero)
        identifier = drawing_id("line", frame.width, self.title, self.series)
        return format_html(
            '<svg class="plot" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-t {}-d">'
            '<title id="{}-t">{}</title><desc id="{}-d">{}</desc>{}{}{}{}</svg>',
            *(
                frame.width,
                frame.height,
                identifier,
                identifier,
                identifier,
                self.title,
                identifier,
                self.description(),
            ),
            self._grid(scale, frame),
            self._x_axis(frame),
            self._markers(frame),
            self._lines(scale, frame),
        )

    def large_svg(self) -> SafeString:
        """Return the drawing for the whole width of a screen."""
        return self.svg(LARGE)

    def compact_svg(self) -> SafeString:
        """Return the drawing for the width of a phone."""
        return self.svg(COMPACT)

    def description(self) -> str:
        """Return what each line does from its first to its last value, for those who do not see it."""
        return " ".join(self._told(series) for series in self.series)

    def table(self) -> Table:
        """Return the same figures, one row per x label."""
        unit = f" ({self.y_unit})" if self.y_unit else ""
        columns = [Column(self.x_title), *(Column(series.name + unit, is_numeric=True) for series in self.series)]
        rows = [
            [label, *(self._cell(series.values[rank]) for series in self.series)]
            for rank, label in enumerate(self.x_labels)
        ]
        return Table(self.title, columns, rows)

    def _cell(self, value: float | None) -> str:
        return HIDDEN if value is None else french.number(value, self.decimals)

    def _told(self, series: Series) -> str:
        known = [(label, value) for label, value in zip(self.x_labels, series.values, strict=True) if value is not None]
        if not known:
            return f"{series.name}{french.NBSP}: valeurs masquées."
        (first, start), (last, end) = known[0], known[-1]
        unit = f"{french.NBSP}{self.y_unit}" if self.y_unit else ""
        return f"{series.name}{french.NBSP}: {self._cell(start)}{unit} ({first}), {self._cell(end)}{unit} ({last})."

    def _x(self, rank: float, frame: Frame) -> float:
        return short(frame.left + (rank + 0.5) / max(len(self.x_labels), 1) * (frame.end - frame.left))

    def _grid(self, scale: Scale, frame: Frame) -> SafeString:
        rules = format_html_join(
            "",
            '<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" text-anchor="end">{}</text>',
            (
                ("grid" if tick else "axis", frame.left, frame.end, y, y, frame.left - 8, short(y + 4), label)
                for tick in scale.ticks()
                for y, label in [(short(scale.at(tick)), french.number(tick, scale.decimals))]
            ),
        )
        return format_html('<text x="0" y="14">{}</text>{}', self.y_unit, rules)

    def _x_axis(self, frame: Frame) -> SafeString:
        every = max(1, -(-len(self.x_labels) // frame.tick_labels))
        return format_html_join(
            "",
            '<text x="{}" y="{}" text-anchor="middle">{}</text>',
            (
                (self._x(rank, frame), frame.height - 10, label)
                for rank, label in enumerate(self.x_labels)
                if rank % every == 0
            ),
        )

    def _markers(self, frame: Frame) -> SafeString:
        return format_html_join(
            "",
            '<line class="marker" x1="{}" x2="{}" y1="{}" y2="{}"/>'
            '<text class="marker-label" x="{}" y="{}" text-anchor="middle">{}</text>',
            (
                (x, x, frame.top - 12, frame.base, min(max(x, 110), frame.end - 20), frame.top - 18, marker.label)
                for marker in self.markers
                for x in [self._x(marker.position - 0.5, frame)]
            ),
        )

    def _lines(self, scale: Scale, frame: Frame) -> SafeString:
        names = spread(
            [self._end(each, scale, frame) for each in self.series], gap=_NAME_GAP, low=frame.top, high=frame.base
        )
        shown = sorted(zip(self.series, names, self._styles(), strict=True), key=lambda each: not each[0].is_quiet)
        return format_html_join(
            "",
            '<g class="{}">{}{}<text class="name" x="{}" y="{}">{}</text></g>',
            (
                (
                    style,
                    self._strokes(series, scale, frame),
                    self._dots(series, scale, frame),
                    frame.end + 6,
                    short(y + 4),
                    frame.cut(series.name),
                )
                for series, y, style in shown
            ),
        )

    def _styles(self) -> list[str]:
        """Return the class of each series; quiet ones do not use up the palette."""
        styles, rank = [], 0
        for series in self.series:
            styles.append("quiet" if series.is_quiet else STYLES[rank % len(STYLES)])
            rank += not series.is_quiet
        return styles

    def _end(self, series: Series, scale: Scale, frame: Frame) -> float:
        """Return how high the last known value is, where the name of the series is written."""
        known = [value for value in series.values if value is not None]
        return scale.at(known[-1]) if known else frame.base

    def _strokes(self, series: Series, scale: Scale, frame: Frame) -> SafeString:
        return format_html_join(
            "",
            '<polyline class="line" points="{}"/>',
            (
                (" ".join(f"{self._x(rank, frame)},{short(scale.at(value))}" for rank, value in run),)
                for run in _runs(series.values)
            ),
        )

    def _dots(self, series: Series, scale: Scale, frame: Frame) -> SafeString:
        """Mark each value of a short series; of a long one, only the values alone between two gaps."""
        every = len(series.values) <= _DOTTED_UP_TO and frame.width >= WIDE.width and not series.is_quiet
        points = [point for run in _runs(series.values) if every or len(run) == 1 for point in run]
        return format_html_join(
            "",
            '<circle class="dot" cx="{}" cy="{}" r="3.5"/>',
            ((self._x(rank, frame), short(scale.at(value))) for rank, value in points),
        )


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Return the unbroken stretches of a series, as (rank, value)."""
    runs: list[list[tuple[int, float]]] = [[]]
    for rank, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((rank, value))
    return [run for run in runs if run]
