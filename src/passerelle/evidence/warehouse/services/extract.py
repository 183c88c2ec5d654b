"""Make the de-identified extract: a new file, then its manifest, so that a reader never meets half of either."""

import csv
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import duckdb

from passerelle.care.record import api as record
from passerelle.core.audit import api as audit
from passerelle.core.directory import api as directory
from passerelle.evidence.warehouse.rules.dictionary import COLUMN_NAMES, SCHEMA_VERSION, STAY_COLUMNS
from passerelle.evidence.warehouse.rules.stays import Place, Row, Source, describe
from passerelle.evidence.warehouse.selectors.extract import MANIFEST, Extract, current_extract, warehouse_folder
from passerelle.evidence.warehouse.services.secret import pseudonym_key

Opposition = Callable[[], frozenset[UUID]]
_oppositions: Final[list[Opposition]] = []


def register_opposition(persons: Opposition) -> None:
    """Say who answers which persons oppose the reuse of their data; whoever any answer names is left out."""
    _oppositions.append(persons)


def refresh(*, at: datetime, by: audit.Actor | None = None) -> Extract:
    """Write a new extract of every stay of the group (never of the test establishment) and make it the current one.

    A crash before the last step leaves the former extract in place; what it left behind is swept by the next run.
    """
    folder = warehouse_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"stays-{at:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}.parquet"
    rows_file, watermark = _write_rows(folder)
    try:
        rows = _write_parquet(rows_file, target)
    finally:
        rows_file.unlink(missing_ok=True)
    _write_manifest(folder, target, rows, watermark, at)
    _sweep(folder, keep=target)
    audit.record(audit.Action.EXTRACT_MADE, by=by, at=at, target=f"extract:{target.stem}", detail={"rows": rows})
    made = current_extract()
    if made is None:
        raise FileNotFoundError(target)
    return made


def _write_rows(folder: Path) -> tuple[Path, str]:
    """Write the de-identified rows as CSV for DuckDB; return the file and the last change of the record they hold."""
    path = folder / f".rows-{secrets.token_hex(8)}.csv"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    seen = _Watermark()
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMN_NAMES)
        writer.writerows(_rows(pseudonym_key(folder.parent), seen))
    return path, seen.latest


class _Watermark:
    """The latest `meta.lastUpdated` that went by."""

    def __init__(self) -> None:
        self.latest = ""

    def see(self, resource: dict[str, Any]) -> None:
        self.latest = max(self.latest, str(resource.get("meta", {}).get("lastUpdated", "")))


def _rows(key: bytes, seen: _Watermark) -> Iterator[Row]:
    opposed: frozenset[UUID] = frozenset().union(*(persons() for persons in _oppositions))
    places = _places()
    group = {row.code for row in directory.establishments()}
    for fact in record.stream_encounters():
        seen.see(fact.resource)
        if fact.person_id in opposed or fact.establishment not in group:
            continue
        source = Source(fact.person_id, fact.establishment, fact.birth_date, fact.sex, fact.resource)
        row = describe(source, places, key)
        if row is not None:
            yield row


def _places() -> dict[tuple[str, str], Place]:
    return {(unit.establishment, unit.code): Place(unit.site, unit.kind, unit.specialty) for unit in directory.units()}


def _write_parquet(rows_file: Path, target: Path) -> int:
    draft = target.with_suffix(".draft")
    types = {column.name: column.sql_type for column in STAY_COLUMNS}
    with duckdb.connect(config=_closed_to_the_network()) as connection:
        connection.execute(
            "CREATE TABLE stays AS SELECT * FROM read_csv(?, header=true, columns=?, nullstr='', quote='\"', "
            "auto_detect=false, delim=',')",
            [str(rows_file), types],
        )
        # Sorted by what is published, not in the record's order, which follows the patients' arrivals.
        connection.execute(
            f"COPY (SELECT {_quoted(COLUMN_NAMES)} FROM stays ORDER BY ALL) TO '{draft}' "  # noqa: S608 - our own path
            "(FORMAT parquet, COMPRESSION zstd)"
        )
        counted = connection.execute("SELECT count(*) FROM stays").fetchone()
    os.replace(draft, target)
    return int(counted[0]) if counted else 0


def _closed_to_the_network() -> dict[str, str | bool | int | float | list[str]]:
    return {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": 2}


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _write_manifest(folder: Path, target: Path, rows: int, watermark: str, at: datetime) -> None:
    content = {
        "file": target.name,
        "rows": rows,
        "refreshed_at": at.isoformat(),
        "source_watermark": watermark,
        "schema_version": SCHEMA_VERSION,
    }
    draft = folder / f".{MANIFEST}"
    draft.write_text(json.dumps(content, indent=1))
    os.replace(draft, folder / MANIFEST)


def _sweep(folder: Path, *, keep: Path) -> None:
    for pattern in ("stays-*.parquet", "stays-*.draft", ".rows-*.csv"):
        for path in folder.glob(pattern):
            if path != keep:
                path.unlink(missing_ok=True)
