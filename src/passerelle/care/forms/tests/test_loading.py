"""A questionnaire that cannot be asked is refused where it is wrong."""

import copy

import pytest

from passerelle.care.forms.rules.loading import QuestionnaireError, load

GOOD = {
    "resourceType": "Questionnaire",
    "url": "urn:essai",
    "version": "1",
    "name": "Essai",
    "title": "Essai",
    "status": "active",
    "copyright": "Fictif",
    "item": [
        {"linkId": "a", "type": "boolean", "text": "A ?"},
        {
            "linkId": "g",
            "type": "group",
            "text": "Groupe",
            "item": [
                {"linkId": "b", "type": "choice", "text": "B ?", "answerOption": [{"valueString": "x"}]},
                {"linkId": "c", "type": "integer", "text": "C ?"},
            ],
        },
    ],
}
HL7 = "http://hl7.org/fhir/StructureDefinition/"


def wrong(path, value):
    """Return the good questionnaire with one thing set at a path such as `item.0.type`."""
    resource = copy.deepcopy(GOOD)
    *steps, last = [int(one) if one.isdigit() else one for one in path.split(".")]
    place = resource
    for step in steps:
        place = place[step]
    place[last] = value
    return resource


def test_the_good_one_has_a_page_for_what_is_loose_and_one_for_each_group():
    found = load(GOOD)

    assert [(page.text, [one.link_id for one in page.items]) for page in found.pages] == [
        ("Essai", ["a"]),
        ("Groupe", ["b", "c"]),
    ]
    assert found.canonical == "urn:essai|1"


LOOKS_AHEAD = [{"question": "c", "operator": "=", "answerInteger": 1}]


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("resourceType", "Patient", "resourceType"),
        ("status", "bon", "status"),
        ("url", "", "url"),
        ("copyright", None, "copyright"),
        ("item", "rien", "item"),
        ("item", [], "item"),
        ("item.0", "rien", "item[0]"),
        ("item.0.linkId", "", "item[0].linkId"),
        ("item.0.linkId", "a b", "item[0].linkId"),
        ("item.1.item.0.linkId", "a", "linkId"),
        ("item.0.type", "reference", "item[0].type"),
        ("item.0.type", "url", "item[0].type"),
        ("item.0.text", " ", "item[0].text"),
        ("item.0.required", "oui", "item[0].required"),
        ("item.0.answerValueSet", "urn:x", "item[0].answerValueSet"),
        ("item.0.answerOption", [{"valueString": "x"}], "item[0].answerOption"),
        ("item.1.repeats", True, "item[1].repeats"),
        ("item.1.item.0.answerOption", [], "item[1].item[0].answerOption"),
        ("item.1.item.0.answerOption", [{"valueInteger": 1}], "item[1].item[0].answerOption[0]"),
        ("item.1.item.0.answerOption", [{"valueString": "x"}] * 2, "item[1].item[0].answerOption"),
        ("item.1.item.1.maxLength", -1, "item[1].item[1].maxLength"),
        ("item.1.item.1.type", "quantity", "item[1].item[1].unit"),
        ("item.1.item.1.initial", [{"valueString": "x"}], "item[1].item[1].initial[0]"),
        ("item.1.item.1.initial", [{"valueInteger": 1}, {"valueInteger": 2}], "item[1].item[1].initial"),
        (
            "item.1.item.1.extension",
            [{"url": HL7 + "minValue", "valueInteger": 5}, {"url": HL7 + "maxValue", "valueInteger": 4}],
            "item[1].item[1].minValue",
        ),
        ("item.0.extension", [{"url": HL7 + "minValue", "valueInteger": 5}], "item[0].minValue"),
        ("item.0.enableWhen", LOOKS_AHEAD, "item(a).enableWhen[0].question"),
        ("item.1.enableWhen", [{"question": "g", "operator": "=", "answerBoolean": True}], "enableWhen[0].question"),
        ("item.1.enableWhen", [{"question": "a", "operator": "~", "answerBoolean": True}], "enableWhen[0].operator"),
        ("item.1.enableWhen", [{"question": "a", "operator": ">", "answerBoolean": True}], "enableWhen[0].operator"),
        ("item.1.enableWhen", [{"question": "a", "operator": "=", "answerInteger": 1}], "enableWhen[0].answer[x]"),
        ("item.1.enableWhen", [{"question": "a", "operator": "="}], "enableWhen[0].answer[x]"),
        (
            "item.1.item.1.enableWhen",
            [{"question": "b", "operator": "=", "answerCoding": {"code": "inconnu"}}],
            "enableWhen[0].answer[x]",
        ),
        (
            "item.1.enableWhen",
            [{"question": "a", "operator": "=", "answerBoolean": True}] * 2,
            "item[1].enableBehavior",
        ),
        ("extension", [{"url": "urn:passerelle:questionnaire-score-rule", "extension": []}], "extension(score 0).code"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(path, value, where):
    with pytest.raises(QuestionnaireError) as caught:
        load(wrong(path, value))

    assert caught.value.where.endswith(where)
    assert caught.value.why
