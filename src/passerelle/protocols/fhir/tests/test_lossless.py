"""What is received is given back as it was written. http://hl7.org/fhir/R4/json.html, http://hl7.org/fhir/R4/datatypes.html#decimal."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from passerelle.protocols import fhir

AT = datetime(2026, 3, 2, 12, 0, 0, 123000, tzinfo=UTC)
RAW = """
{ "resourceType" : "Observation", "id": "client", "meta": {"versionId": "9", "tag": [{"code": "x"}]},
  "status": "final", "code": {"text": "Glyc\\u00e9mie à jeun \\ud83d\\ude00"},
  "valueQuantity": {"value": 1.00, "extension": [{"url": "urn:x", "valueDecimal": 12345678901234567890.10e-3}]},
  "_status": {"id": "a"} }
""".encode()


def exactly(text):
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def test_numbers_characters_and_order_survive_beside_the_words_of_the_server():
    told = fhir.spliced(fhir.read_written(RAW).text, "42", version=3, at=AT)

    kept, sent = exactly(told), exactly(RAW)
    assert kept["id"] == "42"
    assert kept["meta"] == {"tag": [{"code": "x"}], "versionId": "3", "lastUpdated": "2026-03-02T12:00:00.123Z"}
    assert {k: v for k, v in kept.items() if k not in {"id", "meta"}} == {
        k: v for k, v in sent.items() if k not in {"id", "meta"}
    }
    assert b'"value":1.00' in told
    assert b"12345678901234567890.10e-3" in told
    assert list(kept)[:3] == ["resourceType", "id", "meta"]


def test_the_same_content_is_recognised_whatever_the_server_says_of_it():
    first = fhir.spliced(fhir.read_written(RAW).text, "42", version=1, at=AT)
    second = fhir.spliced(fhir.read_written(RAW).text, "42", version=2, at=AT)

    assert fhir.same_content(first, second)
    assert fhir.same_content(RAW_WITHOUT_META, fhir.spliced(RAW_WITHOUT_META, "42", version=2, at=AT))
    assert not fhir.same_content(first, first.replace(b"1.00", b"1.0"))


RAW_WITHOUT_META = fhir.read_written(b'{"resourceType":"Flag","status":"active"}').text


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b'{"a":1}{"b":2}',
        b'{"a":NaN}',
        b'{"a":\xff}',
        b'{"a":"\\ud800"}',
        b'{"a":01}',
        b"{'a':1}",
        b'{"a":1,"a":2}',
        b'{"a" :1, "a":":"}',
        b'{"a":"\\\\","b":[{"c":1,"c":1}]}',
        b'{"\\u0061":1,"a":1}',
        b'{"a":"\\u0022:","b":1,"b":2}',
        b'{"a":' * 300 + b"1" + b"}" * 300,
        b"[" * 5_000 + b"]" * 5_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    ],
)
def test_what_is_not_one_clear_json_object_is_refused(text):
    with pytest.raises(fhir.FhirError):
        fhir.read_written(text)


@pytest.mark.parametrize(
    "text", [b'{"a":":x","b":"\\":"}', b'{"a":"\\u0022:"}', b'{"a":{"a":1},"b":[{"a":1},{"a":1}]}']
)
def test_what_only_looks_like_a_name_said_twice_is_accepted(text):
    assert fhir.read_written(text).resource == json.loads(text)


def test_more_than_twenty_megabytes_are_refused_unread():
    with pytest.raises(fhir.FhirError, match="20 Mo"):
        fhir.read_written(b"x" * (20 * 1024 * 1024 + 1))


def test_references_are_led_elsewhere_and_identifiers_are_not():
    text = fhir.compact(
        b'{"resourceType":"List","identifier":[{"system":"urn:ietf:rfc:3986","value":"urn:uuid:1"}],'
        b'"subject": {"reference": "urn:uuid:1"}, "note":[{"text":"\\"reference\\":\\"urn:uuid:1\\""}]}'
    )

    told = json.loads(fhir.relinked(text, {"urn:uuid:1": "Patient/1"}.get))

    assert told["subject"]["reference"] == "Patient/1"
    assert told["identifier"][0]["value"] == "urn:uuid:1"
    assert told["note"][0]["text"] == '"reference":"urn:uuid:1"'
