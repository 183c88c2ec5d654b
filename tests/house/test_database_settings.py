"""The database is the embedded one, or what `DATABASE_URL` says."""

import pytest

from passerelle.config.database import database_settings


def test_without_an_address_the_embedded_server_is_reached_by_its_socket(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PASSERELLE_DB_NAME", "essai")

    settings = database_settings()

    assert settings["NAME"] == "essai"
    assert settings["HOST"].startswith("/")


def test_an_address_gives_every_part(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://chu:a%40b@base.example:5433/passerelle?sslmode=require")

    settings = database_settings()

    assert settings["USER"] == "chu"
    assert settings["PASSWORD"] == "a@b"
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("base.example", "5433", "passerelle")
    assert settings["OPTIONS"]["sslmode"] == "require"


def test_another_engine_is_refused(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://chu@base/passerelle")

    with pytest.raises(ValueError, match="postgresql://"):
        database_settings()
