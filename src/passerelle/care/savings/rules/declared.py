"""The acts that are counted, as `acts.yaml` declares them: what each replaces, its first estimate, the target."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

_FILE: Final = Path(__file__).parents[1] / "acts.yaml"


@dataclass(frozen=True, slots=True)
class DeclaredAct:
    """One act: `minutes` is what the paper act it replaces takes, until somebody times it."""

    code: str
    label: str
    replaces: str
    minutes: Decimal


@dataclass(frozen=True, slots=True)
class Declaration:
    """Every declared act by code, where the first estimates come from, the target in percent and its source."""

    acts: Mapping[str, DeclaredAct]
    estimate_source: str
    target_percent: int
    target_source: str


def read(text: str) -> Declaration:
    """Read a declaration.

    Raises:
        ValueError: a minute is not a number above zero, the target is not a share.
        KeyError: an act lacks its label, what it replaces or its minutes.
    """
    told: dict[str, Any] = yaml.safe_load(text)
    acts = {code: _act(code, one) for code, one in told["acts"].items()}
    percent = int(told["target"]["percent"])
    if not 0 < percent < 100:
        raise ValueError(f"La cible de {percent} % n’est pas une part.")
    return Declaration(acts, told["estimate"], percent, told["target"]["source"])


def _act(code: str, told: Mapping[str, Any]) -> DeclaredAct:
    minutes = Decimal(str(told["minutes"]))
    if minutes <= 0:
        raise ValueError(f"{code}\u00a0: {minutes} minutes ne remplacent rien.")
    return DeclaredAct(code, told["label"], told["replaces"], minutes)


@cache
def declaration() -> Declaration:
    """Return the declaration of the house, read once."""
    return read(_FILE.read_text(encoding="utf-8"))
