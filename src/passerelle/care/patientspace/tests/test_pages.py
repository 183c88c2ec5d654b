"""The patient's pages, on a record stored for real."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from passerelle.care.record import api as record
from passerelle.care.record.tests import pages
from passerelle.core.access.api import Role
from passerelle.protocols import fhir

pytestmark = pytest.mark.django_db
NAMES = ("home", "stays", "documents", "accesses")


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def zoe():
    """A patient with two stays, three documents and results: the person, the local identity, the stay, the browser."""
    person_id, local = pages.a_person("aphm")
    stay_id = pages.a_stay(local, days=10, documents=2)
    pages.a_stay(local, days=400)
    return person_id, local, stay_id, pages.the_patient(person_id)


def shown(client, name, *args, **query):
    response = client.get(reverse(f"patientspace:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_first_page_tells_the_last_stay_and_the_last_documents(zoe):
    page = shown(zoe[3], "home")

    assert "Aucune venue prévue" in page
    assert "Votre dernier séjour" in page
    assert page.count("Lettre de liaison") == 3
    assert "2 documents depuis 30 jours" in page
    assert "Personne d’autre que vous" in page


def test_a_current_stay_comes_first(zoe):
    pages.a_stay(zoe[1], days=1, lasting=None)

    assert "Vous êtes à l’hôpital" in shown(zoe[3], "home")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("home", "apparaîtront ici"),
        ("stays", "Aucun séjour pour l’instant"),
        ("documents", "Aucun document pour l’instant"),
        ("accesses", "Personne d’autre que vous n’a ouvert votre dossier"),
    ],
)
def test_an_empty_page_teaches(name, words):
    person_id, _ = pages.a_person("aphm")

    assert words in shown(pages.the_patient(person_id), name)


def test_stays_are_listed_and_open(zoe):
    page = shown(zoe[3], "stays")

    assert page.count("card-link") == 2
    assert reverse("patientspace:stay", args=[zoe[2]]) in page


def test_a_stay_shows_its_documents_and_results(zoe):
    page = shown(zoe[3], "stay", zoe[2])

    assert page.count("Lettre de liaison") == 2
    assert "Glucose" in page


def test_a_document_is_read_in_the_page(zoe):
    document_id = pages.a_document(zoe[1])
    page = shown(zoe[3], "document", document_id)

    assert "Suites simples." in page
    assert "<iframe" not in page


def test_a_pdf_has_its_frame_and_its_button(zoe):
    document_id = pages.a_document(zoe[1], mime="application/pdf", content=pages.PDF)
    page = shown(zoe[3], "document", document_id)

    assert "Ouvrir le PDF" in page
    assert zoe[3].get(reverse("record:document_file", args=[document_id])).content == pages.PDF


def test_documents_are_chosen_by_year(zoe):
    old_year = (timezone.localdate() - timedelta(days=400)).year
    page = shown(zoe[3], "documents", annee=old_year)

    assert page.count('href="/mon-espace/documents/') - page.count('href="/mon-espace/documents/"') == 1


@pytest.mark.parametrize("query", [{"annee": "x"}, {"annee": "99999"}, {"type": "<b>"}])
def test_a_senseless_choice_breaks_nothing(zoe, query):
    assert "<b>" not in shown(zoe[3], "documents", **query)


def test_the_patient_reads_who_opened_what_and_why(zoe):
    document_id = pages.a_document(zoe[1], title="Compte rendu opératoire")
    pages.alice().get(reverse("record:document", args=[document_id]))
    page = shown(zoe[3], "accesses")

    assert "<strong>Alice</strong>" in page
    assert "a ouvert le document «\u00a0Compte rendu opératoire\u00a0»" in page
    assert "son équipe a écrit ce document" in page


def test_ones_own_readings_are_shown_only_when_asked(zoe):
    shown(zoe[3], "stays")

    assert "Vous avez consulté" not in shown(zoe[3], "accesses")
    assert "Vous avez" in shown(zoe[3], "accesses", tout="1")


def test_old_accesses_are_on_the_next_page(zoe):
    past = (timezone.now() - timedelta(days=3000)).isoformat()

    assert "pas de consultation plus ancienne" in shown(zoe[3], "accesses", avant=past)
    assert zoe[3].get(reverse("patientspace:accesses"), {"avant": "hier"}).status_code == 200


@pytest.mark.parametrize("name", NAMES)
def test_whoever_is_nobodys_patient_finds_no_page(name):
    clinician_known_as_a_person = pages.client_of("Dora", Role.CLINICIAN, establishment="aphm")

    assert clinician_known_as_a_person.get(reverse(f"patientspace:{name}")).status_code == 404


def test_the_stay_and_document_of_another_do_not_exist(zoe):
    stranger_id, _ = pages.a_person("aphm", birth_name="AUTRE")
    stranger = pages.the_patient(stranger_id)
    document_id = pages.a_document(zoe[1])

    assert stranger.get(reverse("patientspace:stay", args=[zoe[2]])).status_code == 404
    assert stranger.get(reverse("patientspace:document", args=[document_id])).status_code == 404
    assert stranger.get(reverse("record:document_file", args=[document_id])).status_code == 404


@pytest.mark.parametrize("name", NAMES)
def test_a_visitor_is_sent_to_sign_in(client, name):
    assert client.get(reverse(f"patientspace:{name}")).status_code == 302


@pytest.mark.parametrize("name", NAMES)
def test_a_page_costs_as_many_queries_for_five_stays_as_for_one(name):
    costs = []
    for stays in (1, 5):
        person_id, local = pages.a_person("aphm", birth_name=f"FAMILLE{'X' * stays}")
        for rank in range(stays):
            pages.a_stay(local, days=10 * (rank + 1))
        client = pages.the_patient(person_id)
        shown(client, name)
        with CaptureQueriesContext(connection) as queries:
            shown(client, name)
        costs.append(len(queries))

    assert costs[0] == costs[1]


@pytest.mark.parametrize("name", NAMES)
def test_reading_writes_nothing_but_the_journal(zoe, name):
    shown(zoe[3], name)
    with CaptureQueriesContext(connection) as queries:
        shown(zoe[3], name)
    writes = [query["sql"] for query in queries if query["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE"}]

    assert [sql for sql in writes if "audit_" not in sql] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_page_needs_no_script(zoe, name):
    page = shown(zoe[3], name)

    assert "javascript:" not in page
    assert " hx-" not in page


def an_appointment(local, *, days, status="booked", **more):
    start = timezone.now() + timedelta(days=days)
    resource = fhir.appointment(
        str(uuid4()),
        status=status,
        start=start,
        end=start + timedelta(minutes=30),
        participants=[
            fhir.participant(fhir.reference(f"Patient/{local}")),
            fhir.participant(fhir.reference(None, display="Consultation 3")),
        ],
        serviceType=[fhir.codeable_concept(text="Cardiologie")],
        **more,
    )
    record.put(resource, local_identity_id=local, at=timezone.now(), source="essai")


def test_the_first_page_tells_the_appointments_to_come_in_order(zoe):
    an_appointment(zoe[1], days=20, comment="Venir à jeun")
    an_appointment(zoe[1], days=3)
    an_appointment(zoe[1], days=-3)

    page = shown(zoe[3], "home")

    assert "Vos prochains rendez-vous" in page
    assert page.count("Cardiologie") == 2
    assert page.index("Consultation 3") < page.index("Venir à jeun")
    assert "Aucune venue prévue" not in page


def test_a_cancelled_appointment_says_so_until_its_hour(zoe):
    an_appointment(zoe[1], days=3, status="cancelled", cancelationReason=fhir.codeable_concept(text="Service fermé"))

    page = shown(zoe[3], "home")

    assert "Annulé" in page
    assert "Service fermé" in page


def test_an_appointment_entered_in_error_is_not_told(zoe):
    an_appointment(zoe[1], days=3, status="entered-in-error")

    assert "Vos prochains rendez-vous" not in shown(zoe[3], "home")
