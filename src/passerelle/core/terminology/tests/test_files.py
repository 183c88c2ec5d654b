"""The reviewed files: each is read whole, and a wrong one is refused where it is wrong."""

import re

import pytest

from passerelle.core.terminology import api as terminology
from passerelle.core.terminology.rules.catalogue import catalogue_of
from passerelle.core.terminology.rules.choosing import members
from passerelle.core.terminology.rules.model import Include, TerminologyError, ValueSet
from passerelle.core.terminology.rules.reading import code_system_of, concept_map_of
from passerelle.core.terminology.selectors.catalogue import current_catalogue
from passerelle.protocols import fhir

A_SYSTEM = {
    "url": "urn:s",
    "name": "S",
    "title": "S",
    "source": "essai",
    "content": "complete",
    "labels": "usual",
    "concepts": {"a": "A", "b": {"fr": "B", "in": "a"}},
}
A_MAP = {"url": "urn:m", "name": "M", "title": "M", "source": "essai", "origin": "urn:v", "destination": "urn:w"}


def test_every_label_is_there_typeset_and_without_stray_spaces():
    labels = [
        (one.code, one.display) for system in current_catalogue().code_systems for one in system.concepts.values()
    ]
    assert len(labels) > 800
    assert [pair for pair in labels if pair[1] != pair[1].strip() or not pair[1] or "'" in pair[1]] == []


def test_every_value_set_holds_something():
    catalogue = current_catalogue()
    assert [url for url, one in catalogue.value_sets.items() if not members(catalogue, one)] == []


def test_every_loinc_code_has_its_check_digit():
    """https://loinc.org/kb/users-guide/ (LOINC codes end with a mod 10 check digit)."""

    def digit(number):
        odd = number[::-1][::2][::-1]
        even = number[::-1][1::2][::-1]
        total = sum(int(one) for one in str(int(odd) * 2)) + sum(int(one) for one in even)
        return -total % 10

    codes = list(current_catalogue().system("http://loinc.org").concepts)
    assert [code for code in codes if digit(code.partition("-")[0]) != int(code.partition("-")[2])] == []


def test_codes_of_acts_and_of_diseases_have_their_form():
    catalogue = current_catalogue()
    acts = catalogue.system("https://smt.esante.gouv.fr/terminologie-ccam").concepts
    diseases = catalogue.system("http://hl7.org/fhir/sid/icd-10").concepts
    assert [code for code in acts if not re.fullmatch(r"[A-Z]{4}\d{3}", code)] == []
    assert [code for code in diseases if not re.fullmatch(r"[A-Z]\d\d(\.\d)?|[IVX]+", code)] == []


def test_a_subcategory_lies_under_its_category_when_it_is_there():
    diseases = current_catalogue().system("http://hl7.org/fhir/sid/icd-10").concepts
    astray = [
        code for code, one in diseases.items() if "." in code and code[:3] in diseases and code[:3] not in one.parents
    ]
    assert astray == []


def test_every_unit_that_a_file_names_is_one():
    catalogue = current_catalogue()
    named = {
        one.properties["unit"]
        for one in catalogue.system("http://loinc.org").concepts.values()
        if "unit" in one.properties
    }
    listed = set(catalogue.system(terminology.UCUM).concepts)
    assert [unit for unit in named | listed if not terminology.is_unit(unit)] == []
    assert named - listed == set()


def test_every_analyte_names_known_examinations():
    assert [
        code
        for one in terminology.analytes()
        for code in one.loinc
        if terminology.lookup("http://loinc.org", code) is None
    ] == []


def test_every_resource_says_what_it_is_and_bears_its_own_id():
    made = terminology.resources()
    assert len({(one["resourceType"], one["id"]) for one in made}) == len(made)
    assert {one["resourceType"] for one in made} == {"CodeSystem", "ValueSet", "ConceptMap"}
    for one in made:
        assert {"url", "name", "title", "status", "description"} <= one.keys()
        assert fhir.loads(fhir.dumps(one)) == one
        assert re.fullmatch(r"[A-Z]\w*", one["name"])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"title": ""}, "title"),
        ({"content": "some"}, "content"),
        ({"concepts": {"a": {"fr": "A", "in": "z"}}}, "parent z"),
        ({"concepts": {"a": {"fr": "A", "colour": "red"}}}, "colour"),
        ({"concepts": {"a": {"official": "A"}}}, "fr"),
    ],
)
def test_a_wrong_code_system_is_refused(change, why):
    with pytest.raises(TerminologyError, match=why):
        code_system_of(A_SYSTEM | change)


def test_a_map_to_a_code_that_is_not_there_is_refused():
    group = {"source": "urn:s", "target": "urn:s", "equivalence": "equivalent", "to": {"z": ["a"]}}
    with pytest.raises(TerminologyError, match="urn:s#z"):
        catalogue_of([code_system_of(A_SYSTEM)], [], [concept_map_of(A_MAP | {"groups": [group]})])


def test_a_code_translated_twice_by_one_group_is_refused():
    group = {"source": "urn:s", "target": "urn:s", "equivalence": "equivalent", "to": {"a": ["a"], "b": ["a"]}}
    with pytest.raises(TerminologyError, match="deux fois"):
        concept_map_of(A_MAP | {"groups": [group]})


def test_two_systems_of_one_name_are_refused():
    with pytest.raises(TerminologyError, match="deux fois"):
        catalogue_of([code_system_of(A_SYSTEM), code_system_of(A_SYSTEM)], [], [])


def test_value_sets_that_name_each_other_are_refused():
    one, other = (
        ValueSet(a, a, a, a, (Include(value_sets=(b,)),)) for a, b in (("urn:1", "urn:2"), ("urn:2", "urn:1"))
    )
    catalogue = catalogue_of([], [one, other], [])
    with pytest.raises(TerminologyError, match="sans fin"):
        members(catalogue, one)
