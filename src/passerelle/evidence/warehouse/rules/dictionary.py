"""The columns of the extract: the dictionary its readers see is the one its writer obeys."""

from dataclasses import dataclass
from typing import Final

SCHEMA_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `classification` is never « identifying »: a test holds it."""

    name: str
    sql_type: str
    label: str
    meaning: str
    classification: str


STAY_COLUMNS: Final = (
    Column(
        "person",
        "VARCHAR",
        "Personne",
        "Pseudonyme : empreinte à clé secrète, la même pour tous les séjours d’une personne, que la clé gardée hors de "
        "l’entrepôt permet seule de recalculer.",
        "neutral",
    ),
    Column("establishment", "VARCHAR", "Établissement", "Code de l’établissement du séjour.", "neutral"),
    Column("site", "VARCHAR", "Site", "Code du site de l’unité principale ; vide si l’unité est inconnue.", "neutral"),
    Column(
        "unit_kind",
        "VARCHAR",
        "Nature de l’unité",
        "Médecine, chirurgie, psychiatrie… de l’unité où le séjour a duré le plus longtemps.",
        "health",
    ),
    Column("specialty", "VARCHAR", "Spécialité", "Spécialité de cette unité.", "health"),
    Column(
        "class",
        "VARCHAR",
        "Mode de prise en charge",
        "IMP : hospitalisation ; SS : ambulatoire ; AMB : consultation ; EMER : urgences.",
        "health",
    ),
    Column(
        "age_band", "VARCHAR", "Classe d’âge", "Âge à l’entrée, par tranches de cinq ans ; « 90+ » au-delà.", "health"
    ),
    Column("sex", "VARCHAR", "Sexe", "F, M ou U (inconnu).", "health"),
    Column("entry_month", "VARCHAR", "Mois d’entrée", "Année et mois, jamais le jour.", "health"),
    Column("exit_month", "VARCHAR", "Mois de sortie", "Année et mois ; vide tant que le séjour dure.", "health"),
    Column("length_days", "DOUBLE", "Durée", "Durée du séjour en jours, au dixième ; vide tant qu’il dure.", "health"),
)
COLUMN_NAMES: Final = tuple(column.name for column in STAY_COLUMNS)
