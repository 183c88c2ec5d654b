"""Patients written by an application go through identity. RNIV; https://hl7.org/fhir/R4/patient.html."""

from datetime import date
from uuid import uuid4

import pytest
from django.utils import timezone

from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.care.record.rules.patients import kept_beside
from passerelle.care.record.rules.writes import CREATE, DELETE, UPDATE, Asked, WriteRefused
from passerelle.care.record.services.fhir.applying import apply
from passerelle.care.record.tests import pages
from passerelle.care.record.tests.writers import a_result
from passerelle.core.access.api import Role, Viewer
from passerelle.protocols import fhir

pytestmark = pytest.mark.django_db
PI = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "PI"}]}
PATIENT = {
    "resourceType": "Patient",
    "identifier": [{"use": "usual", "type": PI, "system": "urn:passerelle:LABO", "value": "L-1"}],
    "name": [{"use": "official", "family": "D’ESSAI", "given": ["Ève"]}],
    "gender": "female",
    "birthDate": "1990-05-04",
    "contact": [{"name": {"family": "ESSAI", "given": ["Paul"]}}],
}


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


def application(*, scopes=("system/*.cruds",), establishment="aphm"):
    return Viewer(
        application="labo",
        assignments=frozenset({(Role.APPLICATION, establishment)}),
        scopes=frozenset(scopes),
        second_factor=True,
    )


def written(resource):
    return fhir.read_written(fhir.dumps(resource))


def write(resource, method=CREATE, id_=None, *, by=None):
    asked = Asked(method, resource["resourceType"], id_, written(resource) if method != DELETE else None)
    return apply([asked], by=by or application(), at=timezone.now())[0]


def refusal(*args, **options):
    with pytest.raises(WriteRefused) as caught:
        write(*args, **options)
    issue = caught.value.issues[0]
    return caught.value.status, issue.code, issue.expression


def test_an_application_opens_a_file_at_its_establishment():
    done = write(PATIENT)
    traits = identity.local_traits(done.id)
    assert (done.status, traits.establishment, traits.ipp, traits.birth_name) == (201, "aphm", "L-1", "D’ESSAI")
    assert (traits.birth_date, traits.sex, traits.status) == (date(1990, 5, 4), "F", "PROV")
    held = record.read("Patient", done.id)
    assert (held.local_identity_id, held.source) == (done.id, "application:labo")
    assert fhir.loads(held.body)["contact"] == PATIENT["contact"]


def test_what_is_written_for_the_new_patient_follows_in_the_same_transaction():
    name = f"urn:uuid:{uuid4()}"
    result = a_result(uuid4(), subject={"reference": name})
    asked = [
        Asked(CREATE, "Observation", written=written(result)),
        Asked(CREATE, "Patient", written=written(PATIENT), full_url=name),
    ]
    seen, patient = apply(asked, by=application(), at=timezone.now())
    assert record.read("Observation", seen.id).local_identity_id == patient.id


def test_a_number_already_there_opens_nothing():
    write(PATIENT)
    assert refusal(PATIENT) == (409, "duplicate", "Patient.identifier")


def test_a_file_has_a_number_of_its_establishment():
    assert refusal({name: part for name, part in PATIENT.items() if name != "identifier"})[:2] == (422, "required")
    assert identity.search_people("D’ESSAI") == []


def test_a_wrong_ins_qualifies_nothing():
    ins = {
        "use": "official",
        "type": {
            "coding": [{"system": "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203", "code": "INS-NIR"}]
        },
        "system": "urn:oid:1.2.250.1.213.1.4.8",
        "value": "279035121518989",
    }
    done = write(PATIENT | {"identifier": [*PATIENT["identifier"], ins]})
    assert identity.local_traits(done.id).status != "QUAL"


def test_traits_are_not_changed_by_an_update_and_the_rest_is():
    done = write(PATIENT)
    body = PATIENT | {"id": str(done.id)}
    assert refusal(body | {"birthDate": "1991-01-01"}, UPDATE, done.id) == (422, "business-rule", "Patient.birthDate")
    assert refusal(body | {"name": []} | {"name": [{"text": "X"}]}, UPDATE, done.id)[1] == "business-rule"
    changed = write(body | {"maritalStatus": {"text": "Mariée"}}, UPDATE, done.id)
    assert (changed.status, changed.version) == (200, 2)


def test_a_message_keeps_what_an_application_told_beside_the_traits():
    done = write(PATIENT)
    told = kept_beside(record.read("Patient", done.id).body)
    assert told == {"contact": PATIENT["contact"]}
    assert kept_beside('{"resourceType":"Patient","gender":"female"}') == {}


def test_an_update_opens_no_file_and_a_deletion_closes_none():
    id_ = uuid4()
    assert refusal(PATIENT | {"id": str(id_)}, UPDATE, id_)[0] == 405
    done = write(PATIENT)
    assert refusal(PATIENT, DELETE, done.id)[:2] == (422, "business-rule")


def test_the_scopes_of_an_application_bound_what_it_writes():
    assert refusal(PATIENT, by=application(scopes=("system/Patient.rs",)))[0] == 403
    assert refusal(PATIENT, by=application(scopes=("system/Observation.cruds",)))[0] == 403


def test_an_application_writes_for_the_patients_of_its_establishment_alone():
    _, here = pages.a_person("aphm")
    _, there = pages.a_person("arles")
    assert write(a_result(here)).status == 201
    assert refusal(a_result(there)) == (422, "not-found", "Observation.subject.reference")


def test_applications_write_stays_that_messages_may_continue():
    _, here = pages.a_person("aphm")
    stay = {
        "resourceType": "Encounter",
        "status": "in-progress",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "subject": {"reference": f"Patient/{here}"},
    }
    assert write(stay).status == 201
    numbered = stay | {"identifier": [{"system": "urn:oid:1.2.3", "value": "N-77"}]}
    done = write(numbered)
    assert refusal(numbered) == (409, "duplicate", "Encounter.identifier")
    assert write(numbered | {"id": str(done.id), "status": "finished"}, UPDATE, done.id).status == 200
    place = {"resourceType": "Location", "name": "Salle 1"}
    done = write(place)
    assert (done.status, record.read("Location", done.id).establishment) == (201, "aphm")
