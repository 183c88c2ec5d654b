"""The current extract: what it is, and a connection that can read it and nothing else."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb
from django.conf import settings

MANIFEST: Final = "manifest.json"


@dataclass(frozen=True, slots=True)
class Extract:
    """A de-identified extract. `source_watermark` is the last change of the record that it holds, "" for none."""

    path: Path
    rows: int
    refreshed_at: datetime
    source_watermark: str
    schema_version: int


class NoExtract(LookupError):
    """Aucun extrait n’a encore été produit."""

    def __str__(self) -> str:
        return type(self).__doc__ or ""


def warehouse_folder() -> Path:
    """Return where extracts are kept."""
    return Path(settings.PASSERELLE_VAR) / "warehouse"


def current_extract() -> Extract | None:
    """Return the extract that is in use; None before the first one."""
    manifest = warehouse_folder() / MANIFEST
    if not manifest.exists():
        return None
    content = json.loads(manifest.read_text())
    return Extract(
        path=manifest.parent / content["file"],
        rows=content["rows"],
        refreshed_at=datetime.fromisoformat(content["refreshed_at"]),
        source_watermark=content["source_watermark"],
        schema_version=content["schema_version"],
    )


def connect() -> duckdb.DuckDBPyConnection:
    """Open DuckDB with the view `stays` on the current extract; no network, no extension, no other file.

    Raises:
        NoExtract: nothing was extracted yet.
    """
    extract = current_extract()
    if extract is None:
        raise NoExtract
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": 2}
    )
    path = str(extract.path).replace("'", "''")
    connection.execute(f"SET allowed_paths = ['{path}']")
    connection.execute("SET enable_external_access = false")
    connection.execute(f"CREATE VIEW stays AS SELECT * FROM read_parquet('{path}')")  # noqa: S608 - our own path
    return connection
