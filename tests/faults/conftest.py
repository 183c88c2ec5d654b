import pytest

from tests.faults.house import Ground


@pytest.fixture(scope="session")
def ground():
    """A cluster of its own, made once: each house empties it."""
    with Ground() as made:
        yield made
