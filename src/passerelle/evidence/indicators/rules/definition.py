"""What an indicator declares. A definition that is not exactly right is refused, with its file and line."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NoReturn

import yaml


class Direction(StrEnum):
    LOWER = "lower"
    HIGHER = "higher"


class DefinitionError(ValueError):
    """A definition cannot be used; `where` is the file and line, `why` the reason."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where} : {why}")
        self.where = where
        self.why = why


@dataclass(frozen=True, slots=True)
class Definition:
    """A mean by site and month: the sum of a column over the stays of a population, by their number.

    `within` names the indicator of which this one is a part, so that the two protect each other's small cells.
    """

    code: str
    label: str
    unit: str
    direction: Direction
    decimals: int
    minimum_cell: str
    population: Mapping[str, tuple[str, ...]]
    month: str
    summed: str
    definition: str
    numerator_text: str
    denominator_text: str
    source: str
    within: str = ""


_TEXTS: Final = ("code", "label", "unit", "minimum_cell", "definition", "numerator_text", "denominator_text", "source")
_REQUIRED: Final = frozenset({*_TEXTS, "direction", "decimals", "population", "month", "numerator", "denominator"})
_MONTHS: Final = frozenset({"entry_month", "exit_month"})
_MOST_DECIMALS: Final = 3


def read_definition(text: str, *, file: str, columns: Collection[str]) -> Definition:
    """Read one definition; `columns` are those of the extract.

    Raises:
        DefinitionError: not YAML, an unknown, missing or repeated key, a value outside its set, an unknown column.
    """
    reader = _Reader(text, file)
    reader.refuse_unless_keys(_REQUIRED, optional=frozenset({"within"}))
    texts = {name: reader.text(name) for name in _TEXTS}
    return Definition(
        **texts,
        direction=Direction(reader.one_of("direction", {each.value for each in Direction})),
        decimals=reader.small_integer("decimals", _MOST_DECIMALS),
        population=_population(reader, columns),
        month=reader.one_of("month", _MONTHS),
        summed=_summed(reader, columns),
        within=reader.text("within") if "within" in reader.values else "",
    )


def check_family(definitions: Collection[Definition]) -> None:
    """Check that parts name a whole that exists, and that a whole has one part at most.

    With two published parts of one whole, the whole minus both could uncover a small remainder.

    Raises:
        DefinitionError: one of these does not hold, or two definitions share a code.
    """
    by_code = {each.code: each for each in definitions}
    if len(by_code) < len(definitions):
        raise DefinitionError(", ".join(sorted(by_code)), "deux indicateurs portent le même code")
    for each in definitions:
        whole = by_code.get(each.within)
        if each.within and (whole is None or whole.within or whole.month != each.month):
            raise DefinitionError(each.code, f"within : {each.within} n’est pas un indicateur entier de même mois")
        parts = [part.code for part in definitions if part.within == each.code]
        if len(parts) > 1:
            raise DefinitionError(each.code, f"une seule partie publiée à la fois ; ici {', '.join(sorted(parts))}")


def _population(reader: "_Reader", columns: Collection[str]) -> dict[str, tuple[str, ...]]:
    content = reader.mapping("population")
    for name, values in content.items():
        if name not in columns:
            reader.fail("population", f"colonne inconnue : {name}")
        if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
            reader.fail("population", f"{name} attend une liste de textes")
    return {name: tuple(values) for name, values in content.items()}


def _summed(reader: "_Reader", columns: Collection[str]) -> str:
    numerator, denominator = reader.mapping("numerator"), reader.mapping("denominator")
    if list(numerator) != ["sum"] or numerator["sum"] not in columns:
        reader.fail("numerator", f"attend « sum : <colonne de l’extrait> », reçu {numerator}")
    if denominator != {"count": "stays"}:
        reader.fail("denominator", f"attend « count : stays », reçu {denominator}")
    return str(numerator["sum"])


class _Reader:
    """A YAML mapping whose errors know their line."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.lines: dict[str, int] = {}
        self.values: dict[str, Any] = {}
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
            content = yaml.safe_load(text)
        except yaml.YAMLError as broken:
            raise DefinitionError(file, f"YAML illisible : {broken}") from broken
        if not isinstance(node, yaml.MappingNode):
            raise DefinitionError(file, "attend des clés et des valeurs")
        for key, _ in node.value:
            if key.value in self.lines:
                raise DefinitionError(f"{file}, ligne {key.start_mark.line + 1}", f"clé répétée : {key.value}")
            self.lines[key.value] = key.start_mark.line + 1
        self.values = content

    def fail(self, name: str, why: str) -> NoReturn:
        raise DefinitionError(f"{self.file}, ligne {self.lines.get(name, 1)}", f"{name} : {why}")

    def refuse_unless_keys(self, required: frozenset[str], *, optional: frozenset[str]) -> None:
        for name in sorted(required - self.values.keys()):
            self.fail(name, "clé absente")
        for name in sorted(self.values.keys() - required - optional):
            self.fail(name, "clé inconnue")

    def text(self, name: str) -> str:
        value = self.values[name]
        if not isinstance(value, str) or not value.strip():
            self.fail(name, "attend un texte")
        return value.strip()

    def one_of(self, name: str, allowed: Collection[str]) -> str:
        value = self.text(name)
        if value not in allowed:
            self.fail(name, f"{value} n’est pas parmi {', '.join(sorted(allowed))}")
        return value

    def small_integer(self, name: str, most: int) -> int:
        value = self.values[name]
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            self.fail(name, f"attend un entier de 0 à {most}")
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        value = self.values[name]
        if not isinstance(value, dict) or not value:
            self.fail(name, "attend des clés et des valeurs")
        return value
