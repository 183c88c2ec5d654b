"""A database of its own for a measure of identity, in this process; nothing of it stays."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import psycopg
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from passerelle.core.directory import api as directory

_CONNECTION_NAMES: Final = ("user", "password", "host", "port")
_INDEXES: Final = (
    "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
    " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
)


@contextmanager
def scratch_database(at: datetime) -> Iterator[None]:
    """Have Django work on a new database beside the real one, with its tables and its directory; drop it after."""
    parameters = connection.get_connection_params()
    wanted = {name: parameters[name] for name in ("dbname", *_CONNECTION_NAMES) if parameters.get(name)}
    real = connection.settings_dict["NAME"]
    name = f"{real}_bench_identity"
    with psycopg.connect(**wanted, autocommit=True) as session:
        _drop(session, name)
        session.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            _turn_to(name)
            call_command("migrate", verbosity=0)
            directory.load_directory(at=at, demo=True)
            yield
        finally:
            _turn_to(real)
            _drop(session, name)


def _turn_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _drop(session: psycopg.Connection, name: str) -> None:
    session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def without_indexes(*tables: str) -> Iterator[None]:
    """Drop the indexes of tables while they are filled, without their triggers either, and make them again after."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(_INDEXES, [list(tables)])
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    with connection.cursor() as cursor:
        for _, definition in indexes:
            cursor.execute(definition)
        for table in tables:
            cursor.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table)))
        cursor.execute("RESET session_replication_role")
