"""The clinicians' pages: find, read over all establishments, open a document, results, paper."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from passerelle.care.record import api as record
from passerelle.care.record.tests import pages
from passerelle.core.audit import api as audit
from passerelle.protocols import fhir

pytestmark = pytest.mark.django_db
PAGES = ("timeline", "results", "summary", "documents")


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def known():
    """A person with a stay at two hospitals."""
    person_id, here = pages.a_person("aphm", "arles")
    pages.a_stay(here, days=10)
    pages.a_stay(pages.local_of(person_id, "arles"), days=200)
    return person_id


def text(response):
    return response.content.decode()


def find(client, typed, birth_date=""):
    return client.post(reverse("record:patients"), {"text": typed, "birth_date": birth_date}, follow=True)


def test_a_patient_is_found_without_accents_in_any_order(known):
    found = text(find(pages.alice(), "zoe dallegre")) + text(find(pages.alice(), "d'allegre"))

    assert found.count(reverse("record:timeline", args=[known])) >= 1


def test_a_search_leaves_nothing_of_the_patient_in_an_address(known):
    response = find(pages.alice(), "allegre zoe", "28/03/1979")

    assert response.redirect_chain == [(reverse("record:patients"), 302)]
    assert reverse("record:timeline", args=[known]) in text(response)


def test_near_homonyms_are_told_apart():
    pages.a_person("aphm")
    pages.a_person("salon", born=pages.date(1981, 3, 28))
    found = text(find(pages.alice(), "allegre"))

    assert '<mark class="differs">28/03/1979</mark>' in found
    assert '<mark class="differs">28/03/1981</mark>' in found
    assert found.count("Homonyme") == 2


def test_a_new_search_starts_empty(known):
    client = pages.alice()
    find(client, "allegre")
    shown = text(client.get(reverse("record:patients"), {"nouvelle": ""}))

    assert "Qui cherchez-vous" in shown
    assert "allegre" not in shown


def test_nobody_found_tells_what_to_try():
    assert "Personne ne correspond" in text(find(pages.alice(), "introuvable"))


def test_an_empty_search_says_what_it_needs():
    response = pages.alice().post(reverse("record:patients"), {"text": "", "birth_date": ""})

    assert "au moins trois lettres" in text(response)


def test_a_search_is_audited(known):
    find(pages.alice(), "allegre")

    assert _events(audit.Action.RECORD_SEARCHED) == 1


def _events(action):
    return apps.get_model("audit", "AuditEvent").objects.filter(action=action.value).count()


def test_the_timeline_holds_the_stays_of_all_establishments(known):
    shown = text(pages.alice().get(reverse("record:timeline", args=[known])))

    assert shown.count('<article class="card" id="sejour-') == 2
    assert "Équipe de soins" in shown
    assert "Le patient voit cette consultation" in shown


def test_the_banner_holds_the_five_traits(known):
    shown = text(pages.alice().get(reverse("record:timeline", args=[known])))

    for trait in ("Nom de naissance\u00a0: D’ALLÈGRE", "Zoé Anne", "28\u00a0mars 1979", "13055", "Femme"):
        assert trait in shown


def test_a_homonym_is_announced_on_the_banner(known):
    pages.a_person("salon", born=pages.date(1981, 3, 28))

    assert "Une autre personne porte" in text(pages.alice().get(reverse("record:timeline", args=[known])))


def test_the_timeline_is_filtered_by_establishment_kind_and_period(known):
    client = pages.alice()
    address = reverse("record:timeline", args=[known])

    assert text(client.get(address, {"establishment": "arles"})).count('id="sejour-') == 1
    assert (
        text(client.get(address, {"since": f"{timezone.localdate() - timedelta(days=30)}"})).count('id="sejour-') == 1
    )
    assert "Lettre de liaison" in text(client.get(address, {"kind": "lettres"}))
    assert "résultats de laboratoire" not in text(client.get(address, {"kind": "documents"}))
    assert "Tout afficher" in text(client.get(address, {"kind": "sejours"}))


def test_a_document_is_one_click_away_and_readable(known):
    client = pages.alice()
    shown = text(client.get(reverse("record:timeline", args=[known])))
    address = shown.split('href="/documents/')[1].split('"')[0]
    opened = text(client.get(f"/documents/{address}"))

    assert "Suites simples." in opened
    assert "<h2>Conclusion</h2>" in opened or "<h3>Conclusion</h3>" in opened
    assert _events(audit.Action.DOCUMENT_OPENED) == 1


def test_a_hostile_document_brings_no_script(known):
    here = pages.local_of(known)
    document_id = pages.a_document(here, content=pages.a_letter("<script>alert(1)</script>"))
    opened = text(pages.alice().get(reverse("record:document", args=[document_id])))

    assert "<script>alert" not in opened
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in opened


def test_a_pdf_is_framed_from_our_own_origin(known):
    here = pages.local_of(known)
    document_id = pages.a_document(here, mime="application/pdf", content=pages.PDF)
    client = pages.alice()
    file_url = reverse("record:document_file", args=[document_id])
    inline, kept = client.get(file_url), client.get(file_url, {"telecharger": ""})

    assert f'src="{file_url}"' in text(client.get(reverse("record:document", args=[document_id])))
    assert (inline.content, inline["Content-Type"]) == (pages.PDF, "application/pdf")
    assert inline["Content-Disposition"].startswith("inline")
    assert kept["Content-Disposition"].startswith("attachment")
    assert inline["Cache-Control"] == "no-store"


def test_xml_is_never_shown_as_xml_by_the_browser(known):
    here = pages.local_of(known)
    response = pages.alice().get(reverse("record:document_file", args=[pages.a_document(here)]))

    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")


def test_results_are_one_row_per_analyte_with_their_curve(known):
    client = pages.alice()
    address = reverse("record:results", args=[known])
    shown = text(client.get(address))
    curve = text(client.get(address, {"analyse": "2345-7|mmol/L"}))

    assert "sparkline" in shown
    assert "?analyse=2345-7%7Cmmol/L#courbe" in shown
    assert "Les mêmes chiffres en tableau" in curve


def test_the_summary_says_who_printed_it(known):
    shown = text(pages.alice().get(reverse("record:summary", args=[known])))

    assert "par Alice" in shown
    assert "Document confidentiel" in shown


@pytest.mark.parametrize("page", PAGES)
def test_whoever_has_no_right_finds_no_page(known, page):
    assert pages.charlie().get(reverse(f"record:{page}", args=[known])).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_looks_like_a_refusal(page):
    alice = pages.alice()

    assert alice.get(reverse(f"record:{page}", args=[uuid4()]), follow=True).status_code == 404


def test_a_document_one_may_not_open_does_not_exist(known):
    here = pages.local_of(known)
    document_id = pages.a_document(here)
    missing = pages.bob().get(reverse("record:document", args=[uuid4()]))
    refused = pages.bob().get(reverse("record:document", args=[document_id]))

    assert (missing.status_code, refused.status_code) == (404, 404)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_costs_as_many_queries_for_five_stays_as_for_one(page):
    costs = []
    for stays in (1, 5):
        person_id, here = pages.a_person("aphm", birth_name=f"FAMILLE{'X' * stays}")
        for rank in range(stays):
            pages.a_stay(here, days=10 * (rank + 1))
        client = pages.alice()
        address = reverse(f"record:{page}", args=[person_id])
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address)
        costs.append(len(queries))

    assert costs[0] == costs[1]


def test_a_search_costs_as_many_queries_for_five_people_as_for_one():
    costs = []
    for people, name in ((1, "SEULE"), (5, "NOMBREUX")):
        for rank in range(people):
            pages.a_person("aphm", birth_name=name, given=(f"Prenom{rank}",))
        client = pages.alice()
        find(client, name)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("record:patients"))
        costs.append(len(queries))

    assert costs[0] == costs[1]


@pytest.mark.parametrize("page", PAGES)
def test_reading_writes_nothing_but_the_journal(known, page):
    client = pages.alice()
    address = reverse(f"record:{page}", args=[known])
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    writes = [query["sql"] for query in queries if query["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE"}]

    assert [sql for sql in writes if "audit_" not in sql] == []


def test_two_letters_swapped_are_shown_as_a_difference():
    pages.a_person("aphm", birth_name="DIOP", given=("Marie",))
    pages.a_person("salon", birth_name="DIPO", given=("Marie",))
    found = text(find(pages.alice(), "marie"))

    assert '<mark class="differs">DIOP Marie</mark>' in found
    assert '<mark class="differs">DIPO Marie</mark>' in found


def test_appointments_to_come_stand_above_the_stays(known):
    local = pages.local_of(known, "arles")
    start = timezone.now() + timedelta(days=5)
    resource = fhir.appointment(
        str(uuid4()),
        status="booked",
        start=start,
        end=start + timedelta(minutes=30),
        participants=[fhir.participant(fhir.reference(f"Patient/{local}"))],
        serviceType=[fhir.codeable_concept(text="Cardiologie")],
    )
    record.put(resource, local_identity_id=local, at=timezone.now(), source="essai")

    page = text(pages.alice().get(reverse("record:timeline", args=[known])))

    assert page.index("Rendez-vous à venir") < page.index("Cardiologie") < page.index('aria-label="Parcours"')
