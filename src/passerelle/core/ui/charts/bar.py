"""Horizontal bars, drawn on the server."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from passerelle.core.ui import french
from passerelle.core.ui.charts.drawing import HIDDEN, drawing_id, short
from passerelle.core.ui.charts.scale import Scale, scale_of
from passerelle.core.ui.tables import Column, Table

_WIDTH, _ROW, _TOP, _LEFT, _RIGHT = 760, 30, 8, 220, 90
_THICKNESS = 18
_LABEL_LENGTH = 30


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
    gap_note: str = "« masqué » : effectif inférieur à 11."

    @property
    def has_gaps(self) -> bool:
        return any(value is None for value in self.values)

    def svg(self) -> SafeString:
        """Return the drawing, named by the finding; each bar carries its figure."""
        scale = scale_of([value for value in self.values if value is not None], start=_LEFT, end=_WIDTH - _RIGHT)
        identifier = drawing_id("bar", self.title, self.labels, self.values)
        height = _TOP * 2 + _ROW * len(self.labels)
        return format_html(
            '<svg class="plot" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-t {}-d">'
            '<title id="{}-t">{}</title><desc id="{}-d">{}</desc>'
            '{}<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/></svg>',
            *(_WIDTH, height, identifier, identifier, identifier, self.title, identifier, self.description()),
            format_html_join("", "{}", ((self._bar(rank, scale),) for rank in range(len(self.labels)))),
            *(short(scale.at(0)), short(scale.at(0)), _TOP, height - _TOP),
        )

    def description(self) -> str:
        """Return every figure in one sentence."""
        return " ; ".join(f"{label}{french.NBSP}: {self._figure(rank)}" for rank, label in enumerate(self.labels))

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

    def _bar(self, rank: int, scale: Scale) -> SafeString:
        value, label = self.values[rank] or 0.0, self.labels[rank]
        y = _TOP + rank * _ROW + (_ROW - _THICKNESS) / 2
        start, end = sorted((scale.at(0), scale.at(value)))
        is_background = bool(self.highlighted) and label not in self.highlighted
        shown = label if len(label) <= _LABEL_LENGTH else label[: _LABEL_LENGTH - 1].rstrip() + "…"
        return format_html(
            '<g class="{}"><text x="{}" y="{}" text-anchor="end" class="value">{}</text>'
            '<rect class="bar" x="{}" y="{}" width="{}" height="{}" rx="2"/>'
            '<text x="{}" y="{}" class="value">{}</text></g>',
            *("bar-quiet" if is_background else "s1", _LEFT - 10, y + 13, shown),
            *(short(start), y, short(end - start), _THICKNESS, short(end + 8), y + 13, self._figure(rank)),
        )
