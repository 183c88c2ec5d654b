"""Projects for screens, and the papers that a committee votes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from passerelle.cooperation.governance import api as governance
from passerelle.cooperation.projects.models import Project, ProjectState, StartOrigin
from passerelle.cooperation.projects.selectors.evidence import Evidence, evidence_of
from passerelle.core.access.api import Viewer
from passerelle.core.directory import api as directory
from passerelle.core.ui.api import Found, LineChart, Table, french

SUBJECT_KIND = "project"


@dataclass(frozen=True, slots=True)
class ProjectRow:
    code: str
    title: str
    sites: str
    budget_cents: int
    sponsor: str
    state: str
    state_label: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact and where it comes from."""

    label: str
    value: str
    origin: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProjectPage:
    project: Project
    state_label: str
    facts: tuple[Fact, ...]
    evidence: Evidence | None
    why_no_evidence: str
    sessions: tuple[governance.SessionRow, ...]
    decisions: tuple[governance.DecisionRow, ...]


def projects() -> list[ProjectRow]:
    """Return every project, in the order of presentation, in three queries."""
    names = _site_names()
    rows = Project.objects.prefetch_related("sites").order_by("rank", "code")
    return [
        ProjectRow(
            code=row.code,
            title=row.title,
            sites=_sites(row, names),
            budget_cents=row.budget_cents,
            sponsor=row.sponsor,
            state=row.state,
            state_label=str(ProjectState(row.state).label),
        )
        for row in rows
    ]


def found(_viewer: Viewer, text: str, _at: datetime) -> list[Found]:
    """Return the projects whose title holds each word of a text, for « Aller à… »."""
    words = french.folded(text).split()
    rows = Project.objects.order_by("rank", "code").values_list("code", "title")
    return [
        Found(label=title, url=reverse("projects:project", args=[code]), icon="project")
        for code, title in rows
        if all(word in french.folded(title) for word in words)
    ]


def project_page(code: str) -> ProjectPage | None:
    """Return a project with its facts, its evidence and where it is decided; None when it does not exist."""
    project = Project.objects.filter(pk=code).first()
    if project is None:
        return None
    found = evidence_of(project)
    subject = (SUBJECT_KIND, code)
    return ProjectPage(
        project=project,
        state_label=str(ProjectState(project.state).label),
        facts=facts(project),
        evidence=found,
        why_no_evidence="" if found else _why_no_evidence(project),
        sessions=tuple(governance.sessions(subject=subject)),
        decisions=tuple(governance.decision_register(subject=subject)),
    )


def facts(project: Project) -> tuple[Fact, ...]:
    """Return what is known of a project; what its source does not say is said to be missing."""
    missing = "non précisé par la source"
    started = french.day(project.started_on) if project.started_on else missing
    year = f"La source cite {project.source_year}." if project.source_year else project.source_note
    simulated = project.start_origin == StartOrigin.SIMULATED
    return (
        Fact("Objectif", project.objective, "source"),
        Fact("Sites", _sites(project, _site_names()), "source"),
        Fact("Budget", french.euros(project.budget_cents), "source"),
        Fact("Mécène", project.sponsor or missing, "source", project.sponsor_note),
        Fact("Filière", project.care_network or missing, "entered"),
        Fact(
            "Début",
            f"{started} (simulé pour la démonstration)" if simulated else started,
            "entered" if simulated else "source",
            year,
        ),
        Fact("Effet attendu", project.expected_effect or missing, "source"),
    )


def exhibit(project_id: str, at: datetime) -> Mapping[str, object]:
    """Return the papers of a project as they are shown now: what a vote freezes.

    Raises:
        Project.DoesNotExist: no project bears this code.
    """
    project = Project.objects.get(pk=project_id)
    found = evidence_of(project)
    papers: dict[str, object] = {
        "title": project.title,
        "url": reverse("projects:project", args=[project.code]),
        "facts": [{"label": fact.label, "value": fact.value, "origin": fact.origin} for fact in facts(project)],
        "frozen_at": at.isoformat(),
    }
    if found is None:
        return papers | {"findings": [_why_no_evidence(project)]}
    return papers | {
        "findings": list(found.sentences),
        "tables": [_table(found.groups), _table(found.sites)],
        "charts": [_chart(found.chart)],
        "method": found.method,
        "limits": list(found.limits),
        "indicator": found.indicator_code,
        "refreshed_at": found.refreshed_at.isoformat(),
    }


def _why_no_evidence(project: Project) -> str:
    if not project.indicator_code:
        return "Aucun indicateur n’est déclaré pour ce projet\u00a0: rien n’est mesuré."
    if project.started_on is None:
        return "Le début du projet n’est pas connu\u00a0: l’avant et l’après ne peuvent pas être comparés."
    return "Pas encore assez de séjours extraits pour comparer l’avant et l’après."


def _table(table: Table) -> dict[str, object]:
    return {
        "title": table.caption,
        "columns": [column.label for column in table.columns],
        "rows": [[str(cell) for cell in row] for row in table.rows],
    }


def _chart(chart: LineChart) -> dict[str, object]:
    return {
        "title": chart.title,
        "y_unit": chart.y_unit,
        "x_labels": list(chart.x_labels),
        "series": [{"name": series.name, "values": list(series.values)} for series in chart.series],
        "markers": [{"index": marker.position, "label": marker.label} for marker in chart.markers],
        "note": chart.note,
    }


def _site_names() -> dict[str, str]:
    return {site.code: site.name for site in directory.sites()}


def _sites(project: Project, names: Mapping[str, str]) -> str:
    known = {row.site_id for row in project.sites.all()}
    return ", ".join(name for code, name in names.items() if code in known)
