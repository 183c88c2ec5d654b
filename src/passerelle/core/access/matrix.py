"""The matrix of this installation, read once from its data file."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from passerelle.core.access import rules
from passerelle.core.access.vocabulary import Act, Kind, Relation, Role, State, Word

MATRIX_FILE = Path(__file__).with_name("matrix.yaml")


@lru_cache(maxsize=1)
def current_matrix() -> rules.Matrix:
    """Return the compiled matrix; the file is read at the first call of the process."""
    return rules.compile_matrix(yaml.safe_load(MATRIX_FILE.read_text(encoding="utf-8")))


def decide(
    roles: frozenset[Role], relation: Relation, kind: Kind, act: Act, state: State = State.NORMAL
) -> rules.Decision:
    """Decide by the matrix of this installation."""
    return rules.decide(current_matrix(), roles, relation, kind=kind, act=act, state=state)


@dataclass(frozen=True, slots=True)
class MatrixLine:
    """One line of the matrix in French."""

    code: str
    roles: tuple[str, ...]
    relations: tuple[str, ...]
    kinds: tuple[str, ...]
    acts: tuple[str, ...]
    states: tuple[str, ...]
    because: str
    source: str


@dataclass(frozen=True, slots=True)
class RoleChoice:
    value: str
    label: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class MatrixPage:
    """What the data-protection officer reads: the lines of one role, or all of them."""

    lines: tuple[MatrixLine, ...]
    roles: tuple[RoleChoice, ...]
    role_label: str
    allowed_cells: int
    all_cells: int


def matrix_page(role: str = "") -> MatrixPage:
    """Return the matrix for reading; an unknown role shows all lines."""
    matrix = current_matrix()
    chosen = next((each for each in Role if each.value == role), None)
    lines = [line for line in matrix.lines if chosen is None or chosen in line.roles]
    cells = [cell for cell in matrix.allowed if chosen is None or cell[0] is chosen]
    whole = len(Relation) * len(Kind) * len(Act) * len(State) * (1 if chosen else len(Role))
    return MatrixPage(
        lines=tuple(_readable(line) for line in lines),
        roles=tuple(RoleChoice(each.value, each.label, each is chosen) for each in Role),
        role_label=chosen.label if chosen else "",
        allowed_cells=len(cells),
        all_cells=whole,
    )


def _readable(line: rules.Line) -> MatrixLine:
    return MatrixLine(
        code=line.code,
        roles=_labels(line.roles),
        relations=_labels(line.relations),
        kinds=_labels(line.kinds),
        acts=_labels(line.acts),
        states=_labels(line.states),
        because=line.because,
        source=line.source,
    )


def _labels(words: Iterable[Word]) -> tuple[str, ...]:
    return tuple(word.label for word in words)
