import pytest

from passerelle.care.exchange import handlers
from passerelle.care.exchange.tests.samples import Recorder, open_facility


@pytest.fixture
def facility(db):
    open_facility()


@pytest.fixture
def recorder(monkeypatch):
    """The only handler for the time of a test: what packages above enrolled comes back after."""
    monkeypatch.setattr(handlers, "_enrolled", [])
    with Recorder() as recorder:
        yield recorder
