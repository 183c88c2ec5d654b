from collections import Counter
from datetime import timedelta
from io import BytesIO
from random import Random

import pikepdf
import pytest

from passerelle.care.record import api as record
from passerelle.config.demo.chunks import draw_chunk
from passerelle.config.demo.clinic import follow_up, reason_of
from passerelle.config.demo.dense import FollowUp, deepen
from passerelle.config.demo.fact_resources import ABSENT, gs1_key
from passerelle.config.demo.facts import Facts, facts
from passerelle.config.demo.ledger import open_ledger
from passerelle.config.demo.loading import add_facts, load_chunk, rows_of
from passerelle.config.demo.paper_pdf import one_page
from passerelle.config.demo.tests.conftest import AT, TODAY
from passerelle.config.demo.truth import read_truth
from passerelle.protocols import fhir

TRUTH = read_truth(TODAY)


@pytest.fixture
def known(chunks, hospitals):
    """What is known of the first two thousand persons, by type."""
    facts_of = Facts(Random("essai"), hospitals)
    found = {}
    for chunk in chunks[:4]:
        stays = {}
        for stay in chunk.stays:
            stays.setdefault(stay.person.number, []).append(stay)
        for person in chunk.persons:
            for fact in facts_of.of(person, stays.get(person.number, []), age=person.age_on(TODAY)):
                found.setdefault(fact.resource["resourceType"], []).append((person, fact))
    return found


def _denies(fact):
    code = fact.resource.get("code") or fact.resource.get("medicationCodeableConcept")
    return code.get("coding", [{}])[0].get("system") == ABSENT


def test_a_believable_share_of_the_persons_has_facts_of_every_kind(known):
    persons = {type_: len({person.id for person, _ in several}) for type_, several in known.items()}

    assert 300 < len({person.id for person, fact in known["AllergyIntolerance"] if not _denies(fact)}) < 600
    assert 500 < persons["Condition"] < 1400
    assert 300 < persons["MedicationStatement"] < 1400
    assert 100 < persons["FamilyMemberHistory"] < 600
    assert persons["Procedure"] > 100
    assert persons["DeviceUseStatement"] == persons["Device"] > 30
    assert persons["Immunization"] > 500
    assert persons["MedicationRequest"] > 200


def test_nobody_denies_what_they_have(known):
    for type_ in ("AllergyIntolerance", "Condition", "MedicationStatement"):
        told = {person.id for person, fact in known[type_] if not _denies(fact)}
        denied = {person.id for person, fact in known[type_] if _denies(fact)}
        assert denied
        assert told & denied == set()


def test_a_fact_is_written_where_the_person_is_known(known):
    for person, fact in (pair for several in known.values() for pair in several):
        assert fact.file in person.files.values()
        subject = fact.resource.get("patient") or fact.resource["subject"]
        assert subject == {"reference": f"Patient/{fact.file.id}"}


def test_an_act_is_the_one_its_letter_tells_and_happens_in_its_stay(chunks, hospitals):
    facts_of = Facts(Random("essai"), hospitals)
    seen = 0
    for stay in chunks[0].stays:
        for fact in facts_of.of(stay.person, [stay], age=40):
            if fact.resource["resourceType"] == "Procedure":
                seen += 1
                assert fact.resource["code"]["text"] == facts()["procedures"][reason_of(stay)]["label"]
                assert stay.start <= fact.at
                assert stay.end is None or fact.at < stay.end
    assert seen > 20


def test_an_implant_bears_a_carrier_whose_key_is_right_under_the_prefix_of_examples(known):
    for _, fact in known["Device"]:
        item = fact.resource["udiCarrier"][0]["deviceIdentifier"]
        assert item.startswith("0952")
        assert gs1_key(item[:-1]) == item[-1]


def test_the_check_digit_of_an_item_is_that_of_gs1():
    assert gs1_key("629104150021") == "3"  # the example of the GS1 General Specifications


def test_the_same_chunk_gives_the_same_facts_and_leaves_stays_and_papers_alone(hospitals):
    chunk = draw_chunk(1, 60, truth=TRUTH, hospitals=hospitals)
    bare = rows_of(chunk, seed=TRUTH.seed, hospitals=hospitals)
    once, again = (rows_of(chunk, seed=TRUTH.seed, hospitals=hospitals) for _ in range(2))
    for rows in (once, again):
        add_facts(rows, chunk, truth=TRUTH, hospitals=hospitals)

    assert once == again
    assert {type_: once.resources[type_] for type_ in bare.resources} == bare.resources
    assert once.contents == bare.contents


def test_laboratories_tell_one_analyte_in_their_own_unit():
    told = {
        code: {result.loinc: result for result in follow_up("F", code, AT, Random(7))} for code in ("aphm", "arles")
    }
    here, there = told["aphm"]["718-7"], told["arles"]["718-7"]

    assert (here.unit, there.unit) == ("g/dL", "g/L")
    assert there.high == 158
    assert abs(float(there.value) - float(here.value) * 10) <= 1


def test_the_patient_of_the_cast_has_a_dense_record_over_several_hospitals(hospitals):
    _, person = _someone_of_two_hospitals(hospitals)
    rows = FollowUp(person, TRUTH, hospitals).draw()
    counts = Counter({type_: len(several) for type_, several in rows.resources.items()})

    assert counts.total() >= 300
    assert {row.establishment for several in rows.resources.values() for row in several} == set(person.files)
    assert counts["Observation"] > 200
    assert any(row.last_updated > AT - timedelta(days=7) for row in rows.resources["DiagnosticReport"])
    assert sum(row.resource["start"] > f"{TODAY}" for row in rows.resources["Appointment"]) == 3
    assert {content.mime for content in rows.contents} == {"application/pdf"}
    assert len(rows.contents) == counts["DocumentReference"]


def _someone_of_two_hospitals(hospitals):
    chunk = draw_chunk(0, 500, truth=TRUTH, hospitals=hospitals)
    person = next(
        person
        for person in chunk.persons
        if len(person.files) > 1 and all(file.status == "QUAL" for file in person.files.values())
    )
    return chunk, person


@pytest.mark.django_db
def test_a_record_is_deepened_once(hospitals, db):
    open_ledger(persons=500, today=TODAY, at=AT)
    chunk, person = _someone_of_two_hospitals(hospitals)
    load_chunk(chunk, truth=TRUTH, hospitals=hospitals)

    made = deepen(person, truth=TRUTH, hospitals=hospitals)
    again = deepen(person, truth=TRUTH, hospitals=hospitals)

    files = [file.id for file in person.files.values()]
    found = record.search("DiagnosticReport", {}, local_identity_ids=files, count=100)
    assert made == again >= 300
    assert len(found.rows) == 24


def test_a_page_of_text_is_a_pdf_that_can_be_read():
    with pikepdf.open(BytesIO(one_page("Compte rendu", ["L’œil (droit)", "É\\"])), attempt_recovery=False) as pdf:
        drawn = pdf.pages[0].Contents.read_bytes().decode("cp1252")

    assert "L’œil \\(droit\\)" in drawn


def test_every_fact_is_a_resource_the_standard_accepts(known, hospitals):
    _, person = _someone_of_two_hospitals(hospitals)
    rows = FollowUp(person, TRUTH, hospitals).draw()
    made = [fact.resource for several in known.values() for _, fact in several[:40]]
    made += [row.resource for several in rows.resources.values() for row in several[:20]]

    refused = [
        (one["resourceType"], issue) for one in made for issue in fhir.validate(one) if issue.severity == "error"
    ]

    assert refused == []
