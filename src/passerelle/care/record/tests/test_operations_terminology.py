"""Terminology operations. https://hl7.org/fhir/R4/terminology-service.html."""

from uuid import uuid4

import pytest
from django.utils import timezone

from passerelle.care.record import api as record
from passerelle.care.record.rules.kinds import NOBODY
from passerelle.care.record.tests import pages
from passerelle.core.audit.models import AuditEvent
from passerelle.core.terminology import api as terminology

pytestmark = pytest.mark.django_db
LOINC = "http://loinc.org"
ICD = "http://hl7.org/fhir/sid/icd-10"
TYPES = "urn:passerelle:value-set:document-types"
CLASSES = "https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument"


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def client():
    return pages.charlie()


def get(client, path, **params):
    return client.get(f"/fhir/{path}", params)


def post(client, path, *parts):
    body = {"resourceType": "Parameters", "parameter": list(parts)}
    return client.post(f"/fhir/{path}", body, content_type="application/fhir+json")


def told(response):
    assert response.status_code == 200, response.content
    found = {}
    for one in response.json()["parameter"]:
        value = one.get("part") or next(value for name, value in one.items() if name.startswith("value"))
        found.setdefault(one["name"], []).append(value)
    return found


def issue(response, status):
    assert response.status_code == status, response.content
    body = response.json()
    assert body["resourceType"] == "OperationOutcome"
    return body["issue"][0]


def id_of(type_, url):
    return terminology.resource_id(type_, url)


def test_lookup_gives_the_label_the_published_wording_and_the_properties(client):
    found = told(get(client, "CodeSystem/$lookup", system=LOINC, code="718-7"))
    assert found["display"] == ["Hémoglobine"]
    assert found["designation"][0][2]["valueString"] == "Hémoglobine [Masse/Volume] Sang ; Numérique"
    assert [one[1]["valueString"] for one in found["property"]] == ["hematology", "g/dL"]


def test_lookup_of_one_property_gives_that_one(client):
    found = told(get(client, "CodeSystem/$lookup", system=LOINC, code="718-7", property="unit"))
    assert [one[0]["valueCode"] for one in found["property"]] == ["unit"]


def test_lookup_by_a_posted_coding_gives_what_the_query_gives(client):
    posted = post(client, "CodeSystem/$lookup", {"name": "coding", "valueCoding": {"system": LOINC, "code": "718-7"}})
    assert posted.json() == get(client, "CodeSystem/$lookup", system=LOINC, code="718-7").json()


@pytest.mark.parametrize(
    ("params", "status", "code", "where"),
    [
        ({"system": LOINC, "code": "0-0"}, 404, "not-found", "code"),
        ({"system": "urn:nowhere", "code": "1"}, 404, "not-found", "code"),
        ({"code": "718-7"}, 400, "required", "system"),
        ({"system": LOINC}, 400, "required", "code"),
        ({"system": LOINC, "code": " "}, 400, "invalid", "code"),
        ({"system": LOINC, "code": "718-7", "colour": "red"}, 400, "not-supported", "colour"),
        ({"system": LOINC, "code": ["718-7", "789-8"]}, 400, "invalid", "code"),
        ({"coding": "718-7"}, 400, "invalid", "coding"),
        ({"system": LOINC, "code": "718-7", "date": "yesterday"}, 400, "invalid", "date"),
    ],
)
def test_a_wrong_query_is_refused_where_it_is_wrong(client, params, status, code, where):
    found = issue(get(client, "CodeSystem/$lookup", **params), status)
    assert (found["code"], found["expression"]) == (code, [where])


@pytest.mark.parametrize(
    ("part", "where"),
    [
        ("x", "Parameters.parameter[0].name"),
        ({"name": "colour", "valueString": "red"}, "Parameters.parameter[0].name"),
        ({"name": "code"}, "Parameters.parameter[0]"),
        ({"name": "code", "valueCode": 7}, "Parameters.parameter[0].valueCode"),
        ({"name": "code", "valueCode": "a  b\t"}, "Parameters.parameter[0].valueCode"),
        ({"name": "coding", "valueCoding": "x"}, "Parameters.parameter[0].valueCoding"),
        ({"name": "coding", "valueCoding": {"code": "718-7"}}, "coding.system"),
        ({"name": "coding", "valueCoding": {"system": LOINC, "code": 7}}, "coding.code"),
    ],
)
def test_a_wrong_part_is_refused_where_it_is_wrong(client, part, where):
    assert issue(post(client, "CodeSystem/$lookup", part), 400)["expression"] == [where]


@pytest.mark.parametrize(
    ("body", "mime", "status"),
    [
        (b"{", "application/fhir+json", 400),
        (b"[]", "application/fhir+json", 400),
        (b'{"resourceType": "Patient"}', "application/fhir+json", 400),
        (b'{"resourceType": "Parameters", "parameter": {}}', "application/fhir+json", 400),
        (b"[" * 100_000, "application/fhir+json", 400),
        (b"<Parameters/>", "application/fhir+xml", 415),
    ],
)
def test_a_body_that_is_no_parameters_is_refused(client, body, mime, status):
    issue(client.post("/fhir/CodeSystem/$lookup", body, content_type=mime), status)


def test_validate_code_in_a_system_says_yes_with_the_label_and_no_with_the_reason(client):
    good = told(get(client, "CodeSystem/$validate-code", url=ICD, code="E11.9"))
    assert (good["result"], good["display"]) == ([True], ["Diabète sucré de type 2, sans complication"])
    bad = told(get(client, "CodeSystem/$validate-code", url=ICD, code="ZZZ"))
    assert (bad["result"], "message" in bad) == ([False], True)


def test_validate_code_on_an_instance_takes_its_system(client):
    path = f"CodeSystem/{id_of('CodeSystem', ICD)}/$validate-code"
    assert told(get(client, path, code="I10"))["result"] == [True]
    issue(get(client, f"CodeSystem/{id_of('CodeSystem', 'urn:nowhere')}/$validate-code", code="I10"), 404)


def test_validate_code_refuses_a_wrong_label_and_tells_the_right_one(client):
    found = told(get(client, "CodeSystem/$validate-code", url=ICD, code="I10", display="Asthme"))
    assert (found["result"], found["display"]) == ([False], ["Hypertension essentielle (primitive)"])


def test_validate_code_in_a_value_set_takes_one_good_coding_of_a_concept(client):
    concept = {"coding": [{"system": "urn:nowhere", "code": "1"}, {"system": LOINC, "code": "11490-0"}]}
    parts = [{"name": "url", "valueUri": TYPES}, {"name": "codeableConcept", "valueCodeableConcept": concept}]
    assert told(post(client, "ValueSet/$validate-code", *parts))["result"] == [True]
    path = f"ValueSet/{id_of('ValueSet', TYPES)}/$validate-code"
    assert told(get(client, path, system=LOINC, code="718-7"))["result"] == [False]
    issue(get(client, "ValueSet/$validate-code", url="urn:nowhere", system=LOINC, code="718-7"), 404)


@pytest.mark.parametrize(
    ("a", "b", "outcome"),
    [("E11", "E11.9", "subsumes"), ("E11.9", "E11", "subsumed-by"), ("E11", "I10", "not-subsumed")],
)
def test_subsumes_tells_how_two_codes_stand(client, a, b, outcome):
    assert told(get(client, "CodeSystem/$subsumes", system=ICD, codeA=a, codeB=b))["outcome"] == [outcome]


def test_subsumes_of_two_systems_or_of_an_unknown_code_is_refused(client):
    coding_a, coding_b = {"system": ICD, "code": "E11"}, {"system": LOINC, "code": "718-7"}
    parts = [{"name": "codingA", "valueCoding": coding_a}, {"name": "codingB", "valueCoding": coding_b}]
    assert issue(post(client, "CodeSystem/$subsumes", *parts), 400)["expression"] == ["codingB.system"]
    issue(get(client, "CodeSystem/$subsumes", system=ICD, codeA="E11", codeB="ZZZ"), 404)


def test_expand_gives_the_codes_that_hold_the_words_asked_and_how_many_there_are(client):
    found = get(client, "ValueSet/$expand", url=TYPES, filter="lettre", count=2).json()
    assert found["expansion"]["total"] == 3
    assert [one["code"] for one in found["expansion"]["contains"]] == ["11490-0", "18761-7"]
    rest = get(client, "ValueSet/$expand", url=TYPES, filter="lettre", count=2, offset=2).json()["expansion"]
    assert [one["code"] for one in rest["contains"]] == ["96349-6"]


def test_expand_of_an_instance_is_that_of_its_address(client):
    by_id = get(client, f"ValueSet/{id_of('ValueSet', TYPES)}/$expand").json()["expansion"]
    assert by_id["contains"] == get(client, "ValueSet/$expand", url=TYPES).json()["expansion"]["contains"]


def test_expand_takes_a_value_set_given_by_itself_or_among_parameters(client):
    given = {
        "resourceType": "ValueSet",
        "compose": {"include": [{"system": ICD, "filter": [{"property": "concept", "op": "is-a", "value": "E11"}]}]},
    }
    alone = client.post("/fhir/ValueSet/$expand", given, content_type="application/fhir+json").json()
    among = post(client, "ValueSet/$expand", {"name": "valueSet", "resource": given}).json()
    codes = [one["code"] for one in alone["expansion"]["contains"]]
    assert codes == ["E11", "E11.2", "E11.3", "E11.9"]
    assert among["expansion"]["contains"] == alone["expansion"]["contains"]
    assert "id" not in alone


def test_expand_of_a_stored_value_set_is_that_of_what_it_composes(client):
    part = {"system": ICD, "concept": [{"code": "E11.9"}, {"code": "I10"}]}
    stored = {"resourceType": "ValueSet", "status": "active", "url": "urn:mine", "compose": {"include": [part]}}
    id_ = uuid4()
    place = {"local_identity_id": NOBODY, "at": timezone.now(), "source": "essai", "establishment": "aphm"}
    record.put(stored | {"id": str(id_)}, **place)
    found = get(client, f"ValueSet/{id_}/$expand").json()["expansion"]
    assert [one["code"] for one in found["contains"]] == ["E11.9", "I10"]
    issue(get(client, f"ValueSet/{uuid4()}/$expand"), 404)


@pytest.mark.parametrize(
    ("params", "status", "where"),
    [
        ({}, 400, ["url"]),
        ({"url": TYPES, "count": "-1"}, 400, ["count"]),
        ({"url": TYPES, "count": "many"}, 400, ["count"]),
        ({"url": "urn:nowhere"}, 404, None),
    ],
)
def test_an_expansion_that_cannot_be_made_is_refused(client, params, status, where):
    assert issue(get(client, "ValueSet/$expand", **params), status).get("expression") == where


def test_a_costly_value_set_is_refused_where_it_is(client):
    part = {"system": ICD, "filter": [{"property": "code", "op": "regex", "value": "(a+)+$"}]}
    given = {"resourceType": "ValueSet", "compose": {"include": [part]}}
    response = client.post("/fhir/ValueSet/$expand", given, content_type="application/fhir+json")
    assert issue(response, 400)["expression"] == ["ValueSet.compose.include[0].filter[0].op"]


def test_translate_gives_the_class_and_the_family_of_a_type_of_document(client):
    found = told(get(client, "ConceptMap/$translate", system=LOINC, code="18748-4"))
    assert found["result"] == [True]
    assert [one[1]["valueCoding"]["code"] for one in found["match"]] == ["31", "imaging"]


def test_translate_by_one_map_to_one_system_and_back(client):
    one_map = "urn:passerelle:concept-map:document-type-to-class"
    found = told(get(client, "ConceptMap/$translate", url=one_map, system=LOINC, code="18748-4", targetsystem=CLASSES))
    assert [one[1]["valueCoding"]["display"] for one in found["match"]] == ["Imagerie médicale"]
    path = f"ConceptMap/{id_of('ConceptMap', one_map)}/$translate"
    back = told(get(client, path, system=CLASSES, code="31", reverse="true", targetsystem=LOINC))
    assert [one[1]["valueCoding"]["code"] for one in back["match"]] == ["18748-4", "52040-3"]


def test_translate_of_what_has_no_translation_says_so(client):
    found = told(get(client, "ConceptMap/$translate", system=LOINC, code="0-0"))
    assert (found["result"], "match" in found) == ([False], False)
    issue(get(client, "ConceptMap/$translate", url="urn:nowhere", system=LOINC, code="718-7"), 404)


def test_an_operation_that_is_not_there_is_not_found(client):
    for path in ("$lookup", "Patient/$lookup", "CodeSystem/$everything", "CodeSystem/x/$lookup", "Nothing/$lookup"):
        issue(get(client, path), 404)


def test_an_operation_asks_for_a_viewer_and_leaves_its_event(client):
    issue(pages.Client().get("/fhir/CodeSystem/$lookup", {"system": LOINC, "code": "718-7"}), 401)
    before = AuditEvent.objects.filter(target="fhir:CodeSystem").count()
    get(client, "CodeSystem/$lookup", system=LOINC, code="718-7")
    assert AuditEvent.objects.filter(target="fhir:CodeSystem").count() == before + 1


def test_other_methods_are_refused(client):
    for method in (client.put, client.delete, client.patch):
        assert method("/fhir/CodeSystem/$lookup").status_code == 405
