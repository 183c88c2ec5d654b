"""The seven steps by the patient, without scripts: resumable, nothing asked twice, checked, sent."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.forms import api as forms
from passerelle.care.preadmission import api as preadmission
from passerelle.care.preadmission.models import Piece, Preadmission
from passerelle.care.preadmission.selectors.finding import by_id
from passerelle.care.preadmission.services.filing import _id
from passerelle.care.preadmission.tests.cast import STEPS, coming, desk, photograph
from passerelle.care.record import api as record
from passerelle.care.record.tests import pages
from passerelle.core.audit import api as audit
from passerelle.core.files.tests.drawing import as_bytes, blurred, card

pytestmark = pytest.mark.django_db


def at(name, *args):
    return reverse(f"preadmission:{name}", args=args)


@pytest.fixture
def zoe():
    pages.lay_the_ground()
    person_id, local = pages.a_person("aphm")
    return person_id, local, coming(local)


def told(step):
    """Return what is posted at a step."""
    return STEPS[step] | ({"front": photograph()} if step == "identite" else {})


def do_all(browser, file_id, but=()):
    """Do the steps one after the other, following where each leads; return the last answer."""
    answer = None
    for step in STEPS:
        if step not in but:
            answer = browser.post(at("step", file_id, step), told(step))
            assert answer.status_code == 302, answer.content.decode()[:3000]
    return answer


def test_seven_screens_lead_to_the_check_and_the_receipt(zoe):
    patient, file_id = pages.the_patient(zoe[0]), zoe[2]
    screens, address = 0, at("step", file_id, "identite")

    while "verifier" not in address:
        page = patient.get(address)
        assert page.status_code == 200
        screens += 1
        address = patient.post(address, told(address.rstrip("/").rsplit("/", 1)[1])).url

    assert screens == 7
    shown = patient.get(address).content.decode()
    assert "Vérifiez vos réponses" in shown
    assert "Mutuelle fictive" in shown
    receipt = patient.post(address)
    assert "Votre pré-admission est envoyée" in patient.get(receipt.url).content.decode()
    row = by_id(file_id)
    assert (row.state, row.done, row.door) == (preadmission.State.SENT, 7, "self")


def test_what_was_told_is_in_the_record(zoe):
    patient, file_id = pages.the_patient(zoe[0]), zoe[2]
    do_all(patient, file_id)
    patient.post(at("check", file_id))

    row = by_id(file_id)
    amc = json.loads(record.read("Coverage", forms_uuid(row, "amc")).body)
    wishes = json.loads(record.read("Consent", forms_uuid(row, "directives")).body)
    answers = json.loads(record.read("QuestionnaireResponse", row.step(preadmission.Step.ANESTHESIA).filling_id).body)
    assert amc["payor"] == [{"display": "Mutuelle fictive"}]
    assert wishes["policyRule"]["text"] == "Oui, elles sont dans Mon espace santé"
    assert answers["questionnaire"] == "urn:passerelle:questionnaire:anesthesie|1"
    assert [one.name for one in consent.trusted_persons(zoe[0], at=timezone.now())] == ["Rose Fictive"]


def forms_uuid(row, part):
    from uuid import UUID

    return UUID(_id(row, part))


def test_one_stops_anywhere_and_finds_again_what_was_said(zoe):
    patient, file_id = pages.the_patient(zoe[0]), zoe[2]

    patient.post(at("step", file_id, "contacts"), {"phone": "0611111111", "plus-tard": "1"})

    assert 'value="0611111111"' in patient.get(at("step", file_id, "contacts")).content.decode()
    assert "Commencée" in patient.get(at("overview", file_id)).content.decode()


def test_a_half_done_file_cannot_be_sent(zoe):
    patient, file_id = pages.the_patient(zoe[0]), zoe[2]
    do_all(patient, file_id, but=("accords",))

    answer = patient.post(at("check", file_id))

    assert answer.url == at("step", file_id, "accords")
    assert by_id(file_id).state is preadmission.State.OPEN


@pytest.mark.parametrize(
    ("step", "sent", "says"),
    [
        ("identite", {"is_right": "oui", "proof": "CN"}, "Je montrerai ma pièce"),
        ("identite", {}, "Dites si ces informations sont justes"),
        ("couverture", {}, "Choisissez votre caisse"),
        ("contacts", {"phone": "06"}, "personne à prévenir"),
        ("contacts", STEPS["contacts"] | {"trusted_phone": ""}, "joindre cette personne"),
        ("sante", {"q-allergie": "oui"}, "Répondez à cette question"),
        ("accords", {}, "Cochez cette case"),
        ("arrivee", {"transport": "taxi", "needs": ["interprete"]}, "quelle langue"),
    ],
)
def test_what_lacks_is_said_at_the_top_and_at_its_place(zoe, step, sent, says):
    patient = pages.the_patient(zoe[0])

    shown = patient.post(at("step", zoe[2], step), sent).content.decode()

    assert "À corriger avant de continuer" in shown
    assert says in shown
    assert not by_id(zoe[2]).step(preadmission.Step(step)).is_done


def test_nothing_is_asked_twice(zoe):
    patient = pages.the_patient(zoe[0])
    do_all(patient, zoe[2])
    patient.post(at("check", zoe[2]))
    second = coming(zoe[1], days=20)

    contacts = patient.get(at("step", second, "contacts")).content.decode()
    assert "Nous avons repris" in contacts
    for known in ("0600000000", "Paul Fictif", "Rose Fictive"):
        assert known in contacts
    assert 'value="5"' in patient.get(at("step", second, "anesthesie")).content.decode()
    assert "Paul Fictif" not in patient.get(at("step", second, "arrivee")).content.decode()


def test_the_trusted_person_already_chosen_is_shown(zoe):
    named = consent.Trusted("Lise Fictive", "sœur", "0600000009")
    voice = consent.Voice(audit.Actor(None, "Zoé"), consent.Door.SELF)
    consent.trust(person_id=zoe[0], trusted=named, by=voice, at=timezone.now())

    assert "Lise Fictive" in pages.the_patient(zoe[0]).get(at("step", zoe[2], "contacts")).content.decode()


def test_a_blurred_photograph_is_kept_with_advice(zoe):
    patient, file_id = pages.the_patient(zoe[0]), zoe[2]
    blur = photograph(as_bytes(blurred(card())))

    answer = patient.post(at("step", file_id, "identite"), STEPS["identite"] | {"front": blur})

    assert answer.url.endswith("?conseils=1")
    shown = patient.get(answer.url).content.decode()
    assert "semble floue" in shown
    assert at("step", file_id, "couverture") in shown
    assert by_id(file_id).step(preadmission.Step.IDENTITY).is_done


def test_a_photograph_of_an_iphone_is_refused_with_the_way_to_succeed(zoe):
    patient = pages.the_patient(zoe[0])
    heic = photograph(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "IMG_1.HEIC")

    shown = patient.post(at("step", zoe[2], "identite"), STEPS["identite"] | {"front": heic}).content.decode()

    assert "Le plus compatible" in shown
    assert not Piece.objects.exists()


def test_another_photograph_takes_the_place_of_the_first(zoe):
    patient, file_id = pages.the_patient(zoe[0]), zoe[2]
    for _ in range(2):
        patient.post(at("step", file_id, "identite"), told("identite"))

    (piece,) = by_id(file_id).pieces
    seen = patient.get(at("piece", file_id, piece.id))
    assert (seen.status_code, seen["Content-Type"]) == (200, "image/jpeg")
    assert "sandbox" in seen["Content-Security-Policy"]


def test_promising_to_show_the_proof_is_enough(zoe):
    patient = pages.the_patient(zoe[0])

    answer = patient.post(at("step", zoe[2], "identite"), STEPS["identite"] | {"promises_proof": "on"})

    assert answer.status_code == 302


def test_an_answer_changed_after_sending_is_kept_and_one_undone_reopens(zoe):
    patient, file_id = pages.the_patient(zoe[0]), zoe[2]
    do_all(patient, file_id)
    patient.post(at("check", file_id))

    patient.post(at("step", file_id, "arrivee"), {"transport": "taxi"})
    assert by_id(file_id).state is preadmission.State.SENT
    patient.post(at("step", file_id, "arrivee"), {"plus-tard": "1"})
    assert by_id(file_id).state is preadmission.State.OPEN


def test_a_coming_that_is_off_takes_nothing_more(zoe):
    patient, file_id = pages.the_patient(zoe[0]), zoe[2]
    preadmission.close_for(by_id(file_id).coming_id)

    shown = patient.post(at("step", file_id, "couverture"), STEPS["couverture"]).content.decode()

    assert "annulée ou passée" in shown
    assert by_id(file_id).done == 0


def test_reading_writes_nothing(zoe):
    patient, file_id = pages.the_patient(zoe[0]), zoe[2]
    before = Preadmission.objects.get(pk=file_id).version

    for step in STEPS:
        assert patient.get(at("step", file_id, step)).status_code == 200

    assert Preadmission.objects.get(pk=file_id).version == before
    assert forms.fillings_of("preadmission", [file_id]) == []


@pytest.mark.parametrize("query", ["", "?vierge=1"])
def test_each_step_has_its_paper(zoe, query):
    patient, file_id = pages.the_patient(zoe[0]), zoe[2]
    do_all(patient, file_id)

    whole = patient.get(at("paper", file_id) + query).content.decode()
    assert ("Mutuelle fictive" in whole) is (query == "")
    for step in STEPS:
        assert patient.get(at("step_paper", file_id, step) + query).status_code == 200
    assert patient.get(at("step_paper", file_id, "rien")).status_code == 404


def test_what_awaits_is_told_in_few_queries(zoe, django_assert_max_num_queries):
    viewer = viewer_of(zoe[0])
    with django_assert_max_num_queries(2):
        found = preadmission.next_step(viewer, zoe[0], at=timezone.now())

    assert found is not None
    assert found.text == "7 étapes courtes, à votre rythme"
    assert reverse(found.url_name, args=found.url_args) == at("overview", zoe[2])


def viewer_of(person_id):
    from passerelle.core.access.api import Role, Viewer

    return Viewer(person_id=person_id, assignments=frozenset({(Role.PATIENT, None)}), second_factor=True)


def test_nothing_awaits_once_sent_or_over(zoe):
    viewer, now = viewer_of(zoe[0]), timezone.now()
    assert preadmission.next_step(viewer, zoe[0], at=now + timedelta(days=4)) is None

    patient = pages.the_patient(zoe[0])
    do_all(patient, zoe[2])
    patient.post(at("check", zoe[2]))

    assert preadmission.next_step(viewer, zoe[0], at=now) is None
    assert "Envoyée" in patient.get(at("mine")).content.decode()


def test_the_desk_acts_for_the_patient_and_says_so(zoe):
    file_id, clerk = zoe[2], desk()
    page = clerk.get(at("step", file_id, "couverture")).content.decode()
    assert "Vous écrivez à la place de" in page

    do_all(clerk, file_id)
    clerk.post(at("step", file_id, "couverture"), STEPS["couverture"] | {"papier": "on"})
    clerk.post(at("check", file_id))

    row = by_id(file_id)
    step = row.step(preadmission.Step.COVERAGE)
    assert (step.door, step.by_name, step.is_from_paper, row.door) == ("staff", "Denis", True, "staff")
    assert "par l’accueil (Denis), d’après le papier" in " ".join(
        pages.the_patient(zoe[0]).get(at("overview", file_id)).content.decode().split()
    )
    assert any(one.actor_name == "Denis" for one in audit.accesses_to(zoe[0], limit=50))


def test_the_desk_never_reads_the_answers_of_health(zoe):
    do_all(pages.the_patient(zoe[0]), zoe[2])
    clerk = desk()

    step = clerk.get(at("step", zoe[2], "anesthesie")).content.decode()
    check = clerk.get(at("check", zoe[2])).content.decode()
    paper = clerk.get(at("paper", zoe[2])).content.decode()

    assert "L’accueil ne les relit pas" in step
    assert "Combien de cigarettes" not in check
    assert "Paul Fictif" in check
    assert "<dd>5" not in paper
