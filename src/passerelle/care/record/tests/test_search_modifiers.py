"""Modifiers, composites, chains of the search. https://hl7.org/fhir/R4/search.html#modifiers."""

from uuid import UUID, uuid4

import pytest

from passerelle.care.record.api import SearchError, search
from passerelle.care.record.selectors.cost import Budget
from passerelle.care.record.selectors.joins import Asking, conditions
from passerelle.care.record.selectors.sql import EVERYTHING, NOTHING, TooCostly
from passerelle.care.record.tests.cast import a_patient, a_report, a_stay
from passerelle.care.record.tests.chartful import (
    CLINICAL,
    SNOMED,
    a_condition,
    a_practitioner,
    a_pressure,
    a_result,
    stored,
)
from passerelle.protocols.fhir import api as fhir

pytestmark = pytest.mark.django_db
WHO, OTHER = UUID(int=11, version=4), UUID(int=12, version=4)


def found(type_, **params):
    asked = {name.replace("__", ":").replace("_of_", "-"): [value] for name, value in params.items()}
    return {str(row.id) for row in search(type_, asked).rows}


def matching(type_, params, visible=lambda _type, _alias: EVERYTHING):
    """Search with chains, everything being visible unless told."""
    within = conditions(Asking(visible, Budget()), type_, {name: [value] for name, value in params.items()})
    return {str(row.id) for row in search(type_, {}, within=within).rows}


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ({"code": f"{SNOMED}|44054006"}, True),
        ({"code": "44054006"}, True),
        ({"code": f"{SNOMED}|"}, True),
        ({"code": "|44054006"}, False),
        ({"code": f"{CLINICAL}|44054006"}, False),
        ({"code__not": "44054006"}, False),
        ({"code__not": "73211009"}, True),
        ({"code__text": "diabete"}, True),
        ({"code__text": "hypertension"}, False),
        ({"code__missing": "false"}, True),
        ({"severity__missing": "true"}, True),
        ({"severity__missing": "false"}, False),
        ({"clinical_of_status": "active"}, True),
        ({"clinical_of_status": "inactive,active"}, True),
        ({"clinical_of_status": "inactive"}, False),
        ({"onset_of_date": "2019"}, True),
        ({"onset_of_date": "2019-05-02"}, False),
        ({"onset_of_date": "ap2019-05-02"}, True),
        ({"recorded_of_date": "ge2020-01-15"}, True),
        ({"recorded_of_date": "lt2020-01-15"}, False),
        ({"recorded_of_date": "sa2020-01-14"}, True),
        ({"recorded_of_date": "eb2020-01-16"}, True),
        ({"recorded_of_date": "ne2020-01-15"}, False),
        ({"subject": f"Patient/{WHO}"}, True),
        ({"subject__Patient": str(WHO)}, True),
        ({"subject": f"Group/{WHO}"}, False),
        ({"patient": str(OTHER)}, False),
        ({"_source": "urn:essai"}, True),
        ({"_profile": "http://exemple.invalid/p"}, True),
        ({"_profile__below": "http://exemple.invalid"}, True),
        ({"_profile__below": "http://exemple.inval"}, False),
        ({"_tag": "urn:t|a"}, True),
        ({"_security": "urn:s|R"}, True),
    ],
)
def test_a_condition_is_found_by_each_way_of_asking(asked, is_found):
    meta = {
        "source": "urn:essai",
        "profile": ["http://exemple.invalid/p"],
        "tag": [{"system": "urn:t", "code": "a"}],
        "security": [{"system": "urn:s", "code": "R"}],
    }
    id_ = stored(a_condition(WHO, meta=meta), WHO)
    assert (id_ in found("Condition", **asked)) is is_found


def test_a_string_is_found_by_its_beginning_its_inside_or_as_it_is_written():
    patient = a_patient(WHO, address=[{"city": "La Ciotat", "line": ["3 quai Ganteaume"], "postalCode": "13600"}])
    id_ = stored(patient, WHO)
    assert found("Patient", address_of_city="la ciotat") == {id_}
    assert found("Patient", address_of_city="ciotat") == set()
    assert found("Patient", address_of_city__contains="ciotat") == {id_}
    assert found("Patient", address_of_city__exact="La Ciotat") == {id_}
    assert found("Patient", address_of_city__exact="la ciotat") == set()
    assert found("Patient", address="13600") == {id_}
    assert found("Patient", address="3 quai") == {id_}
    assert found("Patient", family__exact="Étoile-Dupont") == {id_}
    assert found("Patient", family__exact="etoile-dupont") == set()


def test_an_identifier_is_found_by_the_type_it_is_said_to_be_of():
    id_ = stored(a_patient(WHO), WHO)
    codes = "http://terminology.hl7.org/CodeSystem/v2-0203"
    assert found("Patient", identifier="0001") == {id_}
    assert found("Patient", **{"identifier__of-type": f"{codes}|PI|0001"}) == {id_}
    assert found("Patient", **{"identifier__of-type": f"{codes}|MR|0001"}) == set()


def test_a_patient_not_said_dead_is_found_alive():
    alive, dead = stored(a_patient(WHO), WHO), stored(a_patient(OTHER, deceasedDateTime="2026-01-02"), OTHER)
    assert found("Patient", deceased="false") == {alive}
    assert found("Patient", deceased="true") == {dead}
    assert found("Patient", death_of_date="2026-01") == {dead}


def test_a_partial_birth_date_is_found_by_the_days_it_covers():
    id_ = stored(a_patient(WHO) | {"birthDate": "1984"}, WHO)
    assert found("Patient", birthdate="1984") == {id_}
    assert found("Patient", birthdate="ge1983-06-01") == {id_}
    assert found("Patient", birthdate="1984-03-12") == set()


def test_a_composite_asks_for_one_item_that_has_all():
    high, low = stored(a_pressure(WHO, 150, 80), WHO), stored(a_pressure(WHO, 120, 95), WHO)
    asked = "component-code-value-quantity"
    assert found("Observation", **{asked: "8480-6$gt140"}) == {high}
    assert found("Observation", **{asked: "8462-4$gt90"}) == {low}
    assert found("Observation", **{asked: f"{fhir.LOINC}|8480-6$lt130|http://unitsofmeasure.org|mm[Hg]"}) == {low}
    assert found("Observation", **{"combo-code-value-quantity": "8480-6$gt140"}) == {high}


def test_a_composite_of_the_resource_itself_is_all_its_parameters():
    id_ = stored(a_result(WHO), WHO)
    assert found("Observation", **{"code-value-quantity": "2345-7$5.4"}) == {id_}
    assert found("Observation", **{"code-value-quantity": "2345-7$gt6"}) == set()
    assert found("Observation", **{"combo-code": "2345-7"}) == {id_}


def test_a_relation_between_documents_is_one_composite():
    first = stored(a_report(WHO), WHO)
    link = [{"code": "replaces", "target": {"reference": f"DocumentReference/{first}"}}]
    second = stored(a_report(WHO, relatesTo=link), WHO)
    assert found("DocumentReference", relationship=f"replaces$DocumentReference/{first}") == {second}
    assert found("DocumentReference", relationship=f"appends$DocumentReference/{first}") == set()


def test_a_reference_is_found_by_the_identifier_it_carries():
    carried = {"identifier": {"system": "urn:rpps", "value": "90001"}, "display": "Dr Essai"}
    id_ = stored(a_result(WHO, performer=[carried]), WHO)
    assert found("Observation", performer__identifier="urn:rpps|90001") == {id_}
    assert found("Observation", performer__identifier="90001") == {id_}
    assert found("Observation", performer__identifier="urn:rpps|90002") == set()


def test_a_code_is_found_among_those_of_a_value_set_and_of_no_other():
    id_ = stored(a_report(WHO), WHO)
    with pytest.raises(SearchError, match="jeu de valeurs inconnu"):
        found("DocumentReference", type__in="http://exemple.invalid/vs")
    known = found("DocumentReference", type__in="urn:passerelle:value-set:document-types")
    others = found("DocumentReference", **{"type__not-in": "urn:passerelle:value-set:document-types"})
    assert known | others == {id_}
    assert known & others == set()


def test_a_chain_asks_about_what_is_linked_to():
    stored(a_patient(WHO), WHO)
    stored(a_patient(OTHER, family="Martin"), OTHER)
    mine, his = stored(a_result(WHO), WHO), stored(a_result(OTHER), OTHER)
    assert matching("Observation", {"patient.family": "etoile"}) == {mine}
    assert matching("Observation", {"subject:Patient.gender": "female"}) == {mine, his}
    assert matching("Observation", {"patient.identifier": "urn:oid:1.2.0|0001", "code": "2345-7"}) == {mine, his}


def test_a_chain_goes_through_references_that_have_no_column():
    eve = stored(a_practitioner())
    mine = stored(a_result(WHO, performer=[{"reference": f"Practitioner/{eve}"}]), WHO)
    stored(a_result(WHO), WHO)
    assert matching("Observation", {"performer:Practitioner.name": "reynaud"}) == {mine}
    assert matching("Observation", {"performer.family": "reynaud"}) == {mine}
    assert matching("Observation", {"performer:Practitioner.name": "martin"}) == set()


def test_a_chain_of_three_links_is_the_longest():
    stay = stored(a_stay(WHO), WHO)
    stored(a_patient(WHO), WHO)
    mine = stored(a_result(WHO, encounter={"reference": f"Encounter/{stay}"}), WHO)
    assert matching("Observation", {"encounter.patient.family": "etoile"}) == {mine}
    with pytest.raises(SearchError, match="3 liens"):
        matching("Observation", {"has-member:Observation.has-member:Observation.encounter.patient.family": "x"})


def test_a_reverse_chain_asks_about_what_links_here():
    with_one, without = stored(a_patient(WHO), WHO), stored(a_patient(OTHER), OTHER)
    stored(a_result(WHO), WHO)
    assert matching("Patient", {"_has:Observation:patient:code": "2345-7"}) == {with_one}
    assert matching("Patient", {"_has:Observation:patient:code": "x"}) == set()
    assert without not in matching("Patient", {"_has:Observation:subject:status": "final"})


def test_a_reverse_chain_goes_through_references_that_have_no_column():
    eve, adam = stored(a_practitioner()), stored(a_practitioner("Adam"))
    stored(a_result(WHO, performer=[{"reference": f"Practitioner/{eve}"}]), WHO)
    assert matching("Practitioner", {"_has:Observation:performer:code": "2345-7"}) == {eve}
    assert adam not in matching("Practitioner", {"_has:Observation:performer:code": "2345-7"})


def test_a_reverse_chain_finds_the_stays_of_results():
    stay, empty = stored(a_stay(WHO), WHO), stored(a_stay(WHO), WHO)
    stored(a_result(WHO, encounter={"reference": f"Encounter/{stay}"}), WHO)
    assert matching("Encounter", {"_has:Observation:encounter:code": "2345-7"}) == {stay}
    assert empty not in matching("Encounter", {"_has:Observation:encounter:code": "2345-7"})


def test_what_may_not_be_seen_is_not_told_by_a_chain_or_a_reverse_chain():
    stored(a_patient(WHO), WHO)
    stored(a_result(WHO), WHO)

    def without(hidden):
        return lambda type_, _alias: NOTHING if type_ == hidden else EVERYTHING

    assert matching("Observation", {"patient.family": "etoile"}, without("Patient")) == set()
    assert matching("Patient", {"_has:Observation:patient:code": "2345-7"}, without("Observation")) == set()


@pytest.mark.parametrize(
    "asked",
    [
        "patient.colour",
        "code.text",
        "subject:Location.family",
        "_has:Observation",
        "_has:Basic:patient:code",
        "_has:Observation:code:status",
        "_has:Condition:encounter:code",
        "_has:Observation:patient:colour",
    ],
)
def test_a_chain_that_leads_nowhere_is_refused(asked):
    with pytest.raises(SearchError):
        matching("Patient" if asked.startswith("_has") else "Observation", {asked: "x"})


def test_a_search_is_refused_when_it_would_cost_too_much():
    deep = "_has:Observation:patient:has-member.has-member.code"
    asked = {f"{deep}": "x", f"{deep}:not": "y", "family:contains": "a"}
    with pytest.raises(TooCostly):
        matching("Patient", asked)


def test_a_resource_of_nobody_is_not_found_by_the_patient_nobody_is():
    stored(a_practitioner())
    device = stored({"resourceType": "Device", "id": str(uuid4())})
    assert device in found("Device")
    assert found("Device", patient="00000000-0000-0000-0000-000000000000") == set()
