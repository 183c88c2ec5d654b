"""Start the embedded database for the tests when it does not run, and stop it then when they are over."""

from typing import Any

import pytest

from passerelle.config import cluster
from passerelle.config.database import is_embedded

_started_here = pytest.StashKey[bool]()


def pytest_sessionstart(session: pytest.Session) -> None:
    if _is_worker(session.config) or not is_embedded():
        return
    session.config.stash[_started_here] = cluster.pid() is None
    cluster.start()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.stash.get(_started_here, False):
        cluster.stop()


def _is_worker(config: Any) -> bool:
    return hasattr(config, "workerinput")
