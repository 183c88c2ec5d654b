"""Results by analyte, across laboratories: joined when the units convert exactly, shown apart otherwise."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from passerelle.care.record.rules.readings import RISKS, reading_of
from passerelle.care.record.selectors.rows import ObservationRow
from passerelle.core.terminology import api as terminology

_FLAWED: Final = (terminology.NotConvertible, terminology.UnitError)


@dataclass(frozen=True, slots=True)
class Value:
    """A result told in the unit of its analyte; `result` is as its laboratory told it."""

    result: ObservationRow
    number: float | None
    low: float | None
    high: float | None
    is_converted: bool

    @property
    def reading(self) -> tuple[str, str]:
        """Return the kind of status and the word of the value, as its laboratory reads it."""
        return reading_of(self.result)

    @property
    def observed_at(self) -> datetime | None:
        """Return when it was taken."""
        return self.result.observed_at


@dataclass(frozen=True, slots=True)
class Analyte:
    """The values of one analyte that one curve may join, oldest first. `units` are those the laboratories used."""

    key: str
    code: str
    label: str
    unit: str
    values: tuple[Value, ...]

    @property
    def last(self) -> Value:
        """Return the newest value."""
        return self.values[-1]

    @property
    def shown_unit(self) -> str:
        """Return the unit as people write it."""
        return terminology.unit_display(self.unit)

    @property
    def has_curve(self) -> bool:
        """Tell whether two numbers at least can be joined."""
        return sum(value.number is not None for value in self.values) > 1

    @property
    def has_conversions(self) -> bool:
        """Tell whether some laboratory told it in another unit."""
        return any(value.is_converted for value in self.values)


def analytes_of(results: Iterable[ObservationRow]) -> list[Analyte]:
    """Return the analytes, those whose last value asks for attention first, then by name."""
    groups: dict[str, list[ObservationRow]] = {}
    for result in results:
        groups.setdefault(result.code or result.label, []).append(result)
    found = [analyte for code, group in groups.items() for analyte in _joined(code, group)]
    return sorted(found, key=lambda one: (RISKS[one.last.reading[0]], one.label.casefold(), one.key))


def _joined(code: str, group: Sequence[ObservationRow]) -> list[Analyte]:
    """Return one analyte for each set of units that convert into one another, in the newest one's unit."""
    newest_first = sorted(group, key=_age)
    units: dict[str, list[Value]] = {}
    for result in newest_first:
        told = next((value for unit in units for value in [_value(result, unit)] if value), None)
        target = next((unit for unit in units if _value(result, unit)), result.unit)
        units.setdefault(target, []).append(told or Value(result, result.number, result.low, result.high, False))
    return [
        Analyte(f"{code}|{unit}", code, values[0].result.label, unit, tuple(reversed(values)))
        for unit, values in units.items()
    ]


def _age(result: ObservationRow) -> tuple[float, str]:
    return (-result.observed_at.timestamp() if result.observed_at else 0.0, str(result.id))


def _value(result: ObservationRow, unit: str) -> Value | None:
    """Return a result told in a unit, None when it cannot be told so exactly."""
    if result.unit == unit:
        return Value(result, result.number, result.low, result.high, is_converted=False)
    try:
        return Value(
            result,
            number=_converted(result.number, result.unit, unit),
            low=_converted(result.low, result.unit, unit),
            high=_converted(result.high, result.unit, unit),
            is_converted=True,
        )
    except _FLAWED:
        return None


def _converted(number: float | None, unit: str, target: str) -> float | None:
    """Return a number in another unit: by the units alone, never by the weight of a molecule.

    Raises:
        UnitError, NotConvertible: there is no exact conversion.
    """
    told = terminology.convert(Decimal(str(1 if number is None else number)), unit, target)
    return None if number is None else float(told)
