"""The demonstration as it stands in this database."""

from dataclasses import dataclass
from datetime import date

from passerelle.config.demo.hospitals import Hospitals, read_hospitals
from passerelle.config.demo.ledger import read_ledger
from passerelle.config.demo.truth import Truth, read_truth


@dataclass(frozen=True, slots=True)
class Territory:
    """The same persons and day give the same territory."""

    persons: int
    today: date
    truth: Truth
    hospitals: Hospitals


def is_built() -> bool:
    """Tell whether this database holds a whole demonstration territory."""
    ledger = read_ledger()
    return ledger is not None and ledger.built_at is not None


def read_territory() -> Territory | None:
    """Return the territory this database holds, None when it holds none or only a part of one."""
    ledger = read_ledger()
    if ledger is None or ledger.built_at is None:
        return None
    return territory_of(ledger.persons, ledger.today)


def territory_of(persons: int, today: date) -> Territory:
    """Return the territory of so many persons that ends on this day; the directory is loaded before."""
    return Territory(persons, today, read_truth(today), read_hospitals())
