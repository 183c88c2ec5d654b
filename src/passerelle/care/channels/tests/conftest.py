from collections.abc import Iterator

import pytest

from passerelle.care.channels.memory import forget
from passerelle.care.channels.tests.files import MOMENT
from passerelle.core.directory import api as directory


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    """Declarations of a test are undone with its transaction; the memory of the process must forget them too."""
    forget()
    yield
    forget()


@pytest.fixture
def territory(db) -> None:
    directory.load_directory(at=MOMENT)
