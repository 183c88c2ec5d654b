"""French profiles. https://hl7.fr/ig/fhir/core (FR Core), Référentiel INS, RNIV."""

import pytest

from passerelle.protocols import fhir

FR = "https://hl7.fr/ig/fhir/core/StructureDefinition/"
TYPES_FR = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"


def identifier(code, value, system, use="official", of=TYPES_FR):
    return {"use": use, "type": {"coding": [{"system": of, "code": code}]}, "system": system, "value": value}


INS = identifier("INS-NIR", "279035121518989", "urn:oid:1.2.250.1.213.1.4.8")
NAME = {"use": "official", "family": "D’ALLÈGRE", "given": ["Zoé"]}
PATIENT = {
    "resourceType": "Patient",
    "identifier": [INS],
    "name": [NAME],
    "gender": "female",
    "birthDate": "1979-03-28",
}
INS_PATIENT = PATIENT | {
    "meta": {"profile": [f"{FR}fr-core-patient-ins|2.1.0"]},
    "extension": [
        {"url": f"{FR}fr-core-identity-reliability", "extension": [{"url": "identityStatus", "valueCode": "QUAL"}]},
        {
            "url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
            "valueAddress": {"extension": [{"url": f"{FR}fr-core-address-insee-code", "valueString": "13055"}]},
        },
    ],
    "name": [NAME | {"extension": [{"url": f"{FR}fr-core-patient-birth-list-given-name", "valueString": "Zoé Anne"}]}],
}
STAY = {
    "resourceType": "Encounter",
    "meta": {"profile": [f"{FR}fr-core-encounter"]},
    "status": "finished",
    "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
    "identifier": [identifier("VN", "1", "urn:oid:1.2", of="http://terminology.hl7.org/CodeSystem/v2-0203")],
    "period": {"start": "2026-03-01"},
}
RPPS = "https://rpps.esante.gouv.fr"


def without(resource, name):
    return {one: part for one, part in resource.items() if one != name}


BREACHES = [
    (without(PATIENT, "birthDate"), "Patient.birthDate"),
    (PATIENT | {"name": [{"text": "Zoé"}]}, "Patient.name"),
    (PATIENT | {"name": [without(NAME, "given")]}, "Patient.name[0].given"),
    (PATIENT | {"gender": "other"}, "Patient.gender"),
    (PATIENT | {"identifier": [INS | {"value": "123"}]}, "Patient.identifier[0].value"),
    (PATIENT | {"identifier": [INS | {"system": "urn:oid:1.2.250.1.213.1.4.9"}]}, "Patient.identifier[0].system"),
    (PATIENT | {"identifier": [INS | {"use": "temp"}]}, "Patient.identifier[0].use"),
    (INS_PATIENT | {"extension": INS_PATIENT["extension"][:1]}, "Patient.extension.valueAddress.extension"),
    (INS_PATIENT | {"name": [NAME]}, "Patient.name.extension"),
    (without(STAY, "period"), "Encounter.period"),
    (STAY | {"identifier": [{"value": "1", "system": "urn:x"}]}, "Encounter.identifier[0].type"),
    (STAY | {"meta": {"profile": [f"{FR}fr-core-patient"]}}, "Encounter.meta.profile[0]"),
    (
        {"resourceType": "Practitioner", "identifier": [identifier("RPPS", "1234", RPPS)]},
        "Practitioner.identifier[0].value",
    ),
    (
        {"resourceType": "Practitioner", "identifier": [identifier("IDNPS", "99700000001", RPPS)]},
        "Practitioner.identifier[0].type",
    ),
    (
        {
            "resourceType": "Organization",
            "meta": {"profile": [f"{FR}fr-core-organization"]},
            "identifier": [identifier("FINEG", "13078", "https://finess.esante.gouv.fr")],
        },
        "Organization.identifier[0].value",
    ),
]


@pytest.mark.parametrize(("resource", "expression"), BREACHES, ids=[f"{n}-{one[1]}" for n, one in enumerate(BREACHES)])
def test_what_a_profile_asks_is_named_where_it_lacks(resource, expression):
    assert fhir.validate(resource) == []
    assert expression in {issue.expression for issue in fhir.profile_issues(resource)}


@pytest.mark.parametrize("resource", [PATIENT, INS_PATIENT, STAY], ids=["house", "ins", "encounter"])
def test_what_meets_its_profiles_has_no_issue(resource):
    assert fhir.validate(resource) == []
    assert fhir.profile_issues(resource) == []


def test_a_profile_that_nobody_named_is_not_asked():
    assert fhir.profile_issues(without(without(STAY, "period"), "meta")) == []


def test_a_profile_that_we_do_not_know_is_let_be():
    assert fhir.profile_issues(STAY | {"meta": {"profile": ["http://example.org/other"]}}) == []


def test_billing_numbers_share_the_oid_of_the_ins_and_are_not_one():
    number = identifier("NH", "279035121518989", INS["system"], of="http://terminology.hl7.org/CodeSystem/v2-0203")
    assert fhir.profile_issues({"resourceType": "Patient", "identifier": [number]}) == []
