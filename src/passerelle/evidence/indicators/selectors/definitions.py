"""The indicators that are declared: one file each, read once."""

from functools import cache
from pathlib import Path
from typing import Final

from passerelle.evidence.indicators.rules.definition import Definition, check_family, read_definition
from passerelle.evidence.warehouse.api import STAY_COLUMNS

_FOLDER: Final = Path(__file__).parents[1] / "definitions"


@cache
def definitions() -> tuple[Definition, ...]:
    """Return every declared indicator, by code.

    Raises:
        DefinitionError: a file is wrong; the error names it and its line.
    """
    columns = {column.name for column in STAY_COLUMNS}
    found = tuple(
        read_definition(path.read_text(), file=path.name, columns=columns) for path in sorted(_FOLDER.glob("*.yaml"))
    )
    check_family(found)
    return found


def definition(code: str) -> Definition | None:
    """Return one indicator; None when none bears this code."""
    return next((each for each in definitions() if each.code == code), None)
