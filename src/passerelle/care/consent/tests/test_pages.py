"""The pages of those who follow: reviews, questions, registers and their files."""

from datetime import date, timedelta
from io import BytesIO
from itertools import count
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.consent.exports import csv_text, neutral, workbook_bytes
from passerelle.care.consent.navigation import questions_awaiting, reviews_awaiting
from passerelle.care.consent.tests import cast
from passerelle.care.consent.tests.cast import by
from passerelle.core.access import api as access
from passerelle.core.access.api import Relation, Role
from passerelle.core.parameters.api import load_parameters

_numbers = count(1)
PAGES = ("emergencies", "questions", "oppositions")
FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def lea(db):
    cast.lay_the_ground()
    load_parameters(at=timezone.now())
    return cast.a_person("arles")


class Someone:
    """An account with one role, and its browser."""

    def __init__(self, role, place=None, name=None):
        at = timezone.now()
        self.account = access.open_account(
            email=f"p{next(_numbers)}@exemple.invalid", display_name=name or role.label, by=None, at=at
        )
        access.grant_role(
            account=self.account, role=role, establishment=place, starts_on=date(2020, 1, 1), by=None, at=at
        )
        self.client = Client()
        self.client.force_login(self.account)
        session = self.client.session
        session["passerelle_second_factor"] = str(self.account.pk)
        session.save()

    @property
    def viewer(self):
        return access.viewer_of(self.account, on=timezone.localdate(), second_factor=True)

    def shows(self, name, *args):
        answer = self.client.get(reverse(f"consent:{name}", args=args))
        assert answer.status_code == 200
        return answer.content.decode()


@pytest.fixture
def officer(lea):
    return Someone(Role.DPO, name="Mona")


def an_emergency(person_id, *, days=0, name="Dr Bob", reason="Inconsciente aux urgences"):
    return access.open_emergency_access(
        viewer=Someone(Role.CLINICIAN, "salon", name).viewer,
        person_id=person_id,
        reason=access.Urgency(reason, "vital"),
        relation=Relation.TERRITORY,
        at=timezone.now() - timedelta(days=days),
    ).id


def test_the_worklist_shows_what_is_late_first(lea, officer):
    assert "Rien à revoir" in officer.shows("emergencies")
    an_emergency(lea, name="Dr Récent")
    an_emergency(lea, days=9, name="Dr Ancien")

    page = officer.shows("emergencies")

    assert page.index("Dr Ancien") < page.index("Dr Récent")
    assert "1 relecture en retard" in page


def test_a_verdict_is_given_on_the_page_of_the_access(lea, officer):
    opened = an_emergency(lea)
    address = reverse("consent:emergency", args=[opened])
    assert "Inconsciente aux urgences" in officer.shows("emergency", opened)

    empty = officer.client.post(address, {"note": ""})
    assert "Choisissez un avis" in empty.content.decode()
    done = officer.client.post(address, {"verdict": "not", "note": "Aucun lien avec un soin."}, follow=True)

    assert "Votre avis est enregistré" in done.content.decode()
    assert "Non justifié" in officer.shows("emergencies")
    assert "Aucun lien avec un soin." in officer.shows("emergency", opened)
    again = officer.client.post(address, {"verdict": "justified", "note": "Tout de même."})
    assert "déjà été revu" in again.content.decode()


def test_the_director_of_another_hospital_finds_nothing(lea):
    opened = an_emergency(lea)
    here, there = Someone(Role.DIRECTOR, "salon"), Someone(Role.DIRECTOR, "aphm")

    assert str(opened) in here.shows("emergencies")
    assert str(opened) not in there.shows("emergencies")
    assert there.client.get(reverse("consent:emergency", args=[opened])).status_code == 404
    assert here.client.get(reverse("consent:emergencies_export", args=["csv"])).status_code == 404


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", [Role.PATIENT, Role.CLINICIAN, Role.SECURITY_OFFICER, Role.OPERATOR])
def test_nobody_else_follows(lea, name, role):
    assert Someone(role, "salon").client.get(reverse(f"consent:{name}")).status_code == 404


def test_a_question_is_answered_and_waits_no_more(lea, officer):
    asked = consent.ask(
        person_id=lea, text="Pourquoi ?", about="Dr Bob", is_report=True, by=by().actor, at=timezone.now()
    )
    assert "Signalement" in officer.shows("questions")
    address = reverse("consent:question", args=[asked])
    assert "Écrivez votre réponse" in officer.client.post(address, {"text": ""}).content.decode()

    done = officer.client.post(address, {"text": "Il vous soignait ce jour-là."}, follow=True)

    assert "Répondues" in done.content.decode()
    assert "Il vous soignait ce jour-là." in officer.shows("question", asked)
    assert officer.client.get(reverse("consent:question", args=[lea])).status_code == 404


def test_the_register_shows_the_oppositions_in_force_without_a_name(lea, officer):
    assert "Aucune opposition en vigueur" in officer.shows("oppositions")
    consent.oppose(
        person_id=lea,
        scope=consent.Scope.ESTABLISHMENT,
        whom=consent.Whom(establishment="aphm"),
        label="AP-HM",
        by=by(),
        at=timezone.now(),
    )

    page = officer.shows("oppositions")

    assert str(lea) in page
    assert "ROMARIN" not in page


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("name", ["emergencies_export", "oppositions_export"])
def test_a_register_is_exported_and_the_export_is_noted(lea, officer, name, kind):
    an_emergency(lea, reason="=1+1 urgence")
    consent.oppose(
        person_id=lea,
        scope=consent.Scope.PROFESSIONAL,
        whom=consent.Whom(rpps="99"),
        label=FORMULA,
        by=by(),
        at=timezone.now(),
    )

    answer = officer.client.get(reverse(f"consent:{name}", args=[kind]))

    assert answer.status_code == 200
    assert f".{kind}" in answer["Content-Disposition"]
    text = answer.content.decode() if kind == "csv" else _strings(answer.content)
    assert "'=" in text
    assert officer.client.get(reverse(f"consent:{name}", args=["exe"])).status_code == 404


def _strings(workbook):
    with ZipFile(BytesIO(workbook)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
        return parts.read("xl/sharedStrings.xml").decode().replace("&#39;", "'")


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", " =1", "\u00a0=1", "\r=1", "\n=1"])
def test_no_cell_is_taken_for_a_formula(cell):
    assert neutral(cell) == f"'{cell}"
    assert f"'{cell}" in csv_text(("A",), [[cell]])
    assert workbook_bytes("f", ("A",), [[cell]])


def test_an_ordinary_cell_stays_as_it_is():
    assert neutral("Dr Y, 3 mars") == "Dr Y, 3 mars"


def test_what_awaits_is_told_to_whoever_follows(lea, officer):
    an_emergency(lea)
    an_emergency(lea, days=9)
    consent.ask(person_id=lea, text="?", about="", is_report=False, by=by().actor, at=timezone.now())
    at = timezone.now()

    assert [one.sentence for one in reviews_awaiting(officer.viewer, at)] == [
        "1 accès d’urgence en retard de relecture",
        "1 accès d’urgence à revoir",
    ]
    assert [one.sentence for one in questions_awaiting(officer.viewer, at)] == ["1 question de patient sans réponse"]
    assert questions_awaiting(Someone(Role.DIRECTOR, "salon").viewer, at) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_costs_as_many_queries_for_five_lines_as_for_one(lea, officer, name):
    costs = []
    for lines in (1, 4):
        for _ in range(lines):
            an_emergency(lea)
            consent.oppose(person_id=cast.a_person(), scope=consent.Scope.SHARING, by=by(), at=timezone.now())
            consent.ask(person_id=lea, text="?", about="", is_report=False, by=by().actor, at=timezone.now())
        officer.shows(name)
        with CaptureQueriesContext(connection) as queries:
            officer.shows(name)
        costs.append(len(queries))

    assert costs[0] == costs[1]
