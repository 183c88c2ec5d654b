"""The table of demands of this installation, read once from its data file."""

from functools import lru_cache
from pathlib import Path

import yaml

from passerelle.core.oauth.rules.assurance import Demand, read_demands

DEMANDS_FILE = Path(__file__).with_name("assurance.yaml")


@lru_cache(maxsize=1)
def demands() -> tuple[Demand, ...]:
    """Return every operation that demands a recent proof."""
    return read_demands(yaml.safe_load(DEMANDS_FILE.read_text(encoding="utf-8")))


def demand_of(route: str, method: str) -> Demand | None:
    """Return what a route demands of a call by this method, None when nothing."""
    return next((each for each in demands() if route in each.routes and method in each.methods), None)
