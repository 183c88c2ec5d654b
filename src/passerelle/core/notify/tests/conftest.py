from collections.abc import Iterator

import pytest

from passerelle.core.directory import api as directory
from passerelle.core.notify.sending.declared import Declared
from passerelle.core.notify.simulator.kannel import KannelSimulator
from passerelle.core.notify.tests.cast import AT


@pytest.fixture
def simulator(settings) -> Iterator[KannelSimulator]:
    """Given a simulated gateway, declared without a way back."""
    simulated = KannelSimulator()
    simulated.start()
    settings.SMS_GATEWAY = {
        "address": simulated.address,
        "username": "passerelle",
        "password": "secret",
        "sender": "38000",
        "per_second": "1000",
        "timeout_s": "2",
        "callback": "",
        "inbound_key": "cle-des-essais",
    }
    settings.PUBLIC_ADDRESS = "https://passerelle.exemple"
    yield simulated
    simulated.stop()


@pytest.fixture
def gateway() -> Declared:
    return Declared(code="sms", channel="sms", label="SMS", per_second=1000, timeout_s=1.0, threads=4, batch=20)


@pytest.fixture
def places(db):
    directory.load_directory(at=AT)
