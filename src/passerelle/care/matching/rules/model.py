"""The declared model: what each agreement is worth, and the French words for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import log2
from pathlib import Path
from typing import Any, Final

import yaml

_FOLDER: Final = Path(__file__).parent.parent
_RAREST: Final = {"surnames": 2e-5, "givens": 1e-4, "places": 5e-4}


@dataclass(frozen=True, slots=True)
class Level:
    """A level of agreement: `m` among same persons, `u` among different ones, `fr` what it says."""

    m: float
    u: float
    fr: str

    @property
    def weight(self) -> float:
        """Return the weight in bits."""
        return log2(self.m / self.u)


@dataclass(frozen=True, slots=True)
class Field:
    """A compared field; at the `term_levels`, u is the frequency of the shared value in the table `term`."""

    label: str
    levels: Mapping[str, Level]
    term: str = ""
    term_levels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Household:
    """What relatives share counts little when given names or birth dates are those of two persons."""

    fields: frozenset[str]
    most_bits: float
    given: frozenset[str]
    birth_date: frozenset[str]


@dataclass(frozen=True, slots=True)
class Model:
    """A whole model. `prior_bits` is the weight that makes an even chance."""

    version: str
    prior_bits: float
    propose: float
    link: float
    rival_bits: float
    household: Household
    fields: Mapping[str, Field]
    frequencies: Mapping[str, Mapping[str, float]]

    def term_weight(self, field: Field, level: str, value: str) -> float:
        """Return the weight of agreeing on this very value: more for a rare one."""
        table = self.frequencies[field.term]
        return log2(field.levels[level].m / max(table.get(value, 0.0), _RAREST[field.term]))


@cache
def declared_model() -> Model:
    """Return the model of `model.yaml`, read once."""
    told = yaml.safe_load((_FOLDER / "model.yaml").read_text(encoding="utf-8"))
    frequencies = yaml.safe_load((_FOLDER / "frequencies.yaml").read_text(encoding="utf-8"))
    return read_model(told, frequencies)


def read_model(told: Mapping[str, Any], frequencies: Mapping[str, Mapping[str, float]]) -> Model:
    """Return the model that a mapping declares; see `model.yaml` for its shape.

    Raises:
        KeyError: a part is missing.
    """
    household, zones = told["household"], told["zones"]
    return Model(
        version=str(told["version"]),
        prior_bits=log2(told["population"]),
        propose=zones["propose"],
        link=zones["link"],
        rival_bits=zones["rival_bits"],
        household=Household(
            frozenset(household["fields"]),
            household["most_bits"],
            frozenset(household["given"]),
            frozenset(household["birth_date"]),
        ),
        fields={name: _field(field) for name, field in told["fields"].items()},
        frequencies={
            name: {str(value): per_million / 1e6 for value, per_million in table.items()}
            for name, table in frequencies.items()
        },
    )


def _field(told: Mapping[str, Any]) -> Field:
    term = told.get("term", {})
    levels = {name: Level(level["m"], level["u"], level["fr"]) for name, level in told["levels"].items()}
    return Field(told["label"], levels, term.get("table", ""), frozenset(term.get("levels", ())))
