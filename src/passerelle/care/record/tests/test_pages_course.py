"""The timeline: grouped by stay, unread first, filtered by its address, read by its columns."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from passerelle.care.record import api as record
from passerelle.care.record.selectors.course import GROUP_EVENTS
from passerelle.care.record.tests import chart, pages
from passerelle.protocols import fhir

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def person():
    """Someone whose stay of ten days ago, at aphm, left a letter and two results read long ago; also known at arles."""
    person_id, here = pages.a_person("aphm", "arles")
    pages.a_stay(here, days=90)
    _grow_old(here)
    return person_id


def _grow_old(local: UUID) -> None:
    """Make everything stored so far older than what asks to be read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE record_resource SET last_updated = last_updated - interval '60 days' WHERE local_identity_id = %s",
            [local],
        )


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def shown(client, person_id, **asked):
    return text(client.get(reverse("record:timeline", args=[person_id]), asked))


def unread_of(page: str) -> str:
    """Return the section of what was not read; empty when there is none."""
    return page.partition('id="a-lire"')[2].partition("</section>")[0]


def ago(**lasting) -> object:
    return timezone.now() - timedelta(**lasting)


def test_what_came_lately_stands_first_the_gravest_above(person):
    here = pages.local_of(person)
    chart.a_taking(here, at=ago(days=2), values={"Sodium": 4.0})
    chart.a_taking(here, at=ago(days=6), values={"Potassium": 9.9, "CRP": 5.0})
    pages.a_document(here, at=ago(days=1), title="Compte rendu récent")

    unread = unread_of(shown(pages.alice(), person))

    assert unread.index("Potassium") < unread.index("Compte rendu récent")
    assert "1 valeur hors des bornes" in unread
    assert "(3)" in unread
    assert "Lettre de liaison" not in unread


def test_a_document_that_was_opened_is_read_by_who_opened_it_and_by_nobody_else(person):
    document_id = pages.a_document(pages.local_of(person), at=ago(days=1), title="Compte rendu récent")
    alice, carole = pages.alice(), pages.client_of("Carole", pages.Role.CLINICIAN, establishment="aphm")

    text(alice.get(reverse("record:document", args=[document_id])))

    assert "Compte rendu récent" not in unread_of(shown(alice, person))
    assert "Compte rendu récent" in unread_of(shown(carole, person))


def test_a_new_version_asks_to_be_read_again(person):
    here = pages.local_of(person)
    document_id = pages.a_document(here, at=ago(days=1), title="Compte rendu récent")
    alice = pages.alice()
    alice.get(reverse("record:document", args=[document_id]))

    held = fhir.loads(record.read("DocumentReference", document_id).body)
    record.put({**held, "description": "corrigé"}, local_identity_id=here, at=timezone.now(), source="essai")

    assert "Compte rendu récent" in unread_of(shown(alice, person))


def test_what_came_after_the_page_was_shown_stays_unread(person):
    here = pages.local_of(person)
    alice = pages.alice()
    pages.a_document(here, at=ago(days=1), title="Vu à l’écran")
    told_at = timezone.now().isoformat()
    pages.a_document(here, at=timezone.now() + timedelta(minutes=1), title="Arrivé depuis")

    page = text(alice.post(reverse("record:read_all", args=[person]), {"jusqu": told_at}, follow=True))

    assert "Vu à l’écran" not in unread_of(page)
    assert "Arrivé depuis" in unread_of(page)


def test_reading_twice_leaves_one_mark(person):
    document_id = pages.a_document(pages.local_of(person), at=ago(days=1))
    alice = pages.alice()
    for _ in range(2):
        alice.get(reverse("record:document", args=[document_id]))

    assert apps.get_model("record", "ReadMark").objects.filter(resource_id=document_id).count() == 1


def test_whoever_may_not_read_leaves_no_mark(person):
    chart.a_taking(pages.local_of(person), at=ago(days=1), values={"Sodium": 4.0})

    response = pages.charlie().post(reverse("record:read_all", args=[person]))

    assert response.status_code == 404
    assert apps.get_model("record", "ReadMark").objects.count() == 0


def test_results_taken_together_and_their_report_make_one_line(person):
    values = {"Sodium": 4.0, "Potassium": 9.9, "CRP": 5.0}
    chart.a_taking(pages.local_of(person), at=ago(days=40), values=values, with_report=True)
    page = shown(pages.alice(), person, kind="biologie")

    assert page.count("Compte rendu d’examens biologiques") == 1
    assert "3\u00a0résultats" in page
    assert "Potassium <strong>9,9 mmol/L</strong> (élevé)" in page


def test_a_piece_that_names_no_stay_is_put_in_the_one_it_falls_in(person):
    chart.an_act(pages.local_of(person), at=ago(days=89), label="Ponction")
    page = shown(pages.alice(), person)

    assert page.index('id="sejour-') < page.index("Ponction")
    assert "Hors séjour" not in page


def test_what_lies_outside_stays_is_told_by_month(person):
    chart.an_act(pages.local_of(person, "arles"), at=ago(days=300), label="Ponction")

    assert re.search(r"Hors séjour, \w+ \d{4}", shown(pages.alice(), person))


@pytest.mark.parametrize("typed", ["cholecystectomie", "CHOLÉCYSTECTOMIE", "cholecyst aphm", "dr rémi"])
def test_words_are_found_without_accents_nor_capitals(person, typed):
    here = pages.local_of(person)
    chart.an_act(here, at=ago(days=300), label="Cholécystectomie")
    if "dr" in typed:
        chart.stored(
            {
                "resourceType": "Procedure",
                "subject": {"reference": f"Patient/{here}"},
                "status": "completed",
                "code": {"text": "Cholécystectomie"},
                "performedDateTime": fhir.moment(ago(days=301)),
                "performer": [{"actor": {"display": "Dr Rémi Essai"}}],
            },
            here,
        )

    page = shown(pages.alice(), person, text=typed)

    assert "Cholécystectomie" in page
    assert "Lettre de liaison" not in page


@pytest.mark.parametrize("typed", ["resourceType", "subject", "zzz", "%", "'; DROP TABLE", ".*", "[", "\\"])
def test_a_word_that_no_page_shows_finds_nothing_and_breaks_nothing(person, typed):
    page = shown(pages.alice(), person, text=typed)

    assert "Rien ne correspond à ces filtres" in page or typed in {"%", ".*", "[", "\\"}


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "nimporte"},
        {"since": "hier"},
        {"establishment": "toulouse"},
        {"avant": "demain"},
        {"avant": "2026-01-01"},
        {"sejour": "x"},
    ],
)
def test_an_address_that_cannot_be_read_is_a_page_all_the_same(person, asked):
    shown(pages.alice(), person, **asked)


def test_filters_live_in_the_address_and_keep_one_another(person):
    chart.an_act(pages.local_of(person), at=ago(days=300), label="Ponction")
    page = shown(pages.alice(), person, establishment="aphm", kind="actes")

    assert "Ponction" in page
    assert "Lettre de liaison" not in page
    assert "?establishment=aphm&amp;kind=lettres" in page
    assert "1 élément gardé" in page


def test_a_stay_asked_for_by_itself_is_shown_whole(person):
    here = pages.local_of(person)
    stay = pages.a_stay(here, days=20, documents=GROUP_EVENTS + 4, results=0)
    client = pages.alice()
    short, whole = shown(client, person), shown(client, person, sejour=str(stay))
    lines = 'href="/documents/'

    assert f"?sejour={stay}" in short
    assert "Voir 4 autres éléments de ce séjour" in short
    assert whole.partition('aria-label="Parcours"')[2].count(lines) == GROUP_EVENTS + 4


def test_the_next_page_goes_on_where_this_one_stops(person):
    here = pages.local_of(person)
    for year in range(1, 45):
        chart.an_act(here, at=ago(days=100 + 40 * year), label=f"Acte numéro {year:02d}.")
    client = pages.alice()
    told: list[str] = []
    page = shown(client, person)
    for _ in range(6):
        told += re.findall(r"Acte numéro (\d\d)\.", page)
        further = re.findall(r'href="([^"]*avant=[^"]*)"\s+rel="next"', page)
        if not further:
            break
        page = text(client.get(further[0].replace("&amp;", "&")))

    assert sorted(told) == [f"{year:02d}" for year in range(1, 45)]


def test_an_appointment_to_come_is_told_once(person):
    local, start = pages.local_of(person, "arles"), timezone.now() + timedelta(days=5)
    resource = fhir.appointment(
        str(uuid4()),
        status="booked",
        start=start,
        end=start + timedelta(minutes=30),
        participants=[fhir.participant(fhir.reference(f"Patient/{local}"))],
        serviceType=[fhir.codeable_concept(text="Cardiologie")],
    )
    record.put(resource, local_identity_id=local, at=timezone.now(), source="essai")

    assert shown(pages.alice(), person).count("Cardiologie") == 1
    assert shown(pages.alice(), person, kind="rendez-vous").count("Cardiologie") == 2


def test_a_masked_document_is_neither_shown_nor_counted_nor_found(person):
    arles = pages.local_of(person, "arles")
    binary = record.put_content(pages.a_letter(), mime="text/xml", local_identity_id=arles, at=ago(days=1))
    resource = fhir.document_reference(
        str(uuid4()),
        subject=fhir.reference(f"Patient/{arles}"),
        content=[fhir.attachment("text/xml", url=f"Binary/{binary}", title="Courrier masqué")],
        date=fhir.moment(ago(days=1)),
        securityLabel=[fhir.codeable_concept(fhir.coding("urn:passerelle:restriction", "MASQUE_PS"))],
    )
    client = pages.alice()
    before = [
        re.sub(r"csrf\S+|value=\"[^\"]*\"", "", shown(client, person, **asked)) for asked in ({}, {"text": "masqué"})
    ]
    record.put(resource, local_identity_id=arles, at=ago(days=1), source="essai")
    after = [
        re.sub(r"csrf\S+|value=\"[^\"]*\"", "", shown(client, person, **asked)) for asked in ({}, {"text": "masqué"})
    ]

    assert after == before


def test_a_name_full_of_markup_is_a_name(person):
    bad = '"><img src=x onerror=alert(1)>'
    here = pages.local_of(person)
    chart.an_act(here, at=ago(days=3), label=bad)
    pages.a_document(here, at=ago(days=3), title=bad)
    chart.a_taking(here, at=ago(days=3), values={bad: 99.0})
    page = shown(pages.alice(), person)

    assert "<img src=x" not in page
    assert page.count("&lt;img src=x") >= 3


def test_the_heaviest_record_is_read_in_twelve_queries():
    person_id, here = pages.a_person("aphm")
    pages.a_stay(here, days=5)
    _fill(here, takings=150, each=12)
    client = pages.alice()
    address = reverse("record:timeline", args=[person_id])
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        page = text(client.get(address))
    told = [one["sql"].split()[0] for one in asked]
    queries = [word for word in told if word not in {"BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"}]

    assert _held(here) > 1_800
    assert len(queries) <= MOST_QUERIES, [one["sql"][:100] for one in asked]
    assert len(page) < 250_000


def _held(local: UUID) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM record_resource WHERE local_identity_id = %s", [local])
        return cursor.fetchone()[0]


def _fill(local: UUID, *, takings: int, each: int) -> None:
    """Load years of results."""
    rows = [
        record.BulkRow(
            {
                "resourceType": "Observation",
                "id": str(uuid4()),
                "status": "final",
                "category": [{"coding": [{"code": "laboratory"}]}],
                "code": {"coding": [{"system": fhir.LOINC, "code": f"{code}-0", "display": f"Analyse {code}"}]},
                "subject": {"reference": f"Patient/{local}"},
                "effectiveDateTime": fhir.moment(ago(days=7 * taking)),
                "valueQuantity": {"value": 5.0 + code / 10, "unit": "mmol/L"},
            },
            local,
            "aphm",
            ago(days=7 * taking),
        )
        for taking in range(takings)
        for code in range(each)
    ]
    record.bulk_load("Observation", rows, source="essai")
