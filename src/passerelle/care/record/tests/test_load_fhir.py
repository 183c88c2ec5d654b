"""Bulk load of FHIR files: NDJSON, Bundles, folders; resumed, refused with a place, nothing half-stored."""

from uuid import UUID, uuid4

import orjson
import pytest

from passerelle.care.identity.tests.cast import make_establishments
from passerelle.care.record import api as record
from passerelle.care.record.services import importing
from passerelle.care.record.tests.cast import NOON, a_patient, a_result
from passerelle.protocols.fhir import api as fhir

pytestmark = pytest.mark.django_db
HOW = record.FhirLoad("aphm", NOON, "essai")


@pytest.fixture(autouse=True)
def ground(db):
    make_establishments("aphm")


@pytest.fixture
def progress(tmp_path):
    return record.LoadProgress(tmp_path / "progress")


def ndjson(path, *resources):
    path.write_bytes(b"\n".join(one if isinstance(one, bytes) else orjson.dumps(one) for one in resources) + b"\n")
    return path


def refusals(progress):
    lines = progress.rejects.read_bytes().splitlines() if progress.rejects.exists() else []
    return [orjson.loads(line) for line in lines]


def test_a_folder_is_loaded_patients_first_and_found_by_search(tmp_path, progress):
    who = uuid4()
    patient, result = a_patient(who), a_result(who)
    folder = tmp_path / "given"
    folder.mkdir()
    ndjson(folder / "Observation.ndjson", result)
    ndjson(folder / "Patient.ndjson", patient)
    report = record.load_fhir([folder], HOW, progress)
    assert (report.stored, report.refused) == (2, 0)
    assert [row.id for row in record.search("Patient", {"family": ["etoile"]}).rows] == [who]
    found = record.search("Observation", {"code": ["2345-7"], "patient": [str(who)]}).rows
    assert [row.id for row in found] == [UUID(result["id"])]
    assert fhir.loads(found[0].body)["meta"]["versionId"] == "1"


def test_a_bundle_leads_its_own_references(tmp_path, progress):
    who = uuid4()
    patient, result = a_patient(who), a_result(who)
    result["subject"] = {"reference": f"urn:uuid:{who}"}
    entries = [{"fullUrl": f"urn:uuid:{who}", "resource": patient}, {"fullUrl": "urn:uuid:x", "resource": result}]
    path = tmp_path / "bundle.json"
    path.write_bytes(orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    assert record.load_fhir([path], HOW, progress).stored == 2
    assert len(record.search("Observation", {"patient": [f"Patient/{who}"]}).rows) == 1


def test_each_refusal_tells_its_file_its_line_and_its_element(tmp_path, progress):
    who = uuid4()
    path = ndjson(
        tmp_path / "mixed.ndjson",
        a_patient(who),
        b"{not json",
        {"resourceType": "Basic", "id": str(uuid4())},
        a_result(who) | {"id": "not-a-uuid"},
        {"resourceType": "Observation", "id": ["x"]},
        a_result(who) | {"status": 3},
        a_result(uuid4()),
        a_result(who),
    )
    report = record.load_fhir([path], HOW, progress)
    assert (report.stored, report.refused) == (2, 6)
    told = {one["line"]: one["where"] for one in refusals(progress)}
    assert told == {
        2: "",
        3: "resourceType",
        4: "Observation.id",
        5: "Observation.id",
        6: "Observation.status",
        7: "Observation",
    }
    assert all(one["file"] == str(path) and one["resource"] for one in refusals(progress))


def test_a_load_taken_up_again_stores_nothing_twice(tmp_path, progress, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)
    who = uuid4()
    path = ndjson(tmp_path / "Patient.ndjson", a_patient(who), *(a_result(who) for _ in range(4)))
    assert record.load_fhir([path], HOW, progress).stored == 5
    again = record.load_fhir([path], HOW, record.LoadProgress(progress.rejects.parent))
    assert (again.stored, again.skipped) == (0, 3)


def test_a_batch_stored_but_not_told_done_changes_nothing_when_stored_again(tmp_path, progress):
    who = uuid4()
    result = a_result(who)
    path = ndjson(tmp_path / "Patient.ndjson", a_patient(who), result)
    record.load_fhir([path], HOW, progress)
    record.load_fhir([path], HOW, record.LoadProgress(tmp_path / "lost"))
    assert record.read("Observation", UUID(result["id"])).version == 1
    assert len(record.history("Patient", who)) == 1


def test_the_index_made_again_is_the_same(tmp_path, progress):
    who = uuid4()
    record.load_fhir([ndjson(tmp_path / "Patient.ndjson", a_patient(who), a_result(who))], HOW, progress)
    ((_, read, changed),) = list(record.reindex())
    assert (read, changed) == (2, 0)
