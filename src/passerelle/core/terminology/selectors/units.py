"""Units and quantities, with the analytes of this house."""

from decimal import Decimal
from functools import lru_cache

from passerelle.core.terminology.rules.quantities import Analyte, analyte_of, converted
from passerelle.core.terminology.rules.ucum import UCUM
from passerelle.core.terminology.selectors.catalogue import DATA, current_catalogue, documents


@lru_cache(maxsize=1)
def analytes() -> tuple[Analyte, ...]:
    """Return the analytes whose molar mass is declared."""
    return tuple(analyte_of(raw) for told in documents(DATA / "analytes.yaml") for raw in told)


@lru_cache(maxsize=1)
def _by_name() -> dict[str, Analyte]:
    return {name: one for one in analytes() for name in (one.code, *one.loinc)}


def analyte(name: str) -> Analyte | None:
    """Return an analyte by its own code or by the LOINC code of an examination that doses it; None when undeclared."""
    return _by_name().get(name)


def convert(value: Decimal, source: str, target: str, *, examination: str = "") -> Decimal:
    """Return a value told in another unit of UCUM: exact, or rounded at 28 digits.

    `examination` (a LOINC code, or the code of an analyte) lets a mass become an amount of substance.

    Raises:
        UnitError: one of the two is not a unit.
        NotConvertible: they do not measure the same thing for this examination, or the value is not finite.
    """
    return converted(value, source, target, analyte=analyte(examination) if examination else None)


def unit_display(unit: str) -> str:
    """Return a unit as people write it: « G/L » for `10*9/L`, nothing for a score; the unit itself when unlisted."""
    found = current_catalogue().concept(UCUM, unit)
    return found.properties.get("shown", unit) if found else unit
