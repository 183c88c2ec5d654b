"""A CDA dropped alone, up to the record: the official examples, read as they are, become documents of their patient."""

import os
from pathlib import Path

import pytest
from django.db import connection

from passerelle.care.channels import api as channels
from passerelle.care.exchange.doors.folder import Watcher
from passerelle.care.exchange.doors.forms.documents import from_cda
from passerelle.care.exchange.doors.forms.frame import Authority, Frame, Unreadable
from passerelle.care.exchange.models import Message
from passerelle.care.exchange.services.applying import apply_waiting
from passerelle.care.exchange.services.lanes import route_new_messages
from passerelle.care.exchange.tests.declaring import FOLDER, declare
from passerelle.care.exchange.tests.samples import AT
from passerelle.core.directory.models import AssigningAuthority
from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.fhir import api as fhir

_HERE = Path(__file__).resolve().parents[5]
EXAMPLES = Path(os.environ.get("PASSERELLE_SHARED", _HERE.parent / "shared")) / "data" / "cda-fr"
FRAME = Frame("CHU-X", "CR", (Authority("CHU-X", "000897406"),), trusts_ins=True, at=AT)
needs_examples = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the official CDA examples are not here")


def examples() -> list[Path]:
    return sorted(EXAMPLES.glob("*.xml")) if EXAMPLES.is_dir() else []


def readable() -> list[Path]:
    found = []
    for path in examples():
        try:
            from_cda(path.read_bytes(), FRAME)
        except Unreadable:
            continue
        found.append(path)
    return found


@needs_examples
def test_nearly_every_official_example_finds_its_patient() -> None:
    assert len(readable()) >= 0.9 * len(examples())


@needs_examples
@pytest.mark.parametrize("path", readable(), ids=lambda path: path.stem[:40])
def test_an_example_becomes_a_message_that_carries_its_very_bytes(path) -> None:
    content = path.read_bytes()
    event = pamfr.read(hl7v2.parse(from_cda(content, FRAME)))
    assert isinstance(event, pamfr.DocumentEvent)
    assert event.documents[0].content == content
    assert event.patient.ipp or event.patient.ins


@needs_examples
def test_a_cda_dropped_becomes_a_document_of_its_patient(facility, tmp_path) -> None:
    channels.forget()
    AssigningAuthority.objects.create(namespace="CHU-X", universal_id="000897406", kind="PI", establishment_id="essai")
    declare(tmp_path, FOLDER.replace("settle_seconds: 1", "settle_seconds: 1, qualified_ins: true"))
    inbox = tmp_path / "depot"
    inbox.mkdir()
    content = readable()[0].read_bytes()
    (inbox / "compte-rendu.xml").write_bytes(content)
    watcher = Watcher(tmp_path)
    watcher.turn(at=AT, now=0)
    watcher.turn(at=AT, now=2)

    route_new_messages()
    apply_waiting(clock=lambda: AT)

    message = Message.objects.get()
    assert (bytes(message.raw), message.state, message.error_why) == (content, "applied", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM record_resource WHERE type = 'DocumentReference'")
        (document,) = [fhir.loads(body) for (body,) in cursor.fetchall()]
    assert document["content"][0]["attachment"]["size"] == len(content)
    channels.forget()


def test_a_patient_that_nothing_names_is_refused_at_its_place() -> None:
    with pytest.raises(Unreadable) as refused:
        from_cda(b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>", FRAME)
    assert refused.value.why
