"""« Qui a consulté mon dossier »: complete, filtered, and asked about."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.patientspace.selectors import journal
from passerelle.care.record.tests import pages
from passerelle.core.access import api as access
from passerelle.core.access.api import Relation, Role, Viewer
from passerelle.core.audit import api as audit

pytestmark = pytest.mark.django_db


@pytest.fixture
def zoe(db):
    pages.lay_the_ground()
    person_id, _ = pages.a_person("aphm")
    return person_id, pages.the_patient(person_id)


def read_by(name, person_id, at, *, relation="treating", action=audit.Action.RECORD_READ):
    actor = audit.Actor(uuid4(), name, "clinician", "aphm")
    audit.record(
        action, by=actor, at=at, target=f"person:{person_id}", person_id=person_id, detail={"relation": relation}
    )


def shown(client, name, **query):
    response = client.get(reverse(f"patientspace:{name}"), query)
    assert response.status_code == 200
    return response.content.decode()


def every_name(person_id):
    """Return the names on every page of the journal, one page after the other."""
    viewer = Viewer(uuid4(), assignments=frozenset({(Role.PATIENT, None)}), person_id=person_id)
    names, before = [], None
    for _ in range(50):
        page = journal.accesses(viewer, person_id, at=timezone.now(), wanted=journal.Wanted(before=before))
        names += [line.fact.who for line in page.lines]
        before = page.next_before
        if before is None:
            return names
    raise AssertionError


def test_every_access_is_on_one_page_even_when_many_happen_at_once(zoe):
    at = timezone.now() - timedelta(days=3)
    told = [f"Dr {number:03d}" for number in range(230)]
    for number, name in enumerate(told):
        read_by(name, zoe[0], at - timedelta(minutes=number // 7))

    assert sorted(set(every_name(zoe[0]))) == told


def test_only_emergencies_or_documents_are_kept_when_asked(zoe):
    at = timezone.now() - timedelta(days=1)
    read_by("Dr Soin", zoe[0], at)
    read_by("Dr Garde", zoe[0], at, relation="emergency")

    assert "Dr Garde" in shown(zoe[1], "accesses", quoi="urgence")
    assert "Dr Soin" not in shown(zoe[1], "accesses", quoi="urgence")
    assert "Aucune consultation ne répond" in shown(zoe[1], "accesses", quoi="document")


def test_days_narrow_the_list_both_included(zoe):
    day = timezone.localdate() - timedelta(days=10)
    noon = timezone.now() - timedelta(days=10)
    for name, shift in (("Dr Veille", -1), ("Dr Jour", 0), ("Dr Lendemain", 1)):
        read_by(name, zoe[0], noon + timedelta(days=shift))

    page = shown(zoe[1], "accesses", depuis=day.isoformat(), jusqu=day.isoformat())

    assert [name in page for name in ("Dr Veille", "Dr Jour", "Dr Lendemain")] == [False, True, False]
    assert "Dr Lendemain" in shown(zoe[1], "accesses", depuis="hier")


def test_an_emergency_is_told_on_every_page_until_it_is_seen(zoe):
    bob = Viewer(_account("Bob"), "Bob", frozenset({(Role.CLINICIAN, "salon")}), second_factor=True)
    for hours in (0, 1):
        access.open_emergency_access(
            viewer=bob,
            person_id=zoe[0],
            reason="Inconsciente aux urgences",
            relation=Relation.TERRITORY,
            at=timezone.now() - timedelta(hours=hours),
        )

    for name in ("home", "documents", "choices"):
        page = shown(zoe[1], name)
        assert "Votre dossier a été ouvert en urgence" in page
        assert "et 1 autre fois" in page
    zoe[1].post(reverse("patientspace:acknowledge"))

    assert "Votre dossier a été ouvert en urgence" not in shown(zoe[1], "home")
    assert "Inconsciente aux urgences" in shown(zoe[1], "accesses")


def _account(name):
    return access.open_account(
        email=f"{name.lower()}@exemple.invalid", display_name=name, by=None, at=timezone.now()
    ).pk


def test_a_line_is_asked_about_and_answered(zoe):
    at = timezone.now() - timedelta(days=2)
    read_by("Dr Soin", zoe[0], at)
    address = reverse("patientspace:ask") + f"?le={at.isoformat().replace('+', '%2B')}"
    assert "Dr Soin" in zoe[1].get(address).content.decode()

    empty = zoe[1].post(address, {"kind": "signalement", "text": ""})
    assert "Écrivez votre message" in empty.content.decode()
    sent = zoe[1].post(address, {"kind": "signalement", "text": "Je ne connais pas ce médecin."}, follow=True)

    assert "En attente" in sent.content.decode()
    (asked,) = consent.questions(at=timezone.now())
    assert asked.is_report
    assert asked.about.startswith("Dr Soin (clinicien hospitalier")
    officer = access.Viewer(_account("Mona"), "Mona", frozenset({(Role.DPO, None)}), second_factor=True)
    consent.answer(viewer=officer, question_id=asked.id, text="Il remplaçait.", at=timezone.now())
    assert "Il remplaçait." in shown(zoe[1], "questions")


@pytest.mark.parametrize("moment", ["", "hier", "2001-01-01T00:00:00+00:00"])
def test_a_question_about_no_line_is_a_question(zoe, moment):
    assert "La consultation concernée" not in shown(zoe[1], "ask", le=moment)


def test_nobody_asks_about_the_record_of_another(zoe):
    at = timezone.now() - timedelta(days=2)
    read_by("Dr Soin", zoe[0], at)
    stranger_id, _ = pages.a_person("aphm", birth_name="AUTRE")

    assert "Dr Soin" not in shown(pages.the_patient(stranger_id), "ask", le=at.isoformat())
    assert pages.alice().get(reverse("patientspace:ask")).status_code == 404
