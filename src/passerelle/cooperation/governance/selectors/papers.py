"""A frozen exhibit, read back for a screen. The text stored is the truth; nothing here is computed again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from passerelle.cooperation.governance.rules.exhibit import is_intact
from passerelle.core.ui.api import Column, LineChart, Marker, Series, Table


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Papers:
    """What was shown, and whether it is still what was frozen (`is_intact`)."""

    title: str
    is_intact: bool
    sha256: str
    url: str = ""
    refreshed_at: datetime | None = None
    method: str = ""
    facts: tuple[Fact, ...] = ()
    findings: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    tables: tuple[Table, ...] = field(default_factory=tuple)
    charts: tuple[LineChart, ...] = field(default_factory=tuple)


def read_papers(exhibit_json: str, sha256: str) -> Papers:
    """Read a frozen exhibit; a digest that no longer matches is reported, never hidden."""
    content: Mapping[str, Any] = json.loads(exhibit_json)
    return Papers(
        title=content.get("title", ""),
        is_intact=is_intact(exhibit_json, sha256),
        sha256=sha256,
        url=content.get("url", ""),
        refreshed_at=datetime.fromisoformat(content["refreshed_at"]) if content.get("refreshed_at") else None,
        method=content.get("method", ""),
        facts=tuple(Fact(row["label"], row["value"], row.get("origin", "")) for row in content.get("facts", [])),
        findings=tuple(content.get("findings", [])),
        limits=tuple(content.get("limits", [])),
        tables=tuple(_table(table) for table in content.get("tables", [])),
        charts=tuple(_chart(chart) for chart in content.get("charts", [])),
    )


def _table(content: Mapping[str, Any]) -> Table:
    columns = [Column(label=label, is_numeric=rank > 0) for rank, label in enumerate(content["columns"])]
    return Table(caption=content["title"], columns=columns, rows=content["rows"])


def _chart(content: Mapping[str, Any]) -> LineChart:
    series: Sequence[Mapping[str, Any]] = content["series"]
    return LineChart(
        title=content["title"],
        series=[Series(line["name"], line["values"]) for line in series],
        x_labels=content["x_labels"],
        y_unit=content["y_unit"],
        markers=[Marker(mark["index"], mark["label"]) for mark in content.get("markers", [])],
        note=content.get("note", ""),
    )
