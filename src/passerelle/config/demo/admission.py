"""Which patients a unit takes, by its specialty: ages in completed years."""

from collections.abc import Mapping
from typing import Final

OLDEST: Final = 130
ADULTS: Final = range(15, OLDEST)
AGES: Final[Mapping[str, range]] = {
    "neonatalogie": range(1),
    "pediatrie": range(15),
    "chirurgie-pediatrique": range(15),
    "urgences-pediatriques": range(15),
    "psychiatrie-enfant": range(4, 17),
    "maternite": range(18, 43),
    "psychiatrie-age": range(70, OLDEST),
    "geriatrie-aigue": range(75, OLDEST),
    "smr-geriatrique": range(75, OLDEST),
    "urgences": range(OLDEST),
    "chirurgie-orthopedique": range(OLDEST),
    "chirurgie-digestive": range(OLDEST),
    "ambulatoire-chirurgie": range(OLDEST),
    "ambulatoire-medecine": range(OLDEST),
}


def takes(specialty: str, age: int, sex: str) -> bool:
    """Tell whether a unit of this specialty would take someone of this age and sex."""
    return age in AGES.get(specialty, ADULTS) and (specialty != "maternite" or sex == "F")
