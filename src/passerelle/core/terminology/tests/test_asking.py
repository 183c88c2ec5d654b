"""What pages and applications ask of nomenclatures."""

import pytest

from passerelle.core.terminology import api as terminology

LOINC = "http://loinc.org"
ICD = "http://hl7.org/fhir/sid/icd-10"
STATUS = "http://hl7.org/fhir/observation-status"
TYPES = "urn:passerelle:value-set:document-types"
CLASSES = "https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument"


def codes(expansion):
    return [one.code for one in expansion.concepts]


def test_a_code_is_found_under_every_name_of_its_system():
    for name in (LOINC, "urn:oid:2.16.840.1.113883.6.1", "2.16.840.1.113883.6.1"):
        found = terminology.lookup(name, "718-7")
        assert (found.system, found.display) == (LOINC, "Hémoglobine")


def test_an_unknown_code_or_system_has_no_label():
    assert terminology.lookup(LOINC, "0-0") is None
    assert terminology.lookup("urn:nowhere", "718-7") is None
    assert terminology.display(LOINC, "0-0") is None


def test_labels_are_french_and_only_french():
    assert terminology.display(STATUS, "final") == "Définitif"
    assert terminology.display(STATUS, "final", lang="fr-FR") == "Définitif"
    assert terminology.display(STATUS, "final", lang="en") is None


def test_a_subscription_may_be_off_although_yaml_would_say_false():
    assert terminology.display("http://hl7.org/fhir/subscription-status", "off") == "Arrêté"


def test_any_unit_of_the_grammar_is_known_listed_or_not():
    assert terminology.display(terminology.UCUM, "10*9/L") == "milliard par litre (giga par litre)"
    assert terminology.display(terminology.UCUM, "ug/kg/h") == "ug/kg/h"
    assert terminology.lookup(terminology.UCUM, "µg/L") is None


def test_a_code_of_its_system_is_valid_and_tells_its_label():
    check = terminology.validate_code(LOINC, "718-7")
    assert (check.is_valid, check.display, check.message) == (True, "Hémoglobine", "")


@pytest.mark.parametrize(
    ("system", "code", "is_certain"),
    [
        (STATUS, "finale", True),
        (LOINC, "99999-9", False),
        ("urn:nowhere", "1", False),
        (terminology.UCUM, "bananes", True),
    ],
)
def test_an_absent_code_is_certainly_wrong_only_where_the_whole_system_is_here(system, code, is_certain):
    check = terminology.validate_code(system, code)
    assert (check.is_valid, check.is_certain) == (False, is_certain)
    assert check.message


def test_a_label_is_compared_without_accents_case_or_apostrophe_and_may_be_the_published_one():
    assert terminology.validate_code(LOINC, "11502-2", display="CR D'EXAMENS BIOLOGIQUES").is_valid
    assert terminology.validate_code(LOINC, "718-7", display="Hémoglobine [Masse/Volume] Sang ; Numérique").is_valid
    wrong = terminology.validate_code(LOINC, "718-7", display="Plaquettes")
    assert (wrong.is_valid, wrong.display) == (False, "Hémoglobine")


def test_a_code_may_be_good_and_of_another_value_set():
    assert terminology.validate_code(LOINC, "11490-0", value_set=TYPES).is_valid
    assert not terminology.validate_code(LOINC, "718-7", value_set=TYPES).is_valid
    with pytest.raises(terminology.UnknownValueSet):
        terminology.validate_code(LOINC, "718-7", value_set="urn:nowhere")


def test_an_expansion_keeps_the_codes_that_hold_each_word_asked():
    found = terminology.expand(TYPES, "lettre LIAISON")
    assert codes(found) == ["11490-0", "18761-7"]
    assert codes(terminology.expand(TYPES, "11490")) == ["11490-0"]


def test_pages_of_an_expansion_give_each_code_once():
    whole = terminology.expand(TYPES)
    pages = [terminology.expand(TYPES, count=7, offset=at) for at in range(0, whole.total, 7)]
    assert [code for page in pages for code in codes(page)] == codes(whole)
    assert {page.total for page in pages} == {whole.total}


def test_an_expansion_of_nothing_tells_how_many_there_are():
    counted = terminology.expand(TYPES, count=0)
    assert (counted.concepts, counted.total) == ((), terminology.expand(TYPES).total)


def test_what_a_value_set_excludes_is_not_in_it():
    problems = codes(terminology.expand("urn:passerelle:value-set:problems"))
    assert "E11.9" in problems
    assert "IV" not in problems


def test_a_filter_on_the_hierarchy_takes_what_is_below():
    def asked(op):
        told = {"system": ICD, "filter": [{"property": "concept", "op": op, "value": "E11"}]}
        made = terminology.value_set_of_resource({"resourceType": "ValueSet", "compose": {"include": [told]}})
        return codes(terminology.expand(made))

    assert asked("descendent-of") == ["E11.2", "E11.3", "E11.9"]
    assert asked("is-a") == ["E11", "E11.2", "E11.3", "E11.9"]
    assert not {"E11", "E11.9"} & set(asked("is-not-a"))


@pytest.mark.parametrize(
    ("resource", "where"),
    [
        ({}, "resourceType"),
        ({"resourceType": "ValueSet"}, "ValueSet.compose.include"),
        ({"resourceType": "ValueSet", "compose": {"include": ["x"]}}, "ValueSet.compose.include"),
        (
            {"resourceType": "ValueSet", "compose": {"include": [{"concept": [{"code": "1"}]}]}},
            "ValueSet.compose.include[0].system",
        ),
        (
            {
                "resourceType": "ValueSet",
                "compose": {
                    "include": [{"system": ICD, "filter": [{"property": "code", "op": "regex", "value": "(a+)+$"}]}]
                },
            },
            "ValueSet.compose.include[0].filter[0].op",
        ),
    ],
)
def test_a_value_set_that_cannot_be_read_is_refused_where_it_is_wrong(resource, where):
    with pytest.raises(terminology.TerminologyError) as refusal:
        terminology.value_set_of_resource(resource)
    assert refusal.value.where == where


def test_a_type_of_document_has_a_class_and_a_family():
    found = {one.concept.system: one.concept.code for one in terminology.translate(LOINC, "11502-2")}
    assert found == {CLASSES: "10", "urn:passerelle:document-family": "laboratory"}


def test_a_translation_reaches_the_system_or_the_value_set_asked():
    for target in (CLASSES, "urn:passerelle:value-set:document-classes"):
        assert [one.concept.code for one in terminology.translate(LOINC, "18748-4", target=target)] == ["31"]


def test_a_translation_read_backwards_turns_its_equivalence():
    found = terminology.translate(CLASSES, "31", is_reverse=True, target=LOINC)
    assert [one.concept.code for one in found] == ["18748-4", "52040-3"]
    assert {one.equivalence for one in found} == {"narrower"}


def test_a_type_that_no_family_names_is_another_document_and_an_unknown_one_is_nothing():
    family = "urn:passerelle:concept-map:document-type-to-family"
    assert [one.concept.code for one in terminology.translate(LOINC, "51969-4", map_url=family)] == ["laboratory"]
    assert [one.concept.code for one in terminology.translate(LOINC, "718-7", map_url=family)] == ["other"]
    assert terminology.translate(LOINC, "0-0", map_url=family) == []
    with pytest.raises(terminology.UnknownSystem):
        terminology.translate(LOINC, "11490-0", map_url="urn:nowhere")


@pytest.mark.parametrize(
    ("a", "b", "outcome"),
    [
        ("E11", "E11.9", "subsumes"),
        ("E11.9", "IV", "subsumed-by"),
        ("E11", "E11", "equivalent"),
        ("E11", "I10", "not-subsumed"),
    ],
)
def test_codes_stand_to_each_other_as_their_hierarchy_says(a, b, outcome):
    assert terminology.subsumes(ICD, a, b).value == outcome


def test_subsumption_of_an_unknown_code_or_system_is_refused():
    with pytest.raises(terminology.UnknownCode):
        terminology.subsumes(ICD, "E11", "ZZZ")
    with pytest.raises(terminology.UnknownSystem):
        terminology.subsumes("urn:nowhere", "a", "b")
