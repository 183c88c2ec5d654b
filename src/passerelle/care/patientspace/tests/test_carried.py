"""What a patient carries away: the summary to read, print or keep as a file, the medicines, the course of care."""

import pytest
from django.urls import reverse

from passerelle.care.patientspace.services.release import set_wait
from passerelle.care.record.tests import chart, pages
from passerelle.core.audit.models import AuditEvent


@pytest.fixture
def zoe(db):
    pages.lay_the_ground()
    person_id, local = pages.a_person("aphm", birth_name="D'ASTIER", given=("ZOÉ",))
    stay = pages.a_stay(local, documents=1)
    chart.an_allergy(local)
    chart.a_condition(local)
    chart.a_treatment(local)
    chart.a_treatment(local, "Amoxicilline 1 g", status="stopped")
    return person_id, local, stay, pages.the_patient(person_id)


def shown(client, name):
    return client.get(reverse(f"patientspace:{name}"))


def test_the_summary_says_what_a_doctor_asks_first(zoe):
    page = shown(zoe[3], "essential").content.decode()

    assert "Zoé D’Astier" in page
    for told in ("Pénicillines", "Diabète de type 2", "Metformine 500 mg", "1 comprimé matin et soir"):
        assert told in page
    assert "Amoxicilline" not in page
    assert "Aucun vaccin n’est noté." in page


def test_the_file_is_the_international_summary_of_oneself(zoe):
    answer = shown(zoe[3], "summary_file")

    assert answer["Content-Type"] == "application/fhir+json"
    assert answer["Content-Disposition"].startswith('attachment; filename="resume-de-sante-')
    told = answer.json()
    assert (told["resourceType"], told["type"]) == ("Bundle", "document")
    types = {entry["resource"]["resourceType"] for entry in told["entry"]}
    assert types >= {"Composition", "AllergyIntolerance", "Condition", "MedicationStatement"}
    assert AuditEvent.objects.filter(target=f"patient:{zoe[0]}", action="record_read").exists()


def test_what_waits_to_be_told_is_not_carried_away_yet(zoe):
    def values():
        told = shown(zoe[3], "summary_file").json()
        return [one["resource"]["id"] for one in told["entry"] if one["resource"]["resourceType"] == "Observation"]

    assert values() != []
    set_wait(establishment="aphm", kind="result", label="Résultats", days=30)

    assert values() == []


def test_medicines_of_today_come_before_those_of_before(zoe):
    page = shown(zoe[3], "treatments").content.decode()

    assert page.index("Metformine") < page.index("Avant") < page.index("Amoxicilline")


def test_the_course_leads_to_each_stay_and_document(zoe):
    page = shown(zoe[3], "course").content.decode()

    assert reverse("patientspace:stay", args=[zoe[2]]) in page
    assert "Lettre de liaison" in page


def test_nobody_but_a_patient_has_these_pages(zoe):
    assert {pages.alice().get(reverse(f"patientspace:{name}")).status_code for name in ("essential", "course")} == {404}


def test_its_team_goes_from_a_document_to_its_summary_and_no_other_does(zoe):
    document = pages.a_document(zoe[1])
    link = reverse("patientspace:summarise", args=[document])
    address = reverse("record:document", args=[document])

    assert link in pages.alice().get(address).content.decode()
    assert link not in zoe[3].get(address).content.decode()
