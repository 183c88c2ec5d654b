"""The evidence panel of a project: the indicator at its sites and elsewhere, before and after its start."""

from dataclasses import dataclass
from datetime import date, datetime

from passerelle.cooperation.projects.models import Project
from passerelle.cooperation.projects.selectors import wording
from passerelle.core.ui.api import Column, LineChart, Marker, Series, Table, french
from passerelle.evidence.indicators import api as indicators

_GROUP_COLUMNS = ("", "Avant", "Après", "Différence", "Séjours avant", "Séjours après")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is measured, ready to be shown or frozen: every figure is already written."""

    indicator_code: str
    indicator_label: str
    finding: str
    sentences: tuple[str, ...]
    groups: Table
    sites: Table
    chart: LineChart
    method: str
    limits: tuple[str, ...]
    refreshed_at: datetime


def evidence_of(project: Project) -> Evidence | None:
    """Return the evidence on a project; None without an indicator, a start, an extract, or enough stays to show."""
    if not project.indicator_code or project.started_on is None:
        return None
    sites = sorted(project.sites.values_list("site_id", flat=True))
    found = indicators.before_after(project.indicator_code, sites=sites, started_on=project.started_on)
    return _evidence(project, found, project.started_on) if found else None


def _evidence(project: Project, found: indicators.BeforeAfter, started_on: date) -> Evidence:
    return Evidence(
        indicator_code=found.definition.code,
        indicator_label=found.definition.label,
        finding=wording.finding(found),
        sentences=wording.sentences(found, project.expected_direction),
        groups=_groups(found),
        sites=_sites(found),
        chart=_chart(found, started_on),
        method=wording.METHOD,
        limits=wording.limits(found),
        refreshed_at=found.refreshed_at,
    )


def _columns(first: str) -> list[Column]:
    return [Column(first), *(Column(label, is_numeric=True) for label in _GROUP_COLUMNS[1:])]


def _groups(found: indicators.BeforeAfter) -> Table:
    result, unit = found.comparison, found.definition.unit
    rows: list[list[object]] = [
        _line("Sites du projet", result.project, unit),
        _line("Autres sites", result.others, unit),
        ["Écart des évolutions", "", "", wording.figure(result.difference, unit, signed=True), "", ""],
    ]
    return Table(f"{found.definition.label}, avant et après le début du projet", _columns("Groupe"), rows)


def _line(label: str, group: indicators.GroupChange, unit: str) -> list[object]:
    return [
        label,
        wording.figure(group.before, unit),
        wording.figure(group.after, unit),
        wording.figure(group.change, unit, signed=True),
        french.number(group.stays_before),
        french.number(group.stays_after),
    ]


def _sites(found: indicators.BeforeAfter) -> Table:
    unit = found.definition.unit
    rows: list[list[object]] = [
        [
            f"{found.site_names.get(site.site, site.site)}{note}",
            wording.figure(site.before.mean, unit),
            wording.figure(site.after.mean, unit),
            wording.figure(site.change, unit, signed=True),
            french.number(site.before.count),
            french.number(site.after.count),
        ]
        for group, note in ((found.comparison.project, " (projet)"), (found.comparison.others, ""))
        for site in group.sites
    ]
    return Table(f"{found.definition.label}, site par site", _columns("Site"), rows)


def _chart(found: indicators.BeforeAfter, started_on: date) -> LineChart:
    first = date.fromisoformat(f"{found.months[0]}-01")
    position = (started_on.year - first.year) * 12 + started_on.month - first.month
    return LineChart(
        title=wording.finding(found),
        series=[
            Series("Sites du projet", _rounded(found.project_curve)),
            Series("Autres sites", _rounded(found.others_curve)),
        ],
        x_labels=[french.short_month(date.fromisoformat(f"{month}-01")) for month in found.months],
        y_unit=found.definition.unit,
        markers=[Marker(position, "début du projet")],
        note="Un mois de moins de 11\u00a0séjours sur un site y prend la moyenne du groupe de mois qui le contient.",
        gap_note="Une interruption\u00a0: un site du groupe n’a pas assez de séjours autour de ce mois.",
    )


def _rounded(values: tuple[float | None, ...]) -> list[float | None]:
    return [None if value is None else round(value, 2) for value in values]
