"""A questionnaire answered page after page, finished into the record, read by those who may."""

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from passerelle.care.consent import api as consent
from passerelle.care.forms import api as forms
from passerelle.care.forms.library import _registered
from passerelle.care.forms.models import Filling, QuestionnaireVersion
from passerelle.care.forms.tests.test_evaluating import option, question, score, when
from passerelle.care.record import api as record
from passerelle.care.record.tests import pages
from passerelle.core.access.api import Role
from passerelle.core.audit import api as audit

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
URL = "urn:passerelle:questionnaire:essai"

pytestmark = pytest.mark.django_db


def resource(version="1", **more):
    return {
        "resourceType": "Questionnaire",
        "url": URL,
        "version": version,
        "name": "Essai",
        "title": "Questionnaire d’essai",
        "status": "active",
        "copyright": "Fictif",
        "extension": [score("mal", "dort")],
        "item": [
            {
                "linkId": "un",
                "type": "group",
                "text": "Douleur",
                "item": [
                    question(
                        "mal",
                        "choice",
                        required=True,
                        answerOption=[option("non", 0), option("oui", 2)],
                    ),
                    question(
                        "dort",
                        enableWhen=[when("mal", "=", answerCoding={"code": "oui"})],
                        required=True,
                        extension=[{"url": "urn:passerelle:questionnaire-watch", "valueBoolean": True}],
                    ),
                ],
            },
            {
                "linkId": "deux",
                "type": "group",
                "text": "Ailleurs",
                "enableWhen": [when("mal", "=", answerCoding={"code": "oui"})],
                "item": [question("ou", "string", maxLength=10)],
            },
            {"linkId": "trois", "type": "group", "text": "Poids", "item": [question("poids", "decimal")]},
        ],
        **more,
    }


@pytest.fixture(autouse=True)
def essai():
    forms.register(resource())
    yield
    del _registered[URL]


@pytest.fixture
def zoe():
    pages.lay_the_ground()
    person_id, local = pages.a_person("aphm")
    pages.a_stay(local, days=5)
    return person_id, local


def voice(door=consent.Door.SELF):
    return consent.Voice(audit.Actor(None, "Zoé Fictive", "patient"), door)


def begun(local, known=None):
    about = forms.About(local, "aphm", "essai", uuid4())
    return forms.begin(url=URL, about=about, known=known, by=voice(), at=AT)


def test_a_draft_is_found_again_with_its_answers(zoe):
    about = forms.About(zoe[1], "aphm", "essai", uuid4())
    first = forms.begin(url=URL, about=about, by=voice(), at=AT)
    forms.save(filling_id=first, answers={"poids": (Decimal("70.5"),)}, by=voice(), at=LATER)

    again = forms.begin(url=URL, about=about, by=voice(), at=LATER)

    assert again == first
    assert forms.filling(first).answers == {"poids": (Decimal("70.5"),)}


def test_what_is_known_already_is_there_to_be_confirmed(zoe):
    filling_id = begun(zoe[1], {"mal": (forms.Choice("oui"),), "inconnu": (True,)})

    assert forms.filling(filling_id).answers == {"mal": (forms.Choice("oui"),)}


def test_a_begun_filling_keeps_its_version_of_the_questions(zoe):
    filling_id = begun(zoe[1])
    forms.register(resource(version="2", title="Autre titre"))

    assert forms.filling(filling_id).questionnaire.title == "Questionnaire d’essai"
    assert QuestionnaireVersion.objects.count() == 1


def test_a_version_that_changed_without_saying_so_is_refused(zoe):
    begun(zoe[1])
    forms.register(resource(title="Autre titre"))

    with pytest.raises(ValueError, match="new version"):
        begun(zoe[1])


def test_an_answer_that_is_no_longer_asked_leaves_the_draft(zoe):
    filling_id = begun(zoe[1])
    forms.save(filling_id=filling_id, answers={"mal": (forms.Choice("oui"),), "dort": (True,)}, by=voice(), at=AT)

    forms.save(filling_id=filling_id, answers={"mal": (forms.Choice("non"),)}, by=voice(), at=LATER)

    assert Filling.objects.get(pk=filling_id).answers == {"mal": [{"code": "non"}]}


def test_two_who_write_at_once_do_not_overwrite_each_other(zoe):
    filling_id = begun(zoe[1])
    forms.save(filling_id=filling_id, answers={"poids": (Decimal(70),)}, expected_version=1, by=voice(), at=AT)

    with pytest.raises(forms.ChangedMeanwhile):
        forms.save(filling_id=filling_id, answers={"poids": (Decimal(60),)}, expected_version=1, by=voice(), at=LATER)


def test_what_is_not_complete_is_not_finished_and_says_what_lacks(zoe):
    filling_id = begun(zoe[1], {"mal": (forms.Choice("oui"),)})

    with pytest.raises(forms.NotComplete) as lacking:
        forms.finish(filling_id=filling_id, by=voice(), at=LATER)

    assert lacking.value.evaluation.missing == ("dort",)
    assert record.read("QuestionnaireResponse", filling_id) is None


def finished(zoe, **answers):
    filling_id = begun(zoe[1], answers or {"mal": (forms.Choice("oui"),), "dort": (True,)})
    forms.finish(filling_id=filling_id, by=voice(), at=LATER)
    return filling_id


def test_a_finished_one_is_in_the_record_with_its_version_and_its_score(zoe):
    filling_id = finished(zoe)

    stored = record.read("QuestionnaireResponse", filling_id)
    assert stored is not None
    told = json.loads(stored.body)
    assert (told["questionnaire"], told["status"]) == (f"{URL}|1", "completed")
    assert [one["linkId"] for one in told["item"][0]["item"]] == ["mal", "dort"]
    assert told["extension"][0]["extension"][1]["valueDecimal"] == 3
    (row,) = forms.fillings_of("essai", [forms.filling(filling_id).row.context_id])
    assert (row.is_finished, row.scores) == (True, {"s": Decimal(3)})


def test_the_last_finished_answers_serve_the_next_questionnaire(zoe):
    finished(zoe)

    assert forms.last_answers(URL, [zoe[1]], finished_after=AT)["dort"] == (True,)
    assert forms.last_answers(URL, [zoe[1]], finished_after=LATER + timedelta(days=1)) == {}
    assert forms.last_answers(URL, [uuid4()], finished_after=AT) == {}


def test_many_fillings_are_read_in_one_query(zoe, django_assert_num_queries):
    ids = [forms.filling(finished(zoe)).row.context_id for _ in range(3)]

    with django_assert_num_queries(1):
        assert len(forms.fillings_of("essai", ids)) == 3


# ------------------------------------------------------------------------------------------------------- pages


def at(name, *args):
    return reverse(f"forms:{name}", args=args)


def test_the_patient_answers_page_after_page_without_scripts(zoe):
    filling_id = begun(zoe[1])
    patient = pages.the_patient(zoe[0])

    first = patient.get(at("answer", filling_id, 1))
    assert "Si vous avez répondu «\u00a0OUI\u00a0» à «\u00a0Question mal\u00a0»" in first.content.decode()
    second = patient.post(at("answer", filling_id, 1), {"q-mal": "oui", "q-dort": "oui"})
    assert second.url == at("answer", filling_id, 2)
    assert "Ailleurs" in patient.get(second.url).content.decode()
    patient.post(at("answer", filling_id, 2), {"q-ou": "au genou"})
    last = patient.post(at("answer", filling_id, 3), {"q-poids": "70,5"})
    assert last.url == at("review", filling_id)
    shown = patient.get(last.url).content.decode()
    assert "70,5" in shown
    assert "au genou" in shown
    patient.post(last.url)

    assert forms.filling(filling_id).row.is_finished


def test_a_page_that_is_not_asked_is_left_out(zoe):
    filling_id = begun(zoe[1])
    patient = pages.the_patient(zoe[0])

    answer = patient.post(at("answer", filling_id, 1), {"q-mal": "non"})

    assert "Poids" in patient.get(answer.url).content.decode()


def test_what_lacks_is_said_and_what_was_answered_is_kept(zoe):
    filling_id = begun(zoe[1])
    patient = pages.the_patient(zoe[0])

    answer = patient.post(at("answer", filling_id, 1), {"q-mal": "oui"})

    shown = answer.content.decode()
    assert "À corriger avant de continuer" in shown
    assert 'href="#id_q-dort' in shown
    assert forms.filling(filling_id).answers == {"mal": (forms.Choice("oui"),)}


def test_a_wrong_number_is_said_and_the_rest_is_kept(zoe):
    filling_id = begun(zoe[1], {"mal": (forms.Choice("non"),)})
    patient = pages.the_patient(zoe[0])

    answer = patient.post(at("answer", filling_id, 2), {"q-poids": "beaucoup"})

    assert "Écrivez un nombre" in answer.content.decode()


def test_one_may_stop_and_come_back(zoe):
    filling_id = begun(zoe[1])
    patient = pages.the_patient(zoe[0])

    answer = patient.post(at("answer", filling_id, 1), {"q-mal": "oui", "plus-tard": "1"})

    assert answer.status_code == 302
    assert re.search(r'value="oui"[^>]*checked', patient.get(at("answer", filling_id, 1)).content.decode())
    assert forms.filling(filling_id).answers == {"mal": (forms.Choice("oui"),)}


def test_the_questionnaire_of_another_is_a_page_that_does_not_exist(zoe):
    filling_id = finished(zoe)
    other, _ = pages.a_person("aphm")
    stranger = pages.the_patient(other)

    for name, args in (("answer", (filling_id, 1)), ("review", (filling_id,)), ("sheet", (filling_id,))):
        assert stranger.get(at(name, *args)).status_code == 404
    assert pages.charlie().get(at("sheet", filling_id)).status_code == 404
    assert pages.bob().get(at("sheet", filling_id)).status_code == 404


def test_the_team_that_treats_reads_scores_and_what_to_look_at(zoe):
    filling_id = finished(zoe)

    shown = pages.alice().get(at("sheet", filling_id)).content.decode()

    assert "à regarder" in shown
    assert "3 sur 3" in shown
    assert "Fictive" in shown
    assert any(row.actor_name == "Alice" for row in audit.accesses_to(zoe[0], limit=5))


def test_the_desk_reads_no_answers(zoe):
    filling_id = finished(zoe)
    desk = pages.client_of("Denis", Role.ADMISSION_CLERK, establishment="aphm")

    assert desk.get(at("sheet", filling_id)).status_code == 404


def test_the_paper_says_every_question_and_its_condition(zoe):
    shown = pages.the_patient(zoe[0]).get(at("blank", "Essai")).content.decode()

    assert "Question poids" in shown
    assert "Si vous avez répondu" in shown
    assert pages.the_patient(zoe[0]).get(at("blank", "Inconnu")).status_code == 404


@pytest.mark.parametrize("name", ["sheet", "print_sheet"])
def test_the_filled_paper_is_there_for_the_patient(zoe, name):
    shown = pages.the_patient(zoe[0]).get(at(name, finished(zoe))).content.decode()

    assert "Question mal" in shown
    assert "Zoé Fictive" in shown
