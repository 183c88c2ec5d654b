"""Conversion of quantities: exact, and only between what measures the same thing."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any, Final

from passerelle.core.terminology.rules.model import TerminologyError
from passerelle.core.terminology.rules.ucum import Unit, parse_unit

_DIGITS: Final = 28


class NotConvertible(ValueError):
    """Ces deux unités ne mesurent pas la même chose."""


@dataclass(frozen=True, slots=True)
class Analyte:
    """What is dosed: its molar mass in g/mol, its charge for equivalents (0 when it has none), its examinations."""

    code: str
    label: str
    molar_mass: Fraction
    valence: int
    loinc: tuple[str, ...]


def analyte_of(raw: Mapping[str, Any]) -> Analyte:
    """Return the analyte that an entry of the file declares.

    Raises:
        TerminologyError: its molar mass is not a positive number.
    """
    molar_mass = Fraction(str(raw["molar_mass"]))
    if molar_mass <= 0:
        raise TerminologyError(str(raw["code"]), "la masse molaire est positive")
    return Analyte(
        str(raw["code"]), str(raw["label"]), molar_mass, int(raw.get("valence", 0)), tuple(raw.get("loinc", ()))
    )


def converted(value: Decimal, source: str, target: str, *, analyte: Analyte | None = None) -> Decimal:
    """Return the value told in another unit: exact when it has at most 28 digits, rounded there otherwise.

    A mass becomes an amount of substance, or equivalents, for a declared analyte only.

    Raises:
        UnitError: one of the two is not a unit.
        NotConvertible: they do not measure the same thing, the analyte that joins them is not given, or the value is
            not finite.
    """
    if not value.is_finite():
        raise NotConvertible(f"une valeur finie est attendue, non {value}")
    held, wanted = parse_unit(source), parse_unit(target)
    if source == target:
        return value
    absolute = (Fraction(value) + held.shift) * held.factor * _bridge(held, wanted, analyte)
    return _decimal(absolute / wanted.factor - wanted.shift)


def _bridge(held: Unit, wanted: Unit, analyte: Analyte | None) -> Fraction:
    """Return what turns the base units of one into those of the other."""
    if held.dimensions == wanted.dimensions:
        return Fraction(1)
    if analyte is not None and not held.shift and not wanted.shift:
        mass, told = (_reduced(unit, analyte) for unit in (held, wanted))
        if mass[1] == told[1]:
            return mass[0] / told[0]
    raise NotConvertible(NotConvertible.__doc__)


def _reduced(unit: Unit, analyte: Analyte) -> tuple[Fraction, tuple[tuple[str, int], ...]]:
    """Return the unit with kilograms of the analyte and equivalents told in moles: the factor, what is left."""
    moles_in = {"kg": 1000 / analyte.molar_mass} | ({"eq": Fraction(1, analyte.valence)} if analyte.valence else {})
    factor, left = Fraction(1), dict(unit.dimensions)
    for name, moles in moles_in.items():
        power = left.pop(name, 0)
        factor *= moles**power
        left["mol"] = left.get("mol", 0) + power
    return factor, tuple(sorted((name, power) for name, power in left.items() if power))


def _decimal(found: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = _DIGITS
        return Decimal(found.numerator) / Decimal(found.denominator)
