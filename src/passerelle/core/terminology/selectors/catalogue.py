"""The catalogue of this house: read once from the files of this package, then kept in memory."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from passerelle.core.terminology.rules.catalogue import Catalogue, catalogue_of
from passerelle.core.terminology.rules.reading import Raw, code_system_of, concept_map_of, value_set_of

DATA = Path(__file__).parents[1] / "data"
T = TypeVar("T")
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every scalar is text: `off` and `1.0` are codes


@lru_cache(maxsize=1)
def current_catalogue() -> Catalogue:
    """Return what the files declare.

    Raises:
        TerminologyError: a file is wrong; it says where.
    """
    return catalogue_of(
        _read("code_systems", code_system_of), _read("value_sets", value_set_of), _read("concept_maps", concept_map_of)
    )


def _read(folder: str, of: Callable[[Raw], T]) -> Iterator[T]:
    for path in sorted((DATA / folder).glob("*.yaml")):
        yield from (of(raw) for raw in documents(path))


def documents(path: Path) -> Iterator[Any]:
    """Yield the documents of a file, every scalar as text."""
    with path.open(encoding="utf-8") as file:
        yield from yaml.load_all(file, _Loader)
