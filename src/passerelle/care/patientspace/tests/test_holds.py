"""A piece that waits to be told is held wherever its patient, or who represents them, may ask; others see it."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from passerelle.care.identity import api as identity
from passerelle.care.patientspace.services.release import set_wait
from passerelle.care.record import api as record
from passerelle.care.record.rules.patients import patient_of
from passerelle.care.record.services import exporting
from passerelle.care.record.tests import pages
from passerelle.protocols import fhir

LETTER = "Annonce à faire"
VALUE = "77.25"


class Ground:
    """Zoé, a letter and a result of five days ago, her daughter who represents her, and her doctor."""

    def __init__(self):
        pages.lay_the_ground()
        at = timezone.now()
        self.person, self.local = pages.a_person("aphm")
        traits = patient_of(identity.local_traits(self.local), place={"display": "AP-HM"})
        record.put(traits, local_identity_id=self.local, at=at, source="essai")
        self.stay = pages.a_stay(self.local, days=6, documents=0, results=0)
        self.letter = pages.a_document(self.local, stay=str(self.stay), title=LETTER)
        self.result = pages.a_result(self.local, stay=str(self.stay), value=float(VALUE))
        self.patient, self.doctor = pages.the_patient(self.person), pages.alice()
        daughter, _ = pages.a_person("aphm", birth_name="FILLE")
        apps.get_model("consent", "Representation").objects.create(
            person_id=self.person,
            representative_id=daughter,
            nature="adult_guardian",
            starts_at=at - timedelta(days=1),
            ends_at=at + timedelta(days=90),
            at=at,
            by_name="Essai",
            door="staff",
        )
        self.daughter = pages.the_patient(daughter)
        self.binary = self._binary()

    def _binary(self):
        body = fhir.loads(record.read("DocumentReference", self.letter).body)
        return UUID(body["content"][0]["attachment"]["url"].removeprefix("Binary/"))

    def hold(self):
        set_wait(establishment="aphm", kind="11490-0", label="Lettre", days=20)
        set_wait(establishment="aphm", kind=record.RESULT, label="Résultats", days=20)

    def addresses(self):
        """Return every way to the pieces, each answered 200 with the piece when nothing holds it."""
        letter, result, local, stay = self.letter, self.result, self.local, self.stay
        return {
            "read": f"/fhir/DocumentReference/{letter}",
            "vread": f"/fhir/DocumentReference/{letter}/_history/1",
            "history": f"/fhir/DocumentReference/{letter}/_history",
            "read of a result": f"/fhir/Observation/{result}",
            "vread of a result": f"/fhir/Observation/{result}/_history/1",
            "bytes": f"/fhir/Binary/{self.binary}",
            "file": reverse("record:document_file", args=[letter]),
        }, {
            "search": f"/fhir/DocumentReference?patient={local}",
            "search of results": f"/fhir/Observation?patient={local}",
            "include": f"/fhir/Encounter?_id={stay}&_revinclude=DocumentReference:encounter",
            "include of results": f"/fhir/Encounter?_id={stay}&_revinclude=Observation:encounter",
            "everything": f"/fhir/Patient/{local}/$everything",
            "summary": f"/fhir/Patient/{local}/$summary",
            "docref": f"/fhir/DocumentReference/$docref?patient=Patient/{local}",
        }

    def totals(self, client):
        """Return what counts and reverse chains tell a client."""
        asked = (
            f"DocumentReference?patient={self.local}&_summary=count",
            f"Observation?patient={self.local}&_total=accurate&_count=0",
            f"Patient?_id={self.local}&_has:Observation:patient:code=2345-7&_summary=count",
            f"Patient?_id={self.local}&_has:DocumentReference:subject:type=11490-0&_summary=count",
            f"Encounter?_id={self.stay}&_has:Observation:encounter:code=2345-7&_summary=count",
        )
        return [client.get(f"/fhir/{one}").json()["total"] for one in asked]


@pytest.fixture
def ground(db):
    return Ground()


def _tells(client, address):
    """Tell whether an answer holds a piece, or a trace of it."""
    told = client.get(address, headers={"Accept": "*/*"})
    return told.status_code == 200 and any(one in told.content.decode() for one in (LETTER, VALUE, "Suites simples"))


def test_without_a_rule_each_of_these_ways_leads_to_the_piece(ground):
    """The control: what follows would prove nothing of an address that never answers."""
    straight, around = ground.addresses()

    for who in (ground.patient, ground.daughter):
        assert {name for name, address in straight.items() if who.get(address).status_code != 200} == set()
        assert {name for name, address in around.items() if not _tells(who, address)} - {"summary"} == set()
        assert ground.totals(who) == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("who", ["patient", "daughter"])
def test_held_it_is_nowhere_for_its_patient_nor_who_represents_them(ground, who):
    client = getattr(ground, who)
    ground.hold()
    straight, around = ground.addresses()

    assert {name for name, address in straight.items() if client.get(address).status_code != 404} == set()
    assert {name for name, address in around.items() if _tells(client, address)} == set()
    assert {name for name, address in around.items() if client.get(address).status_code != 200} == set()
    assert ground.totals(client) == [0, 0, 0, 0, 0]


def test_its_team_reads_what_the_patient_does_not_yet(ground):
    ground.hold()

    assert ground.doctor.get(f"/fhir/DocumentReference/{ground.letter}").status_code == 200
    assert ground.totals(ground.doctor) == [1, 1, 1, 1, 1]


def test_an_export_leaves_it_out(ground, settings, tmp_path):
    settings.PASSERELLE_VAR = tmp_path
    ground.hold()

    asked = ground.patient.get("/fhir/Patient/$export", headers={"Prefer": "respond-async"})
    status = urlsplit(asked["Content-Location"]).path
    told = {"longest": timedelta(minutes=1), "kept_for": timedelta(days=1)}
    exporting.go_on(export_id=UUID(status.rpartition("/")[2]), clock=timezone.now, **told)

    counts = {one["type"]: one["count"] for one in ground.patient.get(status).json()["output"]}
    assert counts == {"Patient": 1, "Encounter": 1}


def test_announced_or_in_time_it_is_there_again(ground):
    ground.hold()
    set_wait(establishment="aphm", kind=record.RESULT, label="Résultats", days=4)
    ground.doctor.post(reverse("patientspace:summarise", args=[ground.letter]), {"announce": "1"})

    assert ground.totals(ground.patient) == [1, 1, 1, 1, 1]
    assert ground.patient.get(reverse("record:document_file", args=[ground.letter])).status_code == 200


def test_what_came_in_a_held_document_waits_with_it(ground):
    set_wait(establishment="aphm", kind="11490-0", label="Lettre", days=20)
    record.put(
        {
            "resourceType": "Condition",
            "subject": {"reference": f"Patient/{ground.local}"},
            "code": {"text": "Diagnostic à annoncer"},
            "evidence": [{"detail": [{"reference": f"DocumentReference/{ground.letter}"}]}],
        },
        local_identity_id=ground.local,
        at=timezone.now(),
        source="essai",
    )

    asked = f"/fhir/Condition?patient={ground.local}&_total=accurate"
    assert ground.patient.get(asked).json()["total"] == 0
    assert ground.doctor.get(asked).json()["total"] == 1


def test_deleted_while_it_waits_it_is_not_told_either(ground):
    ground.hold()
    record.delete("DocumentReference", ground.letter, at=timezone.now(), source="essai")

    assert ground.patient.get(f"/fhir/DocumentReference/{ground.letter}").status_code == 404
    assert ground.patient.get(f"/fhir/DocumentReference/{ground.letter}/_history").status_code == 404
    assert ground.doctor.get(f"/fhir/DocumentReference/{ground.letter}").status_code == 410
