"""How recent a proof of who one is must be, operation by operation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Demand:
    """An operation that demands a recent proof: at most `max_age` old."""

    operation: str
    label: str
    routes: frozenset[str]
    methods: frozenset[str]
    max_age: timedelta

    def is_met(self, proved_at: datetime | None, at: datetime) -> bool:
        """Tell whether a proof given then is recent enough now; none is not."""
        return proved_at is not None and at - proved_at <= self.max_age


class DemandError(ValueError):
    """The table of demands cannot be read as written."""

    def __init__(self, *, why: str) -> None:
        super().__init__(why)


def read_demands(told: Iterable[Mapping[str, Any]]) -> tuple[Demand, ...]:
    """Return the table.

    Raises:
        DemandError: a route is named twice, or an age is not a positive number.
    """
    demands = tuple(
        Demand(
            operation=str(each["operation"]),
            label=str(each["label"]),
            routes=frozenset(each["routes"]),
            methods=frozenset(each["methods"]),
            max_age=timedelta(minutes=int(each["minutes"])),
        )
        for each in told
    )
    routes = [route for demand in demands for route in demand.routes]
    if len(routes) != len(set(routes)) or any(demand.max_age <= timedelta(0) for demand in demands):
        raise DemandError(why="une adresse est nommée deux fois, ou un âge n’est pas positif")
    return demands
