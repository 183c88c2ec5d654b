"""Reading: what is said is found; hostile or senseless content gives the typed error, and nothing else."""

import base64
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.protocols import cda
from passerelle.protocols.cda.tests.documents import a_letter, around, with_body


def test_the_header_is_read():
    document = cda.read(a_letter())

    assert document.unique_id == cda.InstanceId("1.2.250.99", "L1")
    assert (document.code, document.title) == ("11490-0", "Lettre de liaison à la sortie")
    assert document.patient.birth_name == "D’ALLÈGRE"
    assert document.patient.given_names == ("Zoé", "Anne")
    assert document.patient.birth_date.isoformat() == "1979-03-28"
    assert document.patient.identifiers[0] == cda.InstanceId(cda.INS_NIR_TEST, "279035121518989")
    assert document.authors[0].name == "Paul ESSAI"
    assert document.custodian.name == "Hôpital d’essai"
    assert document.effective_at.isoformat() == "2026-03-01T14:30:00+01:00"


def test_the_document_it_replaces_is_known():
    assert cda.read(a_letter(replaces="1.2.250.99^L0")).relates == cda.InstanceId("1.2.250.99", "L0")


HOSTILE = {
    "nothing": b"",
    "not xml": b"%PDF-1.4",
    "another xml": b"<a/>",
    "no namespace": b"<ClinicalDocument/>",
    "no identifier": b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>',
    "doctype": b'<!DOCTYPE x><ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1"/></ClinicalDocument>',
    "external entity": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + around(b"<title>&e;</title>"),
    "billion laughs": b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' + around(b"<title>&b;</title>"),
    "doctype in utf-16": '<!DOCTYPE x><ClinicalDocument xmlns="urn:hl7-org:v3"/>'.encode("utf-16"),
    "doctype hidden by a comment": b'<!-- <ClinicalDocument> --><!DOCTYPE x><ClinicalDocument xmlns="urn:hl7-org:v3"/>',
    "doctype in utf-7": b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE x+AD4-<ClinicalDocument/>',
    "unknown entity": around(b"<title>&nbsp;</title>"),
    "too deep": around(b"<component>" * 120 + b"</component>" * 120),
    "much too deep": around(b"<a>" * 200_000 + b"</a>" * 200_000),
    "cut": a_letter()[:900],
    "too big": around(b"<title>" + b"x" * (21 * 1024 * 1024) + b"</title>"),
    "bad encoding": b'<?xml version="1.0" encoding="x-user"?><ClinicalDocument xmlns="urn:hl7-org:v3"/>',
    "bytes that are not utf-8": around(b"<title>\xff\xfe</title>"),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_content_is_refused_with_a_reason(content):
    with pytest.raises(cda.CdaError) as refused:
        cda.read(content)

    assert refused.value.why


@pytest.mark.parametrize(
    "header",
    [
        b'<effectiveTime value="99999999"/>',
        b'<effectiveTime value="20260230"/>',
        b'<effectiveTime value="20260101000000+9999"/>',
        b'<effectiveTime value="hier"/>',
        "<versionNumber value='²'/>".encode(),
        b"<versionNumber value='99999999999999999999'/>",
        b"<recordTarget><patientRole><patient><birthTime value='0000'/></patient></patientRole></recordTarget>",
        b"<component><nonXMLBody><text representation='B64'>***</text></nonXMLBody></component>",
    ],
)
def test_a_senseless_part_is_left_out_and_the_rest_is_read(header):
    document = cda.read(around(header))

    assert document.effective_at is None
    assert document.version is None
    assert document.nonxml is None
    assert cda.to_html(document)


def test_a_pdf_body_is_given_as_its_bytes():
    content = base64.b64encode(b"%PDF-1.4 essai")
    body = b'<nonXMLBody><text mediaType="application/pdf" representation="B64">' + content + b"</text></nonXMLBody>"
    document = cda.read(with_body(body))

    assert document.body_kind == "nonxml"
    assert document.pdf == b"%PDF-1.4 essai"


def test_a_large_pdf_fits():
    content = base64.b64encode(b"%PDF-1.4" + bytes(10 * 1024 * 1024))
    body = b'<nonXMLBody><text mediaType="application/pdf" representation="B64">' + content + b"</text></nonXMLBody>"

    assert len(cda.read(with_body(body)).pdf) == 10 * 1024 * 1024 + 8


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_document_gives_a_document_or_the_typed_error(data):
    content = bytearray(a_letter())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=8))

    with suppress(cda.CdaError):
        assert cda.to_html(cda.read(bytes(content)))
