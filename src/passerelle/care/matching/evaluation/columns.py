"""The columns of a file under study: what each is taken for, whatever its name."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from passerelle.care.matching.rules.normalising import plain

# By role, the names a column may have: ours, those of French registries, those of the FEBRL files.
ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "rec_id", "record_id", "unique_id", "identifiant", "ipp", "numero", "patient_id", "id_patient"),
    "cluster": ("cluster", "cluster_id", "groupe", "entity_id", "true_id"),
    "birth_name": (
        "birth_name", "surname", "last_name", "family_name", "nom_de_naissance", "nom_naissance", "nom_famille",
        "nom_de_famille", "nom", "name",
    ),
    "used_name": ("used_name", "nom_utilise", "nom_usuel", "nom_d_usage", "nom_usage", "nom_marital"),
    "first_given": (
        "first_given", "given_name", "first_name", "premier_prenom", "prenom", "firstname", "prenom_naissance",
        "prenom_1",
    ),
    "given_names": ("given_names", "prenoms", "prenoms_de_naissance", "prenoms_naissance", "liste_prenoms"),
    "birth_date": ("birth_date", "date_of_birth", "dob", "date_de_naissance", "date_naissance", "naissance", "ddn"),
    "sex": ("sex", "sexe", "gender", "genre"),
    "birth_place": (
        "birth_place", "lieu_de_naissance", "lieu_naissance", "insee_naissance", "code_insee_naissance",
        "lieu_naissance_insee", "code_lieu_naissance",
    ),
    "phone": ("phone", "phone_number", "telephone", "tel", "mobile", "portable"),
    "email": ("email", "mail", "courriel", "adresse_electronique"),
    "street_number": ("street_number", "numero_de_rue", "numero_rue", "numero_voie"),
    "street": ("street", "address", "address_1", "rue", "adresse", "adresse_1", "voie"),
    "street_more": ("address_2", "adresse_2", "complement", "complement_adresse"),
    "city": ("city", "suburb", "town", "ville", "commune"),
    "postal_code": ("postal_code", "postcode", "zip", "zip_code", "code_postal", "cp"),
    "region": ("state", "region", "departement", "county"),
    "establishment": ("establishment", "etablissement", "hopital", "site", "finess"),
    "status": ("status", "statut", "statut_identite", "statut_rniv"),
    "attributes": ("attributes", "attributs"),
    "mother": ("mother", "mere", "ipp_mere", "mother_id"),
    "birth_order": ("birth_order", "rang_naissance", "rang_de_naissance"),
    "number": (
        "ins", "matricule", "matricule_ins", "ins_matricule", "nir", "soc_sec_id", "ssn", "national_id", "numero_secu",
    ),
}  # fmt: skip
_MOST_BYTES_TO_SNIFF: Final = 4_096


class UnreadableFile(Exception):
    """Ce fichier n’a pas la forme attendue."""


class NoTruth(UnreadableFile):
    """La vérité manque : donnez --truth, ou une colonne « cluster » dans les fichiers."""

    def __str__(self) -> str:
        return str(self.__doc__)


@dataclass(frozen=True, slots=True)
class Table:
    """A file read: its rows by role, extra columns by their own name, and the mapping used (column to role)."""

    name: str
    rows: tuple[Mapping[str, str], ...]
    mapping: Mapping[str, str]

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the identifiers of the rows, in order."""
        return tuple(row["id"] for row in self.rows)


def read_cells(path: Path) -> list[list[str]]:
    """Return the cells of a delimited file (comma, semicolon, tab or bar), in UTF-8 or Latin-1, without blanks around.

    Raises:
        UnreadableFile: it is empty.
    """
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    sample = text[:_MOST_BYTES_TO_SNIFF].split("\n", 1)[0]
    delimiter = max(",;\t|", key=sample.count)
    cells = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)]
    if not cells:
        raise UnreadableFile(f"{path.name} est vide")
    return cells


def read_table(path: Path, asked: Mapping[str, str]) -> Table:
    """Read a file whose first line names its columns; `asked` maps columns to roles by hand.

    Raises:
        UnreadableFile: empty, or no column can be the identifier or the name.
    """
    header, *lines = read_cells(path)
    mapping = roles_of(header, asked)
    missing = {"id", "birth_name"} - set(mapping.values())
    if missing:
        raise UnreadableFile(
            f"{path.name} : aucune colonne pour {', '.join(sorted(missing))} parmi {', '.join(header)} ; voir --columns"
        )
    rows = tuple({mapping[name]: cell for name, cell in zip(header, line, strict=False)} for line in lines)
    return Table(path.name, rows, mapping)


def roles_of(header: Sequence[str], asked: Mapping[str, str]) -> dict[str, str]:
    """Return the role of each column: the one asked, else the one its name tells, else its own name."""
    found: dict[str, str] = {}
    for column in header:
        role = asked.get(column) or _role(column)
        found[column] = role if role not in found.values() else column
    return found


def _role(column: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", plain(column).lower()).strip("_")
    return next((role for role, names in ROLES.items() if name in names), name)
