"""Writes of legal parameters: one, the loader of the file that declares them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from passerelle.core.parameters.models import LegalParameter

LEGAL_FILE = Path(__file__).with_name("legal.yaml")
COLUMNS = ("label", "value", "unit", "valid_until", "source", "is_house_rule", "check_by")


@dataclass(slots=True)
class ParameterLoadReport:
    """What a load did; `absent` names the rows the file no longer holds, which stay as they are."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    absent: list[str] = field(default_factory=list)


@transaction.atomic
def load_parameters(*, at: datetime, path: Path = LEGAL_FILE) -> ParameterLoadReport:  # noqa: ARG001 - a write is dated
    """Bring the rows to what the file says; a second run changes nothing and nothing is deleted.

    Rows already there are written first, so that a period is closed before the next one opens.
    """
    wanted = {(row["key"], row["valid_from"]): _columns(row) for row in _entries(path)}
    existing = {(row.key, row.valid_from): row for row in LegalParameter.objects.all()}
    report = ParameterLoadReport()
    for key, columns in wanted.items():
        row = existing.get(key)
        if row is None:
            continue
        changed = [name for name, value in columns.items() if getattr(row, name) != value]
        if not changed:
            report.unchanged += 1
            continue
        for name in changed:
            setattr(row, name, columns[name])
        row.save(update_fields=changed)
        report.updated += 1
    for (name, valid_from), columns in wanted.items():
        if (name, valid_from) not in existing:
            LegalParameter.objects.create(key=name, valid_from=valid_from, **columns)
            report.created += 1
    report.absent = sorted(f"{name} ({start:%Y-%m-%d})" for name, start in existing.keys() - wanted.keys())
    return report


def _entries(path: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return entries


def _columns(entry: dict[str, Any]) -> dict[str, Any]:
    valid_until: date | None = entry.get("valid_until")
    given = {**entry, "valid_until": valid_until, "is_house_rule": entry.get("house", False)}
    return {name: given[name] for name in COLUMNS}
