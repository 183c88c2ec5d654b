"""Read the territory file into flat rows, one list per table, ready to be compared with the database."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Row = dict[str, Any]

TERRITORY_FILE = Path(__file__).with_name("territory.yaml")
IDENTIFIER_KINDS = ("PI", "AN", "VN")


@dataclass(slots=True)
class TerritoryRows:
    sources: list[Row] = field(default_factory=list)
    territories: list[Row] = field(default_factory=list)
    figures: list[Row] = field(default_factory=list)
    establishments: list[Row] = field(default_factory=list)
    sites: list[Row] = field(default_factory=list)
    units: list[Row] = field(default_factory=list)
    authorities: list[Row] = field(default_factory=list)
    facilities: list[Row] = field(default_factory=list)
    partners: list[Row] = field(default_factory=list)
    sub_territories: list[Row] = field(default_factory=list)
    sub_territory_sites: dict[str, set[str]] = field(default_factory=dict)


def read_territory(path: Path, *, demo: bool) -> TerritoryRows:
    """Return every row of the file; the test establishment only when `demo`."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    rows = TerritoryRows()
    rows.sources = [{"code": code, **source} for code, source in content["sources"].items()]
    _add_territory(rows, content["territory"])
    entries = [*content["establishments"], *([content["test_establishment"]] if demo else [])]
    for rank, entry in enumerate(entries, start=1):
        _add_establishment(rows, entry, rank, content)
    rows.partners = [_with_source(partner) for partner in content["partners"]]
    for entry in content["sub_territories"]:
        rows.sub_territory_sites[entry["code"]] = set(entry["sites"])
        row = {key: value for key, value in entry.items() if key != "sites"}
        rows.sub_territories.append({**_sourced(row), "territory_id": content["territory"]["code"]})
    return rows


def _sourced(entry: Row) -> Row:
    row = dict(entry)
    row["source_id"] = row.pop("source")
    return row


def _with_source(entry: Row) -> Row:
    return {"to_confirm": [], **_sourced(entry)}


def _add_territory(rows: TerritoryRows, entry: Row) -> None:
    row = _sourced(entry)
    figures = row.pop("figures")
    rows.territories.append(row)
    rows.figures = [{**figure, "territory_id": row["code"], "source_id": row["source_id"]} for figure in figures]


def _add_establishment(rows: TerritoryRows, entry: Row, rank: int, content: Row) -> None:
    code = entry["code"]
    columns = ("code", "name", "short_name", "kind", "role", "city", "finess")
    rows.establishments.append(
        {
            **{column: entry[column] for column in columns},
            "aliases": entry.get("aliases", []),
            "to_confirm": entry.get("to_confirm", []),
            "territory_id": content["territory"]["code"],
            "source_id": entry["source"],
            "rank": rank,
            "finess_is_fictitious": is_fictitious_finess(entry["finess"]),
        }
    )
    for site_rank, site in enumerate(entry.get("sites") or [_only_site(entry)], start=1):
        _add_site(rows, site, site_rank, entry, content)
    for facility in entry.get("facilities") or [entry["facility"]]:
        rows.facilities.append({"code": facility, "establishment_id": code})
    own = [{"namespace": entry.get("facility"), "universal_id": entry["finess"]}]
    for authority in entry.get("authorities") or own:
        rows.authorities += [{**authority, "kind": kind, "establishment_id": code} for kind in IDENTIFIER_KINDS]


def _only_site(entry: Row) -> Row:
    return {
        "code": f"{entry['code']}-principal",
        "name": "Site principal",
        "city": entry["city"],
        "finess": f"9902{entry['finess'][4:8]}1",
        "units": entry["units"],
        "source": "simulation",
        "to_confirm": ["name"],
    }


def _add_site(rows: TerritoryRows, site: Row, rank: int, entry: Row, content: Row) -> None:
    row = _with_source(site)
    unit_set = row.pop("units")
    rows.sites.append(
        {
            **row,
            "establishment_id": entry["code"],
            "rank": rank,
            "finess_is_fictitious": is_fictitious_finess(site["finess"]),
        }
    )
    specialties = content["unit_sets"][unit_set] if unit_set else []
    units = [_unit_of(content["specialties"][specialty], specialty, rank) for specialty in specialties]
    rows.units += [
        {**unit, "establishment_id": entry["code"], "site_id": site["code"], "source_id": "simulation"}
        for unit in [*units, *entry.get("extra_units", [])]
    ]


def _unit_of(catalogued: Row, specialty: str, site_rank: int) -> Row:
    return {**catalogued, "code": f"{site_rank}{catalogued['code']}", "specialty": specialty}


def is_fictitious_finess(finess: str) -> bool:
    """Tell whether a FINESS number is ours: real ones start by a department, and none is numbered 99."""
    return finess.startswith("99")
