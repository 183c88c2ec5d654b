"""What each act is worth and where that comes from, as the page of values shows it."""

from dataclasses import dataclass
from datetime import date

from passerelle.care.savings.rules.declared import DeclaredAct, declaration
from passerelle.care.savings.rules.estimate import Dated, in_force
from passerelle.care.savings.selectors.minutes import office_hours, worths
from passerelle.care.savings.selectors.page import places


@dataclass(frozen=True, slots=True)
class Worth:
    """An act, the value in force, and every value it had, newest first."""

    act: DeclaredAct
    now: Dated
    earlier: list[Dated]

    @property
    def is_first_estimate(self) -> bool:
        return self.now.since == date.min


@dataclass(frozen=True, slots=True)
class Hours:
    """An establishment and the hours entered for it; None when nobody did."""

    code: str
    name: str
    now: Dated | None


def values(on: date) -> list[Worth]:
    """Return what each declared act is worth on a day."""
    held = worths()
    return [_worth(act, held[code], on) for code, act in declaration().acts.items()]


def value_of(code: str, on: date) -> Worth | None:
    """Return what an act is worth on a day; None when nobody declared it."""
    act = declaration().acts.get(code)
    return _worth(act, worths()[code], on) if act else None


def hours_of_places(on: date) -> list[Hours]:
    """Return the hours entered for each establishment on a day."""
    known = office_hours()
    return [Hours(code, name, in_force(known.get(code, []), on)) for code, name in places()]


def _worth(act: DeclaredAct, rows: list[Dated], on: date) -> Worth:
    now = in_force(rows, on) or rows[0]
    return Worth(act, now, [row for row in reversed(rows) if row is not now])
