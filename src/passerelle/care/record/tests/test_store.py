from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from passerelle.care.record.api import (
    BulkContent,
    BulkRow,
    bulk_load,
    bulk_load_contents,
    delete,
    history,
    put,
    put_content,
    read,
    read_content,
    read_version,
    stream,
)
from passerelle.care.record.tests.cast import NOON, a_patient, a_report, a_result, a_stay, at
from passerelle.protocols.fhir import api as fhir

pytestmark = pytest.mark.django_db
WHO = uuid4()


def store(resource, *, hours=0.0, who=WHO):
    return put(resource, local_identity_id=who, at=at(hours), source="essai", establishment="aphm")


def test_a_resource_is_kept_whole_with_its_meta():
    resource = a_stay(WHO)
    stored = store(resource)
    held = fhir.loads(read("Encounter", stored.id).body)
    assert held.pop("meta") == {"versionId": "1", "lastUpdated": "2026-03-02T12:00:00Z"}
    assert held == resource


def test_a_change_archives_what_it_replaces():
    resource = a_stay(WHO, status="in-progress")
    store(resource)
    second = store(resource | {"status": "finished"}, hours=1)
    assert second.version == 2
    assert fhir.loads(read_version("Encounter", second.id, 1).body)["status"] == "in-progress"
    assert fhir.loads(read_version("Encounter", second.id, 2).body)["status"] == "finished"
    assert [row.version for row in history("Encounter", second.id)] == [2, 1]
    assert [row.last_updated for row in history("Encounter", second.id)] == [at(1), NOON]


def test_the_same_resource_again_is_not_a_version():
    resource = a_stay(WHO)
    store(resource)
    assert store(resource, hours=1).version == 1
    assert len(history("Encounter", read("Encounter", store(resource).id).id)) == 1


def test_a_deletion_is_a_version_and_the_resource_can_come_back():
    resource = a_stay(WHO)
    stored = store(resource)
    assert delete("Encounter", stored.id, at=at(1), source="essai").version == 2
    assert read("Encounter", stored.id).deleted
    assert delete("Encounter", stored.id, at=at(1), source="essai") is None
    assert store(resource, hours=2).version == 3
    assert not read("Encounter", stored.id).deleted


def test_a_resource_keeps_the_local_identity_it_was_first_stored_under():
    resource = a_stay(WHO)
    store(resource)
    stored = store(resource | {"status": "cancelled"}, who=uuid4())
    assert read("Encounter", stored.id).local_identity_id == WHO


def test_what_never_was_is_none():
    assert read("Patient", uuid4()) is None
    assert read_version("Patient", uuid4(), 1) is None
    assert read_content(uuid4()) is None
    assert history("Patient", uuid4()) == []
    assert delete("Patient", uuid4(), at=NOON, source="essai") is None


def test_a_bulk_load_gives_the_same_rows_as_puts():
    tricky = 'Nom "cité", barre \\ oblique,\ttabulation\net ligne'
    resources = [
        a_patient(uuid4(), tricky),
        a_stay(WHO, reasonCode=[{"text": tricky}]),
        a_report(WHO, description=tricky, identifier=[fhir.identifier(tricky, system="{a,b}")]),
        a_result(WHO),
    ]
    for resource in resources:
        type_ = resource["resourceType"]
        assert bulk_load(type_, [BulkRow(resource, WHO, "aphm", NOON)], source="essai") == 1
        loaded = row_of(resource)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM record_resource WHERE id = %s", [resource["id"]])
        store(resource)
        assert row_of(resource) == loaded


def row_of(resource):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM record_resource WHERE id = %s", [resource["id"]])
        return cursor.fetchone()


def test_a_bulk_load_refuses_a_row_of_another_type():
    with pytest.raises(ValueError, match="Encounter among Patient"):
        bulk_load("Patient", [BulkRow(a_stay(WHO), WHO, "aphm", NOON)], source="essai")


def test_rows_of_a_patient_are_in_one_partition():
    for _ in range(5):
        store(a_stay(WHO))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT tableoid) FROM record_resource")
        assert cursor.fetchone() == (1,)


def test_the_bytes_of_a_document_come_back_as_they_were():
    content = b"%PDF-1.7 \x00\xff" * 1000
    id_ = put_content(content, mime="application/pdf", local_identity_id=WHO, at=NOON)
    held = read_content(id_)
    assert (held.content, held.mime, held.local_identity_id) == (content, "application/pdf", WHO)


def test_bytes_are_loaded_in_bulk():
    id_ = uuid4()
    assert bulk_load_contents([BulkContent(id_, WHO, "text/xml", b"<a/>", NOON)]) == 1
    assert read_content(id_).content == b"<a/>"


def test_a_stream_gives_each_current_resource_once_and_no_deleted_one():
    kept = {store(a_stay(WHO), hours=hours).id for hours in range(3)}
    gone = store(a_stay(WHO))
    delete("Encounter", gone.id, at=NOON + timedelta(hours=1), source="essai")
    assert {row.id for row in stream("Encounter", batch=2)} == kept
