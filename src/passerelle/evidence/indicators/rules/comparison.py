"""Before and after, at the sites of a project and elsewhere. A description with its uncertainty, not a proof of cause.

Each site gives one figure: how much its mean changed. The changes at the project's sites are compared with the changes
at the others (differences in differences, one value per site, as is advised when sites are few). A site weighs by
`before × after / (before + after)`, the number of stays that its change rests on, and has the same weight before and
after: a shift of activity between sites makes no effect. The interval rests on the larger of two uncertainties: how
differently the sites of a same group changed, and how much stays differ within a site.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from passerelle.evidence.indicators.rules.disclosure import Amount, Block, within

# Student's t, 97.5 %, by degrees of freedom; the last value reached below is used, which is never too narrow.
_STUDENT: Final = {
    1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228, 11: 2.201,
    12: 2.179, 13: 2.160, 14: 2.145, 15: 2.131, 16: 2.120, 17: 2.110, 18: 2.101, 19: 2.093, 20: 2.086, 25: 2.060,
    30: 2.042, 40: 2.021, 60: 2.000, 120: 1.980,
}  # fmt: skip
_FEWEST_DEGREES: Final = 2


@dataclass(frozen=True, slots=True)
class SiteChange:
    """What one site did before and after."""

    site: str
    before: Amount
    after: Amount

    @property
    def change(self) -> float:
        return self.after.mean - self.before.mean

    @property
    def weight(self) -> float:
        return self.before.count * self.after.count / (self.before.count + self.after.count)


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A group of sites: weighted means, their difference, and the number of stays on each side."""

    sites: tuple[SiteChange, ...]
    before: float
    after: float
    stays_before: int
    stays_after: int

    @property
    def change(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float

    @property
    def holds_zero(self) -> bool:
        return self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True)
class Comparison:
    """The two groups, the difference of their changes, and its 95 % interval (None with too few sites)."""

    project: GroupChange
    others: GroupChange
    difference: float
    interval: Interval | None
    months_before: tuple[str, ...]
    months_after: tuple[str, ...]
    left_out: tuple[str, ...]


def split(months: Sequence[str], start: str, *, starts_in_month: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the months before a start and those after; a month in which the project started is on neither side."""
    before = tuple(month for month in months if month < start)
    after = tuple(month for month in months if month > start or (month == start and not starts_in_month))
    return before, after


def compare(
    blocks: Mapping[str, Sequence[Block]],
    *,
    project_sites: Sequence[str],
    months_before: Sequence[str],
    months_after: Sequence[str],
) -> Comparison | None:
    """Compare the sites of a project with the others; None when a group has no site that may be shown on both sides.

    `left_out` names the sites without a block wholly before or wholly after.
    """
    changes = {
        site: SiteChange(site, within(found, months_before), within(found, months_after))
        for site, found in blocks.items()
    }
    usable = {site: each for site, each in changes.items() if each.before.count and each.after.count}
    project = [usable[site] for site in project_sites if site in usable]
    others = [each for site, each in usable.items() if site not in project_sites]
    if not project or not others:
        return None
    left, right = _group(project), _group(others)
    difference = left.change - right.change
    return Comparison(
        project=left,
        others=right,
        difference=difference,
        interval=_interval(left, right, difference),
        months_before=tuple(months_before),
        months_after=tuple(months_after),
        left_out=tuple(site for site in changes if site not in usable),
    )


def curve(blocks: Mapping[str, Sequence[Block]], group: GroupChange, months: Sequence[str]) -> list[float | None]:
    """Return the group's mean in each month, its sites keeping their weights.

    A month too small to be shown has the mean of its block; a month where a site has no block at all gives None.
    """
    by_site = {
        site.site: {month: block.amount.mean for block in blocks[site.site] for month in block.months}
        for site in group.sites
    }
    total = sum(site.weight for site in group.sites)
    values: list[float | None] = []
    for month in months:
        parts = [(site.weight, by_site[site.site].get(month)) for site in group.sites]
        known = [weight * mean for weight, mean in parts if mean is not None]
        values.append(sum(known) / total if len(known) == len(parts) else None)
    return values


def _group(sites: Sequence[SiteChange]) -> GroupChange:
    total = sum(site.weight for site in sites)
    return GroupChange(
        sites=tuple(sites),
        before=sum(site.weight * site.before.mean for site in sites) / total,
        after=sum(site.weight * site.after.mean for site in sites) / total,
        stays_before=sum(site.before.count for site in sites),
        stays_after=sum(site.after.count for site in sites),
    )


def _interval(project: GroupChange, others: GroupChange, difference: float) -> Interval | None:
    degrees = len(project.sites) + len(others.sites) - 2
    if degrees < _FEWEST_DEGREES:
        return None
    error = max(_error_between_sites(project, others, degrees), _error_within_sites(project, others))
    half = student(degrees) * error
    return Interval(difference - half, difference + half)


def _error_between_sites(project: GroupChange, others: GroupChange, degrees: int) -> float:
    spread = sum(site.weight * (site.change - group.change) ** 2 for group in (project, others) for site in group.sites)
    return sqrt(spread / degrees * sum(1 / sum(site.weight for site in group.sites) for group in (project, others)))


def _error_within_sites(project: GroupChange, others: GroupChange) -> float:
    variance = 0.0
    for group in (project, others):
        total = sum(site.weight for site in group.sites)
        variance += sum((site.weight / total) ** 2 * _variance_of_change(site) for site in group.sites)
    return sqrt(variance)


def _variance_of_change(site: SiteChange) -> float:
    return _variance_of_mean(site.before) + _variance_of_mean(site.after)


def _variance_of_mean(amount: Amount) -> float:
    spread = max(0.0, amount.squares - amount.total**2 / amount.count)
    return spread / max(amount.count - 1, 1) / amount.count


def student(degrees: int) -> float:
    """Return Student's 97.5 % quantile, rounded up to the nearest tabulated degrees of freedom below."""
    return _STUDENT[max(known for known in _STUDENT if known <= degrees)]
