"""When a civil identity and a patient file are those of one person: all traits the same, or nothing.

Source: référentiel national d’identitovigilance, strict traits (birth name, given names, birth date, sex, birth place).
Nothing here is approximate: who is not recognised for certain is helped by a human at a desk.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from passerelle.protocols.ins import IdentityStatus

#: The identity of the file was checked on a document.
CHECKED: Final = frozenset({IdentityStatus.VALIDEE, IdentityStatus.QUALIFIEE})


@dataclass(frozen=True, slots=True)
class Civil:
    """Five strict traits, names in their comparable form (capitals without accents)."""

    birth_name: str
    given_names: tuple[str, ...]
    birth_date: date | None
    sex: str
    birth_place: str

    @property
    def is_whole(self) -> bool:
        """Tell whether no trait is missing: two holes are not a likeness."""
        return all((self.birth_name, self.given_names, self.birth_date, self.sex in {"M", "F"}, self.birth_place))


def is_same(one: Civil, other: Civil) -> bool:
    """Tell whether both have the five traits, and the same."""
    return one.is_whole and one == other


def age_on(birth_date: date, day: date) -> int:
    """Return the age in completed years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
