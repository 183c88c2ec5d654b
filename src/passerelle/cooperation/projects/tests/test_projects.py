from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from passerelle.cooperation.governance import api as governance
from passerelle.cooperation.governance.models import Ballot, Mandate
from passerelle.cooperation.governance.selectors.decisions import decision_page
from passerelle.cooperation.projects import api as projects
from passerelle.cooperation.projects.models import Project
from passerelle.cooperation.projects.selectors.projects import exhibit, project_page
from passerelle.core.audit.api import Actor
from passerelle.evidence.warehouse.tests.journeys import AT

from .conftest import START, STARTS, TODAY, measure

pytestmark = pytest.mark.django_db
CELL = Actor(account_id=None, name="Cellule", role="cell")


def test_the_three_projects_of_the_fund_amount_to_what_their_source_adds_up_to(territory: None) -> None:
    projects.load_projects(at=AT)

    assert [row.budget_cents for row in projects.projects()] == [3_400_000, 2_500_000, 4_000_000]
    assert projects.projects()[0].sites == "Timone, Nord, Sainte-Marguerite"


def test_loading_twice_changes_nothing_and_keeps_the_simulated_start(territory: None) -> None:
    projects.load_projects(at=AT, starts=STARTS)

    projects.load_projects(at=AT)

    project = Project.objects.get(pk="realite-virtuelle")
    assert (Project.objects.count(), project.started_on, project.start_origin) == (3, START, "simulated")
    assert project.source_year == 2021


def test_a_start_that_is_not_known_is_said_so(territory: None) -> None:
    projects.load_projects(at=AT)

    page = project_page("raac")

    assert page.evidence is None
    assert "Le début du projet n’est pas connu" in page.why_no_evidence
    assert "non précisé" in next(fact.value for fact in page.facts if fact.label == "Début")


def test_a_project_without_indicator_measures_nothing(territory: None) -> None:
    projects.load_projects(at=AT)

    assert "Aucun indicateur" in project_page("amenagements-parentalite").why_no_evidence
    assert project_page("unknown") is None


def test_the_evidence_says_the_means_the_difference_and_its_interval(demonstration: None) -> None:
    found = project_page("realite-virtuelle").evidence

    text = " ".join(found.sentences)
    assert "passe de 6,0 à 5,0\u00a0jours (−1,0\u00a0jour\u202f; 270 puis 270\u00a0séjours)" in text
    assert "passe de 5,0 à 5,0\u00a0jours (0,0\u00a0jour\u202f; 360 puis 360\u00a0séjours)" in text
    assert "Écart entre les deux évolutions\u00a0: −1,0\u00a0jour (intervalle à 95\u00a0%" in text
    assert "dans le sens attendu" in text
    assert "en est la cause" in text
    assert found.chart.markers[0].position == 6
    assert found.refreshed_at == AT


def test_without_effect_the_finding_says_there_is_no_clear_gap(territory: None) -> None:
    measure(before=6, after=6)
    projects.load_projects(at=AT, starts=STARTS)

    found = project_page("realite-virtuelle").evidence

    assert found.finding.startswith("Pas d’écart net")
    assert "contient zéro" in found.sentences[-1]


def test_an_effect_against_what_was_expected_is_said_with_the_same_prominence(territory: None) -> None:
    measure(before=5, after=7)
    projects.load_projects(at=AT, starts=STARTS)

    found = project_page("realite-virtuelle").evidence

    assert found.finding.startswith("+2,0\u00a0jours")
    assert "dans le sens contraire de ce qui était attendu" in found.sentences[-1]


def test_the_papers_hold_written_figures_and_only_aggregates(demonstration: None) -> None:
    papers = exhibit("realite-virtuelle", AT)

    assert papers["url"] == "/projets/realite-virtuelle/"
    assert papers["tables"][0]["rows"][0][:3] == ["Sites du projet", "6,0\u00a0jours", "5,0\u00a0jours"]
    assert set(papers) == {
        *("title", "url", "facts", "findings", "tables", "charts", "method", "limits"),
        *("indicator", "refreshed_at", "frozen_at"),
    }


def test_the_decision_keeps_the_figures_seen_even_when_the_measure_changes(demonstration: None) -> None:
    measure(before=9, after=2)
    ballot = Ballot.objects.get(closed_at=None)
    for seat in Mandate.objects.filter(is_voting=True).exclude(votes__ballot=ballot):
        governance.enter_vote(ballot_id=ballot.pk, mandate=seat, choice=governance.Choice.FOR, by=CELL, at=AT)

    decided = governance.decision_register(subject=("project", "realite-virtuelle"))[0]
    papers = decision_page(decided.number).papers

    assert "passe de 6,0 à 5,0" in papers.findings[0]
    assert papers.is_intact
    assert "passe de 6,0 à 5,0" not in project_page("realite-virtuelle").evidence.sentences[0]
    assert project_page("realite-virtuelle").decisions[0].number == decided.number


def test_the_demonstration_session_waits_for_one_vote_to_reach_the_quorum(demonstration: None) -> None:
    projects.load_demo(at=AT, today=TODAY, starts=STARTS)

    ballot = Ballot.objects.get(closed_at=None)
    assert ballot.votes.count() == 6
    with pytest.raises(governance.QuorumNotReached):
        governance.close_vote(ballot_id=ballot.pk, by=CELL, at=AT)


def test_a_project_at_a_site_that_does_not_exist_is_refused(db: None) -> None:
    with pytest.raises(projects.UnknownSite, match="aphm-nord"):
        projects.load_projects(at=AT)


def test_the_list_costs_as_many_queries_for_three_projects_as_for_one(territory: None) -> None:
    projects.load_projects(at=AT)
    with CaptureQueriesContext(connection) as all_of_them:
        projects.projects()
    Project.objects.exclude(pk="raac").delete()
    with CaptureQueriesContext(connection) as only_one:
        projects.projects()

    assert len(all_of_them) == len(only_one)


def test_the_page_shows_the_facts_the_evidence_and_the_session(as_persona, demonstration: None) -> None:
    text = as_persona("comite-arles").get("/projets/realite-virtuelle/").content.decode()

    for expected in (
        "34\u00a0000,00\u00a0€",
        "AXA",
        "simulé pour la démonstration",
        "2021",
        "mesuré",
        "séance ouverte",
    ):
        assert expected in text, expected
    assert "<svg" in text


def test_a_professional_reads_a_project_without_the_votes(as_persona, demonstration: None) -> None:
    text = as_persona("clinicien").get("/projets/realite-virtuelle/").content.decode()

    assert "Ce qui est mesuré" in text
    assert "Devant les instances" not in text


def test_the_list_names_the_projects(as_persona, demonstration: None) -> None:
    assert "Programme RAAC" in as_persona("directeur").get("/projets/").content.decode()


def test_a_patient_and_a_wrong_address_get_a_missing_page(as_persona, demonstration: None) -> None:
    assert as_persona("patient").get("/projets/realite-virtuelle/").status_code == 404
    assert as_persona("directeur").get("/projets/nowhere/").status_code == 404


def test_a_start_within_a_month_leaves_that_month_out(territory: None) -> None:
    measure(before=6, after=5)
    projects.load_projects(at=AT, starts={"realite-virtuelle": date(2025, 7, 10)})

    assert "270 puis 225" in project_page("realite-virtuelle").evidence.sentences[0]
