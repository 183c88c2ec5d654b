"""Hostile writes: always an OperationOutcome that says what is wrong, never a fault of ours, nothing stored.

https://hl7.org/fhir/R4/http.html#rejecting; https://owasp.org/API-Security (unrestricted resource consumption).
"""

import json
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passerelle.care.record import api as record
from passerelle.care.record.tests import pages
from passerelle.care.record.tests.writers import a_known_patient, a_result, an_allergy, issues, send

pytestmark = pytest.mark.django_db
PATCH_JSON = "application/json-patch+json"


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def known():
    return a_known_patient()


@pytest.fixture
def alice():
    return pages.alice()


def deep(levels):
    return (
        '{"resourceType":"Observation","extension":[' + '{"url":"urn:x","extension":[' * levels + "]}" * levels + "]}"
    )


def with_number(number):
    return json.dumps(a_result(uuid4())).replace("5.4", number)


HOSTILE = {
    "empty": b"",
    "cut": b'{"resourceType":"Obs',
    "list": b"[]",
    "null": b"null",
    "two": b'{"resourceType":"Observation"}{"resourceType":"Observation"}',
    "bom": b'\xef\xbb\xbf{"resourceType":"Observation"}',
    "latin": '{"resourceType":"Observation","status":"é"}'.encode("latin-1"),
    "utf-16": '{"resourceType":"Observation"}'.encode("utf-16"),
    "surrogate": b'{"resourceType":"Observation","status":"\\ud800"}',
    "nul": b'{"resourceType":"Observation","status":"\\u0000"}',
    "raw nul": b'{"resourceType":"Observation","status":"\x00"}',
    "type": b'{"resourceType":["Observation"]}',
    "type as object": b'{"resourceType":{"Observation":1}}',
    "no type": b'{"status":"final"}',
    "twice": b'{"resourceType":"Observation","status":"final","status":"amended"}',
    "200 levels": deep(200).encode(),
    "100,000 levels": b'{"a":' * 100_000,
    "1e400": with_number("1e400").encode(),
    "-1e400": with_number("-1e400").encode(),
    "400 digits": with_number("9" * 400).encode(),
    "nan": with_number("NaN").encode(),
    "100,000 faults": json.dumps(a_result(uuid4(), **{f"x{rank}": 1 for rank in range(100_000)})).encode(),
    "100,000 nulls": json.dumps(a_result(uuid4(), note=[None] * 100_000)).encode(),
    "long name": json.dumps({"resourceType": "Observation", "x" * 1_000_000: 1}).encode(),
    "long id": json.dumps(a_result(uuid4(), id="x" * 100_000)).encode(),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_body_gets_a_clear_refusal_and_stores_nothing(known, body):
    response = send(pages.alice(), "POST", "Observation", body)
    assert response.status_code in ({400, 422} if body else {415})
    assert all(one["severity"] == "error" and one["details"]["text"] for one in issues(response))
    assert len(response.content) < 40_000
    assert list(record.stream("Observation")) == []


def test_more_than_twenty_megabytes_are_refused(known):
    body = json.dumps(a_result(known[1], note=[{"text": "x" * 1_000_000}] * 21))
    response = send(pages.alice(), "POST", "Observation", body)
    assert (response.status_code, issues(response)[0]["code"]) == (413, "too-long")


@pytest.mark.parametrize(
    "path", ["Observation", "Observation/x", "", "Patient/$nothing", "a/b/c", "%00", "Observation/%00"]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_a_strange_address_gets_an_outcome(known, method, path):
    response = send(pages.alice(), method, path, HOSTILE["no type"])
    assert 400 <= response.status_code < 500 or response.status_code == 204
    if response.content and response.status_code != 204:
        issues(response)


def test_a_text_that_active_content_hides_in_is_refused(known):
    text = {
        "status": "generated",
        "div": '<div xmlns="http://www.w3.org/1999/xhtml"><img src=x onerror=alert(1)></div>',
    }
    response = send(pages.alice(), "POST", "Observation", a_result(known[1], text=text))
    assert (response.status_code, issues(response)[0]["expression"]) == (422, ["Observation.text.div"])


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["2026-02-30", "Patient/x", "#", "urn:uuid:1", "\u0000", "\ud800", "9" * 40, "?", "a?b=c"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def paths_of(node, path=()):
    yield path
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, part in parts:
        yield from paths_of(part, (*path, name))


def with_junk(node, path, junk):
    if not path:
        return junk
    copied = dict(node) if isinstance(node, dict) else list(node)
    copied[path[0]] = with_junk(node[path[0]], path[1:], junk)
    return copied


def bundle_of(here):
    name = f"urn:uuid:{uuid4()}"
    entries = [
        {"fullUrl": name, "resource": a_result(here), "request": {"method": "POST", "url": "Observation"}},
        {
            "resource": an_allergy(here),
            "request": {"method": "POST", "url": "AllergyIntolerance", "ifNoneExist": "code=x"},
        },
        {"request": {"method": "GET", "url": f"Observation?patient={here}"}},
        {"request": {"method": "DELETE", "url": f"Observation/{uuid4()}", "ifMatch": 'W/"1"'}},
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def throw(client, here, pick, junk):
    """Send one mutated write, by the interaction picked; return its answer."""
    id_ = str(uuid4())
    samples = {
        "create": ("POST", "Observation", a_result(here), "application/fhir+json"),
        "update": ("PUT", f"Observation/{id_}", a_result(here, id=id_), "application/fhir+json"),
        "patch": ("PATCH", f"Observation/{id_}", [{"op": "add", "path": "/x", "value": 1}], PATCH_JSON),
        "transaction": ("POST", "", bundle_of(here), "application/fhir+json"),
        "batch": ("POST", "", bundle_of(here) | {"type": "batch"}, "application/fhir+json"),
    }
    method, path, body, kind = samples[pick(sorted(samples))]
    mutated = with_junk(body, pick(list(paths_of(body))), junk)
    return send(
        client,
        method,
        path,
        json.dumps(mutated),
        kind=kind,
        if_none_exist=str(junk)[:20].encode("ascii", "ignore").decode(),
    )


def check_never_a_fault(client, known, data):
    response = throw(client, known[1], lambda options: data.draw(st.sampled_from(options)), data.draw(JUNK))
    assert response.status_code < 500
    if response.status_code >= 400:
        assert issues(response)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_write_changed_at_random_is_done_or_refused(alice, known, data):
    check_never_a_fault(alice, known, data)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@settings(max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_write_changed_at_random_is_done_or_refused_at_length(alice, known, data):
    check_never_a_fault(alice, known, data)
