"""A line the size of a word, for a cell of a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from passerelle.core.ui import french
from passerelle.core.ui.charts.drawing import short

_WIDTH, _HEIGHT, _MARGIN = 112, 26, 4
_MINIMUM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparkline:
    """The shape of a series; the figures themselves stand beside it."""

    name: str
    values: Sequence[float | None]
    y_unit: str = ""
    decimals: int = 1

    def svg(self) -> SafeString:
        """Return the drawing, named by its first and last figures."""
        points = self._points()
        drawn = " ".join(f"{x},{y}" for x, y in points)
        return format_html(
            '<svg class="plot sparkline s1" viewBox="0 0 {} {}" role="img" aria-label="{}">'
            '<polyline class="line" points="{}"/>{}</svg>',
            *(_WIDTH, _HEIGHT, self.description(), drawn),
            format_html_join("", '<circle class="dot" cx="{}" cy="{}" r="2.5"/>', points[-1:]),
        )

    def description(self) -> str:
        known = [value for value in self.values if value is not None]
        if not known:
            return f"{self.name}{french.NBSP}: valeurs masquées"
        unit = f"{french.NBSP}{self.y_unit}" if self.y_unit else ""
        start, end = (french.number(value, self.decimals) for value in (known[0], known[-1]))
        return f"{self.name}{french.NBSP}: de {start} à {end}{unit}"

    def _points(self) -> list[tuple[float, float]]:
        known = [(rank, value) for rank, value in enumerate(self.values) if value is not None]
        if len(known) < _MINIMUM:
            return []
        low, high = min(value for _, value in known), max(value for _, value in known)
        span = (high - low) or 1.0
        wide, tall = (_WIDTH - 2 * _MARGIN) / (len(self.values) - 1), _HEIGHT - 2 * _MARGIN
        return [(short(_MARGIN + x * wide), short(_MARGIN + (high - y) / span * tall)) for x, y in known]
