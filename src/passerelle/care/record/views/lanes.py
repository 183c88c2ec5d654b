"""Stays over time, one lane per establishment, drawn on the server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from passerelle.care.record.selectors.course_rows import StayBar
from passerelle.core.ui.api import french

_WIDTH, _LEFT, _RIGHT, _TOP, _LANE = 960, 210, 16, 26, 30
_LEAST = 5
_MARGIN = timedelta(days=20)
_MOST_YEARS = 12
_LABEL = 27


@dataclass(frozen=True, slots=True)
class Lanes:
    """The shape of a record; the list below says the same in words."""

    stays: Sequence[StayBar]
    until: datetime
    names: Mapping[str, str]

    @property
    def is_worth_drawing(self) -> bool:
        """Tell whether there is more than one stay to place in time."""
        return len([stay for stay in self.stays if stay.start]) > 1

    def svg(self) -> SafeString:
        """Return the drawing, named by what it holds."""
        codes = list(dict.fromkeys(stay.establishment for stay in self.stays))
        height = _TOP + _LANE * len(codes) + 6
        return format_html(
            '<svg class="lanes" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
            *(_WIDTH, height, self.description(), self._years(height)),
            format_html_join(
                "", "{}", ((self._lane(rank, self.names.get(code, code)),) for rank, code in enumerate(codes))
            ),
            format_html_join("", "{}", ((self._bar(stay, codes),) for stay in self.stays if stay.start)),
        )

    def description(self) -> str:
        """Return the drawing in one sentence."""
        stays = self.stays
        places = len({stay.establishment for stay in stays})
        return (
            f"{len(stays)} séjour{'s' if len(stays) > 1 else ''} dans {places} "
            f"établissement{'s' if places > 1 else ''}, du {french.day(self._start())} au {french.day(self.until)}"
        )

    def _start(self) -> datetime:
        return min(self.until, *(stay.start for stay in self.stays if stay.start), self.until)

    def _x(self, at: datetime) -> float:
        first, last = self._start() - _MARGIN, self.until + _MARGIN
        share = (at - first) / (last - first)
        return round(_LEFT + min(max(share, 0.0), 1.0) * (_WIDTH - _LEFT - _RIGHT), 1)

    def _years(self, height: int) -> SafeString:
        first, last = timezone.localdate(self._start()).year, timezone.localdate(self.until).year
        zone = timezone.get_current_timezone()
        marks = [
            (x, x, height, x + 4, year)
            for year in range(max(first + 1, last - _MOST_YEARS), last + 1)
            for x in [self._x(datetime(year, 1, 1, tzinfo=zone))]
        ]
        return format_html_join(
            "", '<line class="year" x1="{}" x2="{}" y1="4" y2="{}"/><text class="tick" x="{}" y="16">{}</text>', marks
        )

    def _lane(self, rank: int, code: str) -> SafeString:
        y, name = _TOP + _LANE * rank, self.names.get(code, code)
        short = name if len(name) <= _LABEL else name[: _LABEL - 1].rstrip() + "…"
        return format_html(
            '<rect class="lane" x="{}" y="{}" width="{}" height="{}"/><text class="name" x="0" y="{}">{}</text>',
            *(_LEFT, y + 4, _WIDTH - _LEFT - _RIGHT, _LANE - 8, y + 20, short),
        )

    def _bar(self, stay: StayBar, codes: list[str]) -> SafeString:
        assert stay.start is not None  # noqa: S101 - the caller kept dated stays
        y = _TOP + _LANE * codes.index(stay.establishment)
        left, right = self._x(stay.start), self._x(stay.end or self.until)
        told = f"{stay.establishment_name}, {french.day(stay.start)}, {stay.class_label}"
        return format_html(
            '<rect class="bar bar-{}" x="{}" y="{}" width="{}" height="{}" rx="2"><title>{}</title></rect>',
            *("open" if stay.end is None else "closed", left, y + 4, max(_LEAST, round(right - left, 1)), _LANE - 8),
            told,
        )
