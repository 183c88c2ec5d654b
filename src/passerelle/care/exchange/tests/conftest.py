from collections.abc import Iterator

import pytest

from passerelle.care.channels.memory import forget
from passerelle.care.exchange import handlers
from passerelle.care.exchange.tests.samples import Recorder, open_facility


@pytest.fixture(autouse=True)
def no_channel_is_remembered() -> Iterator[None]:
    """Channels declared by a test are undone with its transaction, not in the memory of the process."""
    forget()
    yield
    forget()


@pytest.fixture
def facility(db):
    open_facility()


@pytest.fixture
def recorder(monkeypatch):
    """The only handler for the time of a test: what packages above enrolled comes back after."""
    monkeypatch.setattr(handlers, "_enrolled", [])
    with Recorder() as recorder:
        yield recorder
