"""When a threshold is crossed. Plain Python: values and moments are given."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from passerelle.care.devices.rules.catalogue import Catalogue
from passerelle.care.devices.rules.words import Rule, Severity


@dataclass(frozen=True, slots=True)
class Limit:
    """A threshold in force for somebody; `value` in the unit of its quantity, `hours` the window it looks at."""

    quantity: str
    rule: Rule
    severity: Severity
    value: Decimal | None = None
    hours: int | None = None

    @property
    def window(self) -> timedelta:
        return timedelta(hours=self.hours or 0)


class Point(NamedTuple):
    """One value of a quantity at its moment."""

    at: datetime
    value: Decimal


@dataclass(frozen=True, slots=True)
class Crossing:
    """A limit crossed by a measure, and the sentence that says so."""

    limit: Limit
    at: datetime
    sentence: str


def crossings(
    values: Mapping[str, Decimal],
    *,
    at: datetime,
    limits: Iterable[Limit],
    before: Mapping[str, Sequence[Point]],
    catalogue: Catalogue,
) -> list[Crossing]:
    """Return what a measure crosses: of the limits of the same rule and quantity, only the most severe.

    `before` holds the earlier values of the quantities that a trend looks at, in any order.
    """
    found: dict[tuple[Rule, str], Crossing] = {}
    for limit in sorted(limits, key=lambda one: (one.severity.rank, one.quantity, one.rule.value)):
        value = values.get(limit.quantity)
        if value is None or limit.value is None or (limit.rule, limit.quantity) in found:
            continue
        sentence = _crossed(limit, value, at, before.get(limit.quantity, ()), catalogue)
        if sentence:
            found[limit.rule, limit.quantity] = Crossing(limit, at, sentence)
    return list(found.values())


def _crossed(limit: Limit, value: Decimal, at: datetime, before: Sequence[Point], catalogue: Catalogue) -> str:
    if limit.value is None:
        return ""
    told = _told(limit.quantity, value, catalogue)
    if limit.rule is Rule.ABOVE and value > limit.value:
        return f"{told}, au-dessus du seuil de {_figure(limit.quantity, limit.value, catalogue)}"
    if limit.rule is Rule.BELOW and value < limit.value:
        return f"{told}, en dessous du seuil de {_figure(limit.quantity, limit.value, catalogue)}"
    if limit.rule in {Rule.RISE, Rule.DROP}:
        return _trend(limit, value, at, before, catalogue)
    return ""


def _trend(limit: Limit, value: Decimal, at: datetime, before: Sequence[Point], catalogue: Catalogue) -> str:
    seen = [point for point in before if at - limit.window <= point.at < at]
    if not seen or limit.value is None:
        return ""
    is_rise = limit.rule is Rule.RISE
    from_ = min(seen, key=lambda one: one.value) if is_rise else max(seen, key=lambda one: one.value)
    change = value - from_.value if is_rise else from_.value - value
    if change <= limit.value:
        return ""
    quantity = catalogue.quantities[limit.quantity]
    word, sign = ("hausse", "+") if is_rise else ("baisse", "−")
    moved = f"{sign}{french(change, quantity.decimals)}\u00a0{quantity.shown}"
    allowed = _figure(limit.quantity, limit.value, catalogue)
    return f"{_told(limit.quantity, value, catalogue)}, {word} de {moved} en {span(at - from_.at)} (seuil {allowed})"


def missing_sentence(limit: Limit, last: datetime | None, *, at: datetime, catalogue: Catalogue) -> str:
    """Return what to say when nothing came for the window of a limit; empty when something did."""
    if last is not None and last > at - limit.window:
        return ""
    since = f"depuis {span(at - last)}" if last else "depuis le début"
    name = catalogue.quantities[limit.quantity].long
    return f"{name}\u00a0: aucune mesure {since} (attendue toutes les {limit.hours}\u00a0h)"


class Silence(NamedTuple):
    """A device that says nothing."""

    pairing_id: int
    device_id: UUID
    since: datetime


def span(lasted: timedelta) -> str:
    """Return a duration in whole days, or in hours under two days."""
    hours = round(lasted / timedelta(hours=1))
    return f"{hours}\u00a0h" if hours < 48 else f"{round(hours / 24)}\u00a0jours"


def french(value: Decimal, decimals: int) -> str:
    """Return a number with a decimal comma."""
    return f"{value:.{decimals}f}".replace(".", ",")


def _figure(code: str, value: Decimal, catalogue: Catalogue) -> str:
    quantity = catalogue.quantities[code]
    return f"{french(value, quantity.decimals)}\u00a0{quantity.shown}"


def _told(code: str, value: Decimal, catalogue: Catalogue) -> str:
    return f"{catalogue.quantities[code].long}\u00a0: {_figure(code, value, catalogue)}"
