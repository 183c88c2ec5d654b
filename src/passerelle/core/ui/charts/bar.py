"""Horizontal bars, drawn on the server."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from passerelle.core.ui import french
from passerelle.core.ui.charts.drawing import HIDDEN, Frame, drawing_id, short
from passerelle.core.ui.charts.scale import Scale, scale_of
from passerelle.core.ui.tables import Column, Table

_ROW, _THICKNESS = 30, 18
WIDE = Frame(width=760, height=16, left=220, right=90, top=8, bottom=8, tick_labels=0, name_length=30)
LARGE = Frame(width=1120, height=16, left=260, right=100, top=8, bottom=8, tick_labels=0, name_length=34)
COMPACT = Frame(width=300, height=16, left=118, right=76, top=8, bottom=8, tick_labels=0, name_length=16)


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """One bar per label, None where the figure is hidden; `highlighted` labels are told apart when there are any."""

    title: str
    labels: Sequence[str]
    values: Sequence[float | None]
    y_unit: str = ""
    label_title: str = "Établissement"
    highlighted: frozenset[str] = frozenset()
    decimals: int = 1
    origin: str = "measured"
    note: str = ""
    gap_note: str = "«\u00a0masqué\u00a0»\u00a0: effectif inférieur à 11."

    @property
    def has_gaps(self) -> bool:
        return any(value is None for value in self.values)

    def svg(self, frame: Frame = WIDE) -> SafeString:
        """Return the drawing, named by the finding; each bar carries its figure."""
        scale = scale_of([value for value in self.values if value is not None], start=frame.left, end=frame.end)
        identifier = drawing_id("bar", frame.width, self.title, self.labels, self.values)
        height = frame.height + _ROW * len(self.labels)
        return format_html(
            '<svg class="plot" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-t {}-d">'
            '<title id="{}-t">{}</title><desc id="{}-d">{}</desc>'
            '{}<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/></svg>',
            *(frame.width, height, identifier, identifier, identifier, self.title, identifier, self.description()),
            format_html_join("", "{}", ((self._bar(rank, scale, frame),) for rank in range(len(self.labels)))),
            *(short(scale.at(0)), short(scale.at(0)), frame.top, height - frame.bottom),
        )

    def large_svg(self) -> SafeString:
        """Return the drawing for the whole width of a screen."""
        return self.svg(LARGE)

    def compact_svg(self) -> SafeString:
        """Return the drawing for the width of a phone."""
        return self.svg(COMPACT)

    def description(self) -> str:
        """Return every figure in one sentence."""
        return f"{french.NARROW}; ".join(
            f"{label}{french.NBSP}: {self._figure(rank)}" for rank, label in enumerate(self.labels)
        )

    def table(self) -> Table:
        """Return the same figures, one row per label."""
        unit = f"Valeur ({self.y_unit})" if self.y_unit else "Valeur"
        cells = (HIDDEN if value is None else french.number(value, self.decimals) for value in self.values)
        rows = [[label, cell] for label, cell in zip(self.labels, cells, strict=True)]
        return Table(self.title, [Column(self.label_title), Column(unit, is_numeric=True)], rows)

    def _figure(self, rank: int) -> str:
        value = self.values[rank]
        if value is None:
            return HIDDEN
        return french.number(value, self.decimals) + (f"{french.NBSP}{self.y_unit}" if self.y_unit else "")

    def _bar(self, rank: int, scale: Scale, frame: Frame) -> SafeString:
        value, label = self.values[rank] or 0.0, self.labels[rank]
        y = frame.top + rank * _ROW + (_ROW - _THICKNESS) / 2
        start, end = sorted((scale.at(0), scale.at(value)))
        is_background = bool(self.highlighted) and label not in self.highlighted
        return format_html(
            '<g class="{}"><text x="{}" y="{}" text-anchor="end" class="value">{}</text>'
            '<rect class="bar" x="{}" y="{}" width="{}" height="{}" rx="2"/>'
            '<text x="{}" y="{}" class="value">{}</text></g>',
            *("bar-quiet" if is_background else "s1", frame.left - 10, y + 13, frame.cut(label)),
            *(short(start), y, short(end - start), _THICKNESS, short(end + 8), y + 13, self._figure(rank)),
        )
