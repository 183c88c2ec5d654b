"""The one access decision. Everything not written in the matrix is refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeVar

from passerelle.core.access.vocabulary import Act, Kind, Relation, Role, State, Word

W = TypeVar("W", bound=Word)
Cell = tuple[Role, Relation, Kind, Act, State]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the matrix: every combination of its five lists is allowed, for its reason."""

    code: str
    roles: tuple[Role, ...]
    relations: tuple[Relation, ...]
    kinds: tuple[Kind, ...]
    acts: tuple[Act, ...]
    states: tuple[State, ...]
    because: str
    source: str

    def cells(self) -> Iterable[Cell]:
        """Yield what this line allows."""
        return product(self.roles, self.relations, self.kinds, self.acts, self.states)


@dataclass(frozen=True, slots=True)
class Matrix:
    """The lines as written, and the same thing ready to be asked."""

    lines: tuple[Line, ...]
    allowed: Mapping[Cell, Line]
    doable: frozenset[tuple[Role, Kind, Act]]


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether, why, by which line (None when refused) and as what."""

    allowed: bool
    because: str
    line: str | None = None
    role: Role | None = None


class MatrixError(ValueError):
    """The matrix file cannot be read as written."""


REFUSED = Decision(allowed=False, because="Aucune ligne de la matrice ne le permet.")


def decide(
    matrix: Matrix, roles: Iterable[Role], relation: Relation, *, kind: Kind, act: Act, state: State
) -> Decision:
    """Decide for whoever holds `roles`; the first line of the matrix that allows it gives the reason."""
    found: list[tuple[Line, Role]] = []
    for role in roles:
        line = matrix.allowed.get((role, relation, kind, act, state))
        if line is not None:
            found.append((line, role))
    if not found:
        return REFUSED
    line, role = min(found, key=lambda pair: (pair[0].code, pair[1].value))
    return Decision(allowed=True, because=line.because, line=line.code, role=role)


def may(matrix: Matrix, roles: Iterable[Role], kind: Kind, act: Act) -> bool:
    """Tell whether some relation and state would allow it: what menus and pages ask before an object is known."""
    return any((role, kind, act) in matrix.doable for role in roles)


def compile_matrix(lines: Iterable[Mapping[str, Any]]) -> Matrix:
    """Compile the lines of the data file; a cell allowed twice keeps the reason written first.

    Raises:
        MatrixError: a word is unknown, a line has no reason or no source, or two lines have one code.
    """
    read = tuple(_line(raw) for raw in lines)
    codes = [line.code for line in read]
    repeated = {code for code in codes if codes.count(code) > 1}
    if repeated:
        raise MatrixError(f"code répété : {', '.join(sorted(repeated))}")
    allowed: dict[Cell, Line] = {}
    for line in read:
        for cell in line.cells():
            allowed.setdefault(cell, line)
    doable = frozenset((role, kind, act) for role, _, kind, act, _ in allowed)
    return Matrix(lines=read, allowed=allowed, doable=doable)


def _line(raw: Mapping[str, Any]) -> Line:
    code = str(raw.get("code", "")).strip()
    because, source = str(raw.get("because", "")).strip(), str(raw.get("source", "")).strip()
    if not (code and because and source):
        raise MatrixError(f"ligne « {code or '?'} » : il faut un code, une raison et une source")
    return Line(
        code=code,
        roles=_words(Role, raw, "roles"),
        relations=_words(Relation, raw, "relations"),
        kinds=_words(Kind, raw, "kinds"),
        acts=_words(Act, raw, "acts"),
        states=_words(State, raw, "states"),
        because=because,
        source=source,
    )


def _words(vocabulary: type[W], raw: Mapping[str, Any], column: str) -> tuple[W, ...]:
    written = raw.get(column)
    if not isinstance(written, list) or not written:
        raise MatrixError(f"ligne « {raw.get('code')} » : la colonne « {column} » est vide")
    try:
        return tuple(vocabulary(word) for word in written)
    except ValueError as unknown:
        raise MatrixError(f"ligne « {raw.get('code')} », colonne « {column} » : {unknown}") from unknown
