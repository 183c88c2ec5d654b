"""Two writers at once: one writes, the other learns it. https://hl7.org/fhir/R4/http.html#concurrency, #ccreate."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from passerelle.care.record import api as record
from passerelle.care.record.rules.writes import CREATE, UPDATE, Asked, WriteRefused
from passerelle.care.record.services.fhir.applying import apply
from passerelle.care.record.tests import pages
from passerelle.care.record.tests.test_fhir_patients import application, written
from passerelle.care.record.tests.writers import a_result

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def here():
    pages.lay_the_ground()
    return pages.a_person("aphm")[1]


def at_once(*asked):
    """Do these writes from as many threads, started together; return their statuses in order of size."""
    start = Barrier(len(asked))

    def one(wanted):
        try:
            start.wait()
            return apply([wanted], by=application(), at=timezone.now())[0].status
        except WriteRefused as refusal:
            return refusal.status
        finally:
            connection.close()

    with ThreadPoolExecutor(len(asked)) as pool:
        return sorted(pool.map(one, asked))


def test_a_conditional_creation_at_once_makes_one(here):
    body = a_result(here, identifier=[{"system": "urn:x", "value": "1"}])
    condition = {"identifier": ["urn:x|1"], "patient": [str(here)]}
    asked = [Asked(CREATE, "Observation", written=written(body), if_none_exist=condition) for _ in range(3)]
    assert at_once(*asked) == [200, 200, 201]
    assert len(list(record.stream("Observation"))) == 1


def test_two_updates_of_the_same_version_leave_one(here):
    done = apply([Asked(CREATE, "Observation", written=written(a_result(here)))], by=application(), at=timezone.now())[
        0
    ]
    asked = [
        Asked(UPDATE, "Observation", done.id, written(a_result(here, id=str(done.id), status=status)), if_match=1)
        for status in ("amended", "corrected")
    ]
    assert at_once(*asked) == [200, 412]
    assert [one.version for one in record.history("Observation", done.id)] == [2, 1]


def test_two_first_writes_of_the_same_id_make_one(here):
    id_ = uuid4()
    asked = [
        Asked(UPDATE, "Observation", id_, written(a_result(here, id=str(id_), status=status)))
        for status in ("final", "amended")
    ]
    assert at_once(*asked)[0] in {200, 201}
    assert [one.version for one in record.history("Observation", id_)][-1] == 1
    assert len(list(record.stream("Observation"))) == 1


def test_two_first_writes_of_the_same_id_for_two_patients_make_one(here):
    _, other = pages.a_person("aphm")
    id_ = uuid4()
    asked = [Asked(UPDATE, "Observation", id_, written(a_result(one, id=str(id_)))) for one in (here, other)]
    assert at_once(*asked) == [201, 422]
    assert len(list(record.stream("Observation"))) == 1


def test_the_same_number_opens_one_file(here):
    del here
    patient = {
        "resourceType": "Patient",
        "identifier": [{"system": "urn:passerelle:LABO", "value": "R-1"}],
        "name": [{"use": "official", "family": "ESSAI", "given": ["Ève"]}],
    }
    statuses = at_once(*(Asked(CREATE, "Patient", written=written(patient)) for _ in range(2)))
    assert statuses[0] == 201
    assert len({one.id for one in record.stream("Patient")}) == 1
