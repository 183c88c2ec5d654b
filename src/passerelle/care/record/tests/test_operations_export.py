"""Bulk data export. https://hl7.org/fhir/uv/bulkdata/STU2/export.html."""

import json
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.care.record import tasks
from passerelle.care.record.models import Export, ExportFile
from passerelle.care.record.rules.exported import told_viewer, viewer_told
from passerelle.care.record.rules.patients import patient_of
from passerelle.care.record.services import exporting
from passerelle.care.record.tests import pages
from passerelle.core.access.api import Role, Viewer
from passerelle.core.audit.models import AuditEvent
from passerelle.protocols import fhir

pytestmark = pytest.mark.django_db
ASYNC = {"Prefer": "respond-async"}
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def ground(db, settings, tmp_path):
    settings.PASSERELLE_VAR = tmp_path
    pages.lay_the_ground()


@pytest.fixture
def known():
    """Return a person known at two hospitals, with a stay at each."""
    person_id, here = pages.a_person("aphm", "arles")
    pages.a_stay(here, days=10, documents=1, results=2)
    pages.a_stay(pages.local_of(person_id, "arles"), days=200, documents=0, results=1)
    for one in identity.local_identities(person_id):
        resource = patient_of(identity.local_traits(one.id), place={"display": one.establishment})
        record.put(resource, local_identity_id=one.id, at=timezone.now(), source="essai")
    return person_id


def kick_off(client, path="Patient/$export", **params):
    return client.get(f"/fhir/{path}", params, headers=ASYNC)


def accepted(response):
    assert response.status_code == 202, response.content
    return urlsplit(response["Content-Location"]).path


def work(status, *, longest=timedelta(minutes=1)):
    export_id = UUID(status.rpartition("/")[2])
    return exporting.go_on(export_id=export_id, clock=timezone.now, longest=longest, kept_for=DAY)


def exported(client, path="Patient/$export", **params):
    """Ask, write, and return the manifest."""
    status = accepted(kick_off(client, path, **params))
    assert work(status) is False
    found = client.get(status)
    assert found.status_code == 200, found.content
    return found.json()


def lines(client, manifest, type_):
    found = []
    for one in manifest["output"]:
        if one["type"] == type_:
            response = client.get(urlsplit(one["url"]).path)
            assert (response.status_code, response["Content-Type"]) == (200, "application/fhir+ndjson")
            found += [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]
    return found


def test_an_export_is_accepted_polled_then_read(known):
    client = pages.the_patient(known)
    status = accepted(kick_off(client))
    waiting = client.get(status)
    assert (waiting.status_code, waiting["Retry-After"]) == (202, "5")
    assert waiting["X-Progress"].startswith("0 ressources")
    assert work(status) is False
    done = client.get(status)
    assert (done.status_code, done["Content-Type"], "Expires" in done) == (200, "application/json", True)
    manifest = done.json()
    assert manifest["requiresAccessToken"] is True
    assert manifest["request"].endswith("/fhir/Patient/$export")
    counts = {one["type"]: one["count"] for one in manifest["output"]}
    assert counts == {"Patient": 2, "Encounter": 2, "DocumentReference": 1, "Observation": 3}
    assert len(lines(client, manifest, "Observation")) == 3


def test_a_patient_exports_their_own_record_and_nobody_elses(known):
    other, _ = pages.a_person("aphm")
    pages.a_stay(pages.local_of(other))
    client = pages.the_patient(known)
    subjects = {one["subject"]["reference"] for one in lines(client, exported(client, _type="Encounter"), "Encounter")}
    assert subjects == {f"Patient/{one.id}" for one in identity.local_identities(known)}


def test_a_line_is_the_resource_as_it_is_stored(known):
    client = pages.the_patient(known)
    manifest = exported(client, _type="Encounter")
    for one in lines(client, manifest, "Encounter"):
        assert one == fhir.loads(record.read("Encounter", UUID(one["id"])).body)


@pytest.mark.parametrize("who", [pages.alice, pages.bob, pages.charlie])
def test_who_has_no_right_to_export_gets_what_does_not_exist(known, who):
    response = kick_off(who())
    assert response.status_code == 404
    assert Export.objects.count() == 0
    assert AuditEvent.objects.filter(target="fhir:/fhir/Patient/$export", outcome="denied").exists()


def test_an_export_of_another_is_not_there(known):
    owner, other = pages.the_patient(known), pages.the_patient(known)
    status = accepted(kick_off(owner))
    work(status)
    url = urlsplit(owner.get(status).json()["output"][0]["url"]).path
    for path in (status, url):
        assert other.get(path).status_code == 404
    assert other.delete(status).status_code == 404
    assert owner.get(f"/fhir/$export/{uuid4()}").status_code == 404
    assert owner.get(f"{status}/..%2f..%2fsettings").status_code == 404
    assert pages.Client().get(status).status_code == 401


@pytest.mark.parametrize(
    ("params", "headers", "where"),
    [
        ({}, {}, "Prefer"),
        ({"_outputFormat": "application/xml"}, ASYNC, "_outputFormat"),
        ({"_type": "Encounter,Nothing"}, ASYNC, "_type"),
        ({"_since": "hier"}, ASYNC, "_since"),
        ({"_typeFilter": "Encounter"}, ASYNC, "_typeFilter"),
        ({"_typeFilter": "Encounter?_count=3"}, ASYNC, "_typeFilter"),
        ({"_typeFilter": "Encounter?nothing=3"}, ASYNC, "_typeFilter"),
        ({"_typeFilter": "Encounter?date=hier"}, ASYNC, "_typeFilter"),
        ({"_typeFilter": "Encounter?status=finished", "_type": "Observation"}, ASYNC, "_typeFilter"),
        ({"_typeFilter": ",".join(["Encounter?status=finished"] * 21)}, ASYNC, "_typeFilter"),
    ],
)
def test_a_wrong_request_is_refused_where_it_is_wrong(known, params, headers, where):
    response = pages.the_patient(known).get("/fhir/Patient/$export", params, headers=headers)
    assert (response.status_code, response.json()["issue"][0]["expression"]) == (400, [where])
    assert Export.objects.count() == 0


def test_since_keeps_what_changed(known):
    client = pages.the_patient(known)
    long_ago = (timezone.now() - timedelta(days=100)).isoformat()
    manifest = exported(client, _since=long_ago, _type="Encounter")
    assert [one["count"] for one in manifest["output"]] == [1]
    tomorrow = (timezone.now() + DAY).isoformat()
    assert exported(client, _since=tomorrow)["output"] == []


def test_a_filter_narrows_its_type_and_no_other(known):
    client = pages.the_patient(known)
    since = (timezone.now() - timedelta(days=100)).date().isoformat()
    manifest = exported(client, _typeFilter=f"Encounter?date=ge{since}")
    counts = {one["type"]: one["count"] for one in manifest["output"]}
    assert counts == {"Patient": 2, "Encounter": 1, "DocumentReference": 1, "Observation": 3}


def test_any_filter_of_a_type_keeps_a_resource_and_each_of_its_criteria_counts(known):
    client = pages.the_patient(known)
    since = (timezone.now() - timedelta(days=100)).date().isoformat()
    either = f"Encounter?date=ge{since},Encounter?date=lt{since}&status=finished%2Cin-progress"
    neither = f"Encounter?date=ge{since}&date=lt{since}"
    assert [one["count"] for one in exported(client, _type="Encounter", _typeFilter=either)["output"]] == [2]
    assert exported(client, _type="Encounter", _typeFilter=neither)["output"] == []


def test_a_filter_sees_nothing_through_the_record_of_another(known):
    other, _ = pages.a_person("aphm")
    pages.a_stay(pages.local_of(other))
    client = pages.the_patient(known)
    anyone = exported(client, _type="Encounter", _typeFilter="Encounter?status:not=nothing")
    assert [one["count"] for one in anyone["output"]] == [2]


def test_a_third_export_under_way_is_put_off(known):
    client = pages.the_patient(known)
    for _ in range(2):
        accepted(kick_off(client))
    assert kick_off(client).status_code == 429


def test_cancelled_it_is_gone_with_its_files(known, django_capture_on_commit_callbacks):
    client = pages.the_patient(known)
    status = accepted(kick_off(client))
    work(status)
    folder = exporting.folder_of(UUID(status.rpartition("/")[2]))
    assert folder.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(status).status_code == 202
    assert client.get(status).status_code == 404
    assert not folder.exists()


def test_cancelled_while_it_is_written_it_goes_no_further(known):
    client = pages.the_patient(known)
    status = accepted(kick_off(client))
    client.delete(status)
    assert work(status) is False
    assert ExportFile.objects.count() == 0


def test_its_files_are_erased_when_they_expire(known, django_capture_on_commit_callbacks):
    client = pages.the_patient(known)
    status = accepted(kick_off(client))
    work(status)
    assert exporting.expire_exports(at=timezone.now()) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert exporting.expire_exports(at=timezone.now() + 2 * DAY) == 1
    assert client.get(status).status_code == 404
    assert not exporting.folder_of(UUID(status.rpartition("/")[2])).exists()


def test_a_stopped_worker_is_taken_up_where_it_was_and_no_line_is_doubled(known, monkeypatch):
    monkeypatch.setattr(exporting, "_FETCH", 1)
    monkeypatch.setattr(exporting, "_LINES_A_FILE", 2)
    client = pages.the_patient(known)
    status = accepted(kick_off(client, _type="Encounter,Observation,Patient"))
    turns = 0
    while work(status, longest=timedelta(0)):
        turns += 1
        _spoil_the_end_of_the_last_file(status)
        assert turns < 100
    manifest = client.get(status).json()
    found = lines(client, manifest, "Observation")
    assert turns > 5
    assert len({one["id"] for one in found}) == len(found) == 3
    assert [one["count"] for one in manifest["output"] if one["type"] == "Observation"] == [2, 1]


def _spoil_the_end_of_the_last_file(status):
    """Leave what a worker killed between a write and its commit would leave."""
    for path in exporting.folder_of(UUID(status.rpartition("/")[2])).glob("*.ndjson"):
        with path.open("ab") as file:
            file.write(b'{"resourceType": "Obs')


def test_the_task_is_queued_once_and_does_the_whole_of_it(known):
    client = pages.the_patient(known)
    status = accepted(kick_off(client, _type="Encounter"))
    tasks.watch_exports(timestamp=0)
    jobs = ProcrastinateJob.objects.filter(task_name="record.export", status="todo")
    assert [job.args["export_id"] for job in jobs] == [status.rpartition("/")[2]]
    tasks.write_export(export_id=jobs.get().args["export_id"])
    assert client.get(status).status_code == 200


def test_a_file_is_for_this_house_only(known):
    client = pages.the_patient(known)
    status = accepted(kick_off(client))
    work(status)
    folder = exporting.folder_of(UUID(status.rpartition("/")[2]))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_the_person_sees_that_their_record_was_exported_and_each_file_read_leaves_an_event(known):
    client = pages.the_patient(known)
    manifest = exported(client, _type="Encounter")
    told = AuditEvent.objects.filter(action="record_exported", person_id=known)
    assert told.count() == 1
    lines(client, manifest, "Encounter")
    assert AuditEvent.objects.filter(action="record_exported", target__endswith="Encounter-1.ndjson").count() == 1


def test_a_right_lost_since_it_was_asked_is_lost_for_the_export(known):
    viewer = Viewer(account_id=uuid4(), name="X", assignments=frozenset({(Role.PATIENT, None)}), person_id=known)
    asked = exporting.ExportAsked("http://x/", ("Encounter",))
    export_id = exporting.ask_export(asked=asked, by=viewer, at=timezone.now())
    assert exporting.go_on(export_id=export_id, clock=timezone.now, longest=DAY, kept_for=DAY) is False
    assert Export.objects.get().state == "cancelled"


def test_an_application_exports_what_its_establishment_produced(known):
    viewer = Viewer(
        application="urgences",
        assignments=frozenset({(Role.APPLICATION, "arles")}),
        scopes=frozenset({"system/*.rs"}),
        second_factor=True,
    )
    asked = exporting.ExportAsked("http://x/", ("Encounter", "Observation", "Patient"))
    export_id = exporting.ask_export(asked=asked, by=viewer, at=timezone.now())
    assert exporting.go_on(export_id=export_id, clock=timezone.now, longest=DAY, kept_for=DAY) is False
    assert {(one.type, one.lines) for one in ExportFile.objects.all()} == {
        ("Encounter", 1),
        ("Observation", 1),
        ("Patient", 1),
    }


def test_a_viewer_is_read_again_as_it_was_told():
    viewer = Viewer(
        account_id=uuid4(),
        name="Zoé",
        assignments=frozenset({(Role.CLINICIAN, "aphm"), (Role.DPO, None)}),
        person_id=uuid4(),
        professional_rpps="91",
        second_factor=True,
        scopes=frozenset({"patient/*.rs"}),
        application="x",
        launched_for=uuid4(),
    )
    assert viewer_told(json.loads(json.dumps(told_viewer(viewer)))) == viewer
