"""Look at the installation and say, for what is wrong, how to mend it."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import click
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from passerelle.config import cluster
from passerelle.config.database import ensure_database, is_embedded
from passerelle.core.audit import api as audit

_LEAST_FREE_GIB = 2.0
_OLDEST_SERVER = 150_000
_EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist", "fuzzystrmatch")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, whether it is well, and what to do when it is not."""

    subject: str
    is_well: bool
    told: str
    remedy: str = ""


@click.command()
def doctor() -> None:
    """Check the installation; exit code 1 when something must be mended."""
    findings = list(_findings())
    for finding in findings:
        click.echo(f"{'bien ' if finding.is_well else 'À VOIR'}  {finding.subject} : {finding.told}")
        if not finding.is_well:
            click.echo(f"        → {finding.remedy}")
    sys.exit(0 if all(finding.is_well for finding in findings) else 1)


def _findings() -> Iterator[Finding]:
    yield _python()
    yield _disk()
    reachable = _database()
    yield reachable
    if reachable.is_well:
        for look in (_server_version, _durability, _extensions, _migrations, _journal):
            yield _guarded(look)
    yield _secrets()


def _guarded(look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except DatabaseError as error:
        return Finding(
            look.__name__.strip("_"), is_well=False, told=str(error).splitlines()[0], remedy="passerelle manage migrate"
        )


def _python() -> Finding:
    version = sys.version.split()[0]
    return Finding("Python", sys.version_info >= (3, 11), version, "installez Python 3.11 ou plus récent")


def _disk() -> Finding:
    free = shutil.disk_usage(settings.PASSERELLE_PROJECT).free / 2**30
    return Finding("Disque", free >= _LEAST_FREE_GIB, f"{free:.1f} Gio libres", "libérez de la place : 2 Gio au moins")


def _database() -> Finding:
    kind = "embarquée" if is_embedded() else "DATABASE_URL"
    try:
        ensure_database()
        connection.ensure_connection()
    except (DatabaseError, cluster.ClusterUnavailable) as error:
        told = str(error).splitlines()[0]
        return Finding(f"Base {kind}", is_well=False, told=told, remedy="vérifiez DATABASE_URL, ou var/postgres/log")
    return Finding(f"Base {kind}", is_well=True, told="répond")


def _server_version() -> Finding:
    version = int(_one("SHOW server_version_num"))
    return Finding(
        "PostgreSQL", version >= _OLDEST_SERVER, _one("SHOW server_version"), "il faut PostgreSQL 15 ou plus"
    )


def _durability() -> Finding:
    values = {name: _one(f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")}
    told = ", ".join(f"{name}={value}" for name, value in values.items())
    return Finding(
        "Durabilité", set(values.values()) == {"on"}, told, "remettez ces trois réglages à on : un accusé promet"
    )


def _extensions() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_available_extensions WHERE name = ANY(%s)", [list(_EXTENSIONS)])
        found = {name for (name,) in cursor.fetchall()}
    missing = [name for name in _EXTENSIONS if name not in found]
    return Finding(
        "Extensions", not missing, "présentes" if not missing else "manquent " + ", ".join(missing), "paquet contrib"
    )


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return Finding(
        "Migrations", not plan, "à jour" if not plan else f"{len(plan)} à passer", "passerelle manage migrate"
    )


def _journal() -> Finding:
    verification = audit.verify()
    told = f"{verification.events} événements, chaîne " + ("intacte" if verification.ok else "ROMPUE")
    return Finding("Journal", verification.ok, told, "passerelle audit verify, puis prévenez le RSSI")


def _secrets() -> Finding:
    is_long = len(settings.SECRET_KEY) >= 50
    return Finding(
        "Clé secrète", is_long, "présente" if is_long else "trop courte", "PASSERELLE_SECRET_KEY de 50 signes au moins"
    )


def _one(query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(query)
        (value,) = cursor.fetchone() or ("",)
    return str(value)
