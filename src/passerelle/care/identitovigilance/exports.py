"""The figures as files that a spreadsheet opens: XLSX with its definitions, CSV for everything else."""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]  # the library has no types

from passerelle.care.identitovigilance.selectors.quality import DEFINITIONS, Quality
from passerelle.core.ui.api import french

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
PLACE_HEADS: Final = (
    "Établissement",
    "Identités locales en service",
    "Doublons potentiels",
    "Doublons pour 1 000",
    "Fusionnées",
    "Qualifiées",
    "Validées",
    "Récupérées",
    "Provisoires",
    "Part qualifiée",
)
Cell = str | int | float
Sheet = tuple[str, Sequence[str], list[list[Cell]]]


def plain(value: Cell) -> Cell:
    """Return a cell that no spreadsheet takes for a formula. Source: OWASP, CSV injection."""
    if isinstance(value, str) and value.startswith(_STARTS_A_FORMULA):
        return f"'{value}"
    return value


def place_rows(figures: Quality) -> list[list[Cell]]:
    """Return one row per establishment."""
    return [
        [
            place.name,
            place.files,
            place.duplicates,
            round(place.duplicates_per_thousand, 2),
            place.merged,
            place.qualified,
            place.validated,
            place.recovered,
            place.provisional,
            round(place.qualified_share, 4),
        ]
        for place in figures.places
    ]


def csv_text(figures: Quality) -> str:
    """Return the figures by establishment, as French spreadsheets read: semicolons, decimal commas, byte-order mark."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(PLACE_HEADS)
    for row in place_rows(figures):
        writer.writerow([str(cell).replace(".", ",") if isinstance(cell, float) else plain(cell) for cell in row])
    return "\ufeff" + out.getvalue()


def workbook_bytes(figures: Quality) -> bytes:
    """Return the workbook: read-me, establishments, months, work in progress."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        for name, heads, rows in _sheets(figures):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, heads, bold)
            for rank, row in enumerate(rows, start=1):
                sheet.write_row(rank, 0, [plain(cell) for cell in row])
            sheet.freeze_panes(1, 1)
            sheet.autofit()
    return out.getvalue()


def _sheets(figures: Quality) -> Iterable[Sheet]:
    read_me: list[list[Cell]] = [[one.name, one.formula, one.source] for one in DEFINITIONS]
    read_me += [
        ["Date des chiffres", french.moment(figures.at), "Calculés au moment du téléchargement"],
        ["Périmètre", "Toutes les identités locales des établissements du groupement", "Passerelle"],
    ]
    yield "Lisez-moi", ("Chiffre", "Définition", "Source"), read_me
    yield "Établissements", PLACE_HEADS, place_rows(figures)
    months: list[list[Cell]] = [
        [french.month(one.month), one.same, one.different, one.separated] for one in figures.months
    ]
    yield "Décisions", ("Mois", "Même personne", "Deux personnes", "Séparations"), months
    work: list[list[Cell]] = [[label, count] for label, count in figures.ages]
    work += [["À contresigner", figures.awaiting], ["Collisions", figures.collisions]]
    yield "Travail en cours", ("Paires à décider, par âge", "Nombre"), work
