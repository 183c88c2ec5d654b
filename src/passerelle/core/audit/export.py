"""The journal as a table for a spreadsheet: semicolons, a byte order mark, and no cell that computes."""

import csv
from collections.abc import Iterable, Iterator

from django.utils import timezone

from passerelle.core.audit.selectors.journal import JournalRow

MOST_ROWS = 100_000
HEADINGS = (
    "Numéro",
    "Moment",
    "Action",
    "Issue",
    "Acteur",
    "Rôle",
    "Établissement",
    "Personne",
    "Objet",
    "Motif",
    "Ligne de la matrice",
)
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Line:
    """What `csv` writes to: it gives the line back instead of keeping it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(rows: Iterable[JournalRow]) -> Iterator[str]:
    """Yield the file line after line."""
    writer = csv.writer(_Line(), delimiter=";", lineterminator="\r\n")
    yield "\ufeff" + writer.writerow(HEADINGS)
    for row in rows:
        yield writer.writerow([neutral(cell) for cell in _cells(row)])


def neutral(cell: str) -> str:
    """Return a text no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(_STARTS_A_FORMULA) else cell


def _cells(row: JournalRow) -> tuple[str, ...]:
    return (
        str(row.id),
        timezone.localtime(row.at).strftime("%d/%m/%Y %H:%M:%S"),
        row.action_label,
        row.outcome_label,
        row.actor_name,
        row.role_label,
        row.establishment_name,
        str(row.person_id or ""),
        row.target,
        row.reason,
        row.line,
    )
