"""Load the projects from our data file."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import yaml
from django.db import transaction

from passerelle.cooperation.projects.models import Project, ProjectSite, StartOrigin
from passerelle.core.audit import api as audit
from passerelle.core.directory import api as directory

_FILE: Final = Path(__file__).parents[1] / "data" / "projects.yaml"


class UnknownSite(LookupError):
    """A project names a site that the directory does not hold."""


@transaction.atomic
def load_projects(*, at: datetime, starts: Mapping[str, date] | None = None) -> int:
    """Create or update the projects of the file; return how many it names.

    `starts` gives, by project code, the day from which the simulation plants its effect: it is shown as simulated.

    Raises:
        UnknownSite: a project is at a site that the directory does not hold.
    """
    known = {site.code for site in directory.sites()}
    rows: list[dict[str, Any]] = yaml.safe_load(_FILE.read_text())["projects"]
    for rank, row in enumerate(rows):
        unknown = set(row["sites"]) - known
        if unknown:
            raise UnknownSite(", ".join(sorted(unknown)))
        _load_project(row, rank, (starts or {}).get(row["code"]), at)
    return len(rows)


def _load_project(row: Mapping[str, Any], rank: int, start: date | None, at: datetime) -> None:
    project, created = Project.objects.update_or_create(code=row["code"], defaults=_facts(row, rank))
    if start is not None and project.started_on != start:
        project.started_on, project.start_origin = start, StartOrigin.SIMULATED
        project.save(update_fields=["started_on", "start_origin"])
    for site in row["sites"]:
        ProjectSite.objects.get_or_create(project=project, site_id=site)
    if created:
        audit.record(audit.Action.PROJECT_CHANGED, by=None, at=at, target=f"project:{project.pk}")


def _facts(row: Mapping[str, Any], rank: int) -> dict[str, Any]:
    return {
        "rank": rank,
        "title": row["title"],
        "objective": row["objective"],
        "budget_cents": row["budget_cents"],
        "sponsor": row["sponsor"],
        "sponsor_note": row.get("sponsor_note", ""),
        "care_network": row["care_network"],
        "indicator_code": row.get("indicator", ""),
        "expected_direction": row.get("expected_direction", ""),
        "expected_effect": row.get("expected_effect", ""),
        "source_year": row["source_year"],
        "state": row["state"],
        "source": row["source"],
        "source_note": row.get("source_note", ""),
    }
