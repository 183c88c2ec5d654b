from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.config.demo.building import build
from passerelle.config.demo.chunks import draw_chunk
from passerelle.config.demo.ledger import chunks_done
from passerelle.config.demo.loading import rows_of
from passerelle.config.demo.personas import patient_persona, shown_name
from passerelle.config.demo.territory import is_built, read_territory
from passerelle.config.demo.tests.conftest import AT, TODAY
from passerelle.config.demo.truth import read_truth
from passerelle.core.access import api as access

PERSONS = 700


class Stopped(Exception):
    """Someone pressed Ctrl-C."""


def _quiet(label, done, total):
    """Say nothing."""


def _build(progress=_quiet, persons=PERSONS, today=TODAY, at=AT):
    return build(persons=persons, today=today, at=at, progress=progress, workers=1)


def _counts():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, count(*)::int FROM record_resource GROUP BY type"
            " UNION ALL SELECT 'Binary', count(*)::int FROM record_content"
            " UNION ALL SELECT 'local', count(*)::int FROM identity_localidentity"
            " UNION ALL SELECT 'person', count(*)::int FROM identity_person"
        )
        return dict(cursor.fetchall())


@pytest.fixture(autouse=True)
def _demonstration(settings, tmp_path, db):
    settings.DEMO = True
    settings.PASSERELLE_VAR = tmp_path


def test_nothing_is_built_before():
    assert not is_built()
    assert read_territory() is None


def test_a_building_loads_persons_stays_papers_and_results():
    seen = []

    territory = _build(lambda label, done, total: seen.append((done, total)))

    counts = _counts()
    assert is_built()
    assert territory.persons == PERSONS
    assert seen == [(0, 700), (500, 700), (700, 700)]
    assert counts["local"] == counts["Patient"]
    assert counts["Encounter"] > PERSONS
    assert counts["Binary"] >= counts["DocumentReference"] > 400  # a letter of the house is a CDA and a PDF
    assert counts["Observation"] > PERSONS
    assert counts["person"] < counts["local"]


def test_a_second_call_finds_the_territory_again_whatever_it_asks_for():
    _build()
    before = _counts()

    again = _build(persons=50, today=TODAY + timedelta(days=3), at=AT + timedelta(days=3))

    assert (again.persons, again.today) == (PERSONS, TODAY)
    assert _counts() == before


def test_an_interrupted_building_goes_on_where_it_stopped_and_loads_nothing_twice():
    def stop_after_the_first_chunk(label, done, total):
        if done == 500:
            raise Stopped

    with pytest.raises(Stopped):
        _build(stop_after_the_first_chunk)
    was_built, done = is_built(), chunks_done()

    seen = []
    _build(lambda label, done, total: seen.append(done), persons=5_000)

    assert not was_built
    assert done == {0}
    assert seen == [500, 700]
    assert read_territory().persons == PERSONS
    planned_for_the_cast = 2
    assert _counts()["Encounter"] - planned_for_the_cast == sum(
        len(draw_chunk(number, size, truth=read_truth(TODAY), hospitals=read_territory().hospitals).stays)
        for number, size in enumerate((500, 200))
    )


def test_the_same_chunk_gives_the_same_rows(hospitals):
    truth = read_truth(TODAY)
    chunk = draw_chunk(1, 100, truth=truth, hospitals=hospitals)

    once, again = (rows_of(chunk, seed=truth.seed, hospitals=hospitals) for _ in range(2))

    assert once == again


def test_the_patient_of_the_cast_has_a_record_that_shows_the_house_at_work():
    territory = _build(persons=2_000)

    account = get_user_model().objects.get(email="patient@demonstration.invalid")
    person = patient_persona(2_000, truth=territory.truth, hospitals=territory.hospitals)

    files = identity.local_identities(account.person_id)
    stays = record.search("Encounter", {}, local_identity_ids=[file.id for file in files], count=50)
    assert account.person_id == person.id
    assert shown_name(person) in account.display_name
    assert {"aphm"} < {file.establishment for file in files}
    assert len(stays.rows) >= 4


def test_the_national_number_of_a_person_is_that_of_their_qualified_files():
    territory = _build()
    chunk = draw_chunk(0, 500, truth=territory.truth, hospitals=territory.hospitals)
    person = next(
        person
        for person in chunk.persons
        if len(person.files) > 1 and all(file.status == "QUAL" for file in person.files.values())
    )

    found = identity.local_identities(person.id)

    assert {file.establishment for file in found} == set(person.files)
    assert all(identity.person_of(file.id) == person.id for file in found)


def test_the_cast_decided_and_somebody_broke_the_glass():
    territory = _build(persons=2_000)
    accounts = {account.email.partition("@")[0]: account for account in get_user_model().objects.all()}
    patient, parent, young = (accounts[code].person_id for code in ("patient", "parent", "jeune"))

    told = consent.restrictions_of([patient, young], at=AT)
    assert len(told[patient].care_team) == 2
    assert [one.scope for one in told[patient].oppositions] == [consent.Scope.ESTABLISHMENT]
    assert len(told[patient].masked_documents) == 1
    assert any(one.ends_at for one in consent.chosen_professionals(patient, at=AT))
    assert consent.is_representative(parent, young, at=AT)
    assert len(told[young].secret_items) == 1
    opened = [access.emergencies(person_id=person_id)[0].at for person_id in (patient, young)]
    assert [(AT - one).days for one in opened] == [2, 9]
    files = [file.id for file in identity.local_identities(young)]
    stays = record.search("Encounter", {}, local_identity_ids=files, count=50).rows
    assert told[young].secret_items < {stay.id for stay in stays}
    assert territory.persons == 2_000
