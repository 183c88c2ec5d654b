"""The matrix of this installation, read once from its data file."""

from functools import lru_cache
from pathlib import Path

import yaml

from passerelle.core.access import rules
from passerelle.core.access.vocabulary import Act, Kind, Relation, Role, State

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
