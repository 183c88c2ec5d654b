"""What devices measure, the models, and the protocols: read once from `data/`, checked as it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from passerelle.care.devices.rules.words import Rule, Severity

DATA: Final = Path(__file__).parents[1] / "data"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One measured quantity: LOINC code, labels, UCUM unit of storage, and bounds, inclusive, in that unit."""

    code: str
    label: str
    long: str
    unit: str
    shown: str
    decimals: int
    possible: tuple[Decimal, Decimal]
    plausible: tuple[Decimal, Decimal]
    analyte: str = ""

    def is_possible(self, value: Decimal) -> bool:
        return self.possible[0] <= value <= self.possible[1]

    def is_plausible(self, value: Decimal) -> bool:
        return self.plausible[0] <= value <= self.plausible[1]


@dataclass(frozen=True, slots=True)
class Kind:
    """A measure: quantities taken together; `code` is that of its Observation."""

    slug: str
    label: str
    code: str
    quantities: tuple[Quantity, ...]
    required: frozenset[str]
    how: str
    what_if: str

    @property
    def main(self) -> Quantity:
        return self.quantities[0]


@dataclass(frozen=True, slots=True)
class Model:
    """A model of device: what it measures, how often, and when its silence is told."""

    code: str
    label: str
    maker: str
    kind: Kind
    every: timedelta
    silent: timedelta
    has_battery: bool
    source: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """A threshold that a protocol proposes; `value` in the unit of its quantity."""

    quantity: str
    rule: Rule
    severity: Severity
    value: Decimal | None = None
    hours: int | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """Within how long a named professional takes an alert, then how long the second line has."""

    take: timedelta
    second_line: timedelta


@dataclass(frozen=True, slots=True)
class Protocol:
    """Thresholds to begin with, for a condition; who prescribes changes them for each person."""

    code: str
    label: str
    version: str
    source: str
    thresholds: tuple[Proposed, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything `data/` says."""

    quantities: Mapping[str, Quantity]
    kinds: Mapping[str, Kind]
    models: Mapping[str, Model]
    protocols: Mapping[str, Protocol]
    promises: Mapping[Severity, Promise]

    def kind_of(self, codes: frozenset[str]) -> Kind | None:
        """Return the measure that these quantities make; None when they make none."""
        for kind in self.kinds.values():
            if kind.required <= codes <= {one.code for one in kind.quantities}:
                return kind
        return None


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return the catalogue.

    Raises:
        KeyError: a file names what no file declares.
    """
    told, made, plans = (_read(name) for name in ("quantities", "models", "protocols"))
    quantities = {one["code"]: _quantity(one) for one in told["quantities"]}
    kinds = {one["slug"]: _kind(one, quantities) for one in told["kinds"]}
    return Catalogue(
        quantities=quantities,
        kinds=kinds,
        models={one["code"]: _model(one, kinds) for one in made["models"]},
        protocols={one["code"]: _protocol(one, quantities) for one in plans["protocols"]},
        promises={severity: _promise(plans["promises"][severity.value]) for severity in Severity},
    )


def _read(name: str) -> Any:
    return yaml.safe_load((DATA / f"{name}.yaml").read_text())


def _quantity(told: Mapping[str, Any]) -> Quantity:
    low, high = (Decimal(str(one)) for one in told["possible"])
    usual = tuple(Decimal(str(one)) for one in told["plausible"])
    return Quantity(
        code=told["code"],
        label=told["label"],
        long=told["long"],
        unit=told["unit"],
        shown=told["shown"],
        decimals=told["decimals"],
        possible=(low, high),
        plausible=(usual[0], usual[1]),
        analyte=told.get("analyte", ""),
    )


def _kind(told: Mapping[str, Any], quantities: Mapping[str, Quantity]) -> Kind:
    return Kind(
        slug=told["slug"],
        label=told["label"],
        code=told["code"],
        quantities=tuple(quantities[code] for code in told["quantities"]),
        required=frozenset(told["required"]),
        how=told["how"],
        what_if=told["what_if"],
    )


def _model(told: Mapping[str, Any], kinds: Mapping[str, Kind]) -> Model:
    return Model(
        code=told["code"],
        label=told["label"],
        maker=told["maker"],
        kind=kinds[told["kind"]],
        every=timedelta(hours=told["every_hours"]),
        silent=timedelta(hours=told["silent_hours"]),
        has_battery=told["has_battery"],
        source=told["source"],
    )


def _protocol(told: Mapping[str, Any], quantities: Mapping[str, Quantity]) -> Protocol:
    return Protocol(
        code=told["code"],
        label=told["label"],
        version=told["version"],
        source=told["source"],
        thresholds=tuple(_proposed(one, quantities) for one in told["thresholds"]),
    )


def _proposed(told: Mapping[str, Any], quantities: Mapping[str, Quantity]) -> Proposed:
    value = told.get("value")
    return Proposed(
        quantity=quantities[told["quantity"]].code,
        rule=Rule(told["rule"]),
        severity=Severity(told["severity"]),
        value=None if value is None else Decimal(str(value)),
        hours=told.get("hours"),
    )


def _promise(told: Mapping[str, int]) -> Promise:
    return Promise(timedelta(minutes=told["take_minutes"]), timedelta(minutes=told["second_line_minutes"]))
