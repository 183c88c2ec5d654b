"""The demonstration starts its simulators, and nothing else does."""

import pytest

from passerelle.config.house import Doors, children

SIMULATED = "Pro Santé Connect simulé"


def _names():
    return [child.name for child in children(Doors())]


def test_the_demonstration_starts_its_simulated_provider(monkeypatch):
    monkeypatch.setenv("PASSERELLE_DEMO", "1")
    monkeypatch.setenv("PASSERELLE_PSC_ISSUER", "http://127.0.0.1:2591/auth/realms/esante-wallet")

    [started] = [child for child in children(Doors()) if child.name == SIMULATED]

    assert started.command[-3:] == ["psc-simulator", "--port", "2591"]


def test_the_demonstration_starts_its_simulated_franceconnect(monkeypatch):
    monkeypatch.setenv("PASSERELLE_DEMO", "1")
    monkeypatch.setenv("PASSERELLE_FC_ISSUER", "http://127.0.0.1:2592/api/v2")

    [started] = [child for child in children(Doors()) if child.name == "FranceConnect simulé"]

    assert started.command[-3:] == ["fc-simulator", "--port", "2592"]


@pytest.mark.parametrize(
    ("demo", "issuer"), [("0", "http://127.0.0.1:2591/auth"), ("1", "https://auth.exemple.invalid/auth"), ("1", "")]
)
def test_a_real_provider_or_a_real_house_starts_none(monkeypatch, demo, issuer):
    monkeypatch.setenv("PASSERELLE_DEMO", demo)
    monkeypatch.setenv("PASSERELLE_PSC_ISSUER", issuer)

    assert SIMULATED not in _names()
