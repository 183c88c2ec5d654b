from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.main_job.house import House, open_house


@pytest.fixture(scope="session")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One demonstration house for all these journeys; asked after the browser, which skips where it is absent."""
    opened = open_house(tmp_path_factory.mktemp("house"))
    yield opened
    opened.close()


@pytest.fixture
def origin(house: House) -> str:
    return house.address
