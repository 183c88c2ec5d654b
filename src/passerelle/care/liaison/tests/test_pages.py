"""The pages of both sides: what each person sees and does, and what does not exist for them."""

from datetime import timedelta
from uuid import uuid4

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from passerelle.care.delivery import api as delivery
from passerelle.care.delivery.tests.test_mailbox import a_mail
from passerelle.care.liaison.models import Dispatch, Letter, Mail, Referral
from passerelle.care.liaison.services.following import follow_dispatches
from passerelle.care.liaison.services.mails import take_mail
from passerelle.care.liaison.tests import cast
from passerelle.care.liaison.tests.test_town import a_pdf
from passerelle.care.record.tests import pages

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(db):
    cast.lay_the_ground()


@pytest.fixture
def alice():
    return cast.alice()


@pytest.fixture
def colette():
    return cast.colette()


@pytest.fixture
def stay(colette):
    person_id, local = cast.a_patient("aphm")
    cast.chooses(person_id, colette)
    stay_id = pages.a_stay(local, days=4, lasting=4, documents=0, results=1)
    return cast.a_discharge(local, stay_id, left_at=timezone.now() - timedelta(hours=2)), person_id


def text(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def typed(**more):
    """Return what a clinician types for a whole letter."""
    told = dict(cast.WHOLE.texts)
    told |= {f"{code}_answer": answer.value for code, answer in cast.WHOLE.answers.items()}
    for rank, one in enumerate(cast.WHOLE.treatments):
        told |= {
            f"t{rank}_name": one.name,
            f"t{rank}_change": one.change.value,
            f"t{rank}_dosage": one.dosage,
            f"t{rank}_duration": one.duration,
            f"t{rank}_reason": one.reason,
        }
    return told | more


def write_and_sign(client, stay_id):
    client.post(reverse("liaison:write", args=[stay_id]), typed(relire="1"))
    seen_at = Letter.objects.get(discharge_id=stay_id, signed_at=None).changed_at.isoformat()
    return client.post(reverse("liaison:review", args=[stay_id]), {"seen_at": seen_at, "confirmed": "on"}, follow=True)


def test_the_letter_is_written_read_again_signed_sent_and_seen_as_read(stay, alice, colette):
    discharge, person_id = stay
    listed = text(alice.client.get(reverse("liaison:worklist")))
    assert reverse("liaison:write", args=[discharge.pk]) in listed

    followed = text(write_and_sign(alice.client, discharge.pk))
    letter = Letter.objects.get()
    assert "Lettre signée" in followed
    assert "Reçu le" in followed
    mine = text(colette.client.get(reverse("ville:patients")))
    assert "Non lu" in mine
    assert reverse("record:document", args=[letter.document_id]) in mine
    text(colette.client.get(reverse("record:document", args=[letter.document_id])))
    follow_dispatches(at=timezone.now())

    assert "Lu le" in text(alice.client.get(reverse("liaison:letter", args=[discharge.pk])))
    assert "Non lu" not in text(colette.client.get(reverse("ville:patient", args=[person_id])))
    pdf = colette.client.get(reverse("liaison:pdf", args=[letter.document_id]))
    assert pdf.content.startswith(b"%PDF-1.7")


def test_an_unfinished_letter_is_kept_and_told_what_it_lacks(stay, alice):
    discharge, _ = stay
    answer = alice.client.post(reverse("liaison:write", args=[discharge.pk]), {"reason": "Chute"}, follow=True)

    page = text(answer)
    assert "Il reste à dire" in page
    assert "R. 1112-1-2, II, 6°" in page
    assert "Signer et envoyer" not in text(alice.client.get(reverse("liaison:review", args=[discharge.pk])))


def test_a_letter_is_not_signed_without_the_act_of_a_person(stay, alice):
    discharge, _ = stay
    alice.client.post(reverse("liaison:write", args=[discharge.pk]), typed())
    seen_at = Letter.objects.get().changed_at.isoformat()

    page = text(alice.client.post(reverse("liaison:review", args=[discharge.pk]), {"seen_at": seen_at}))

    assert "une lettre est signée par une personne" in page
    assert Letter.objects.get().signed_at is None


def test_a_letter_is_corrected_and_another_way_is_noted(stay, alice):
    discharge, _ = stay
    write_and_sign(alice.client, discharge.pk)
    told = {"addressee": "patient", "way": "hand", "note": "Remise à la sortie"}

    page = text(alice.client.post(reverse("liaison:other_way", args=[discharge.pk]), told, follow=True))
    again = text(alice.client.post(reverse("liaison:again", args=[discharge.pk]), follow=True))
    corrected = text(alice.client.post(reverse("liaison:correct", args=[discharge.pk]), follow=True))

    assert "Remise à la sortie" in page
    assert "Aucune boîte de messagerie sécurisée" in again
    assert "Pose d’une prothèse de hanche" in corrected
    assert Dispatch.objects.filter(way="hand").exists()


@pytest.mark.parametrize("name", ["write", "review", "letter"])
def test_the_letter_of_another_hospital_does_not_exist(stay, name):
    address = reverse(f"liaison:{name}", args=[stay[0].pk])

    assert cast.bob().client.get(address).status_code == 404
    assert cast.colette().client.get(address).status_code == 404


def test_the_board_counts_by_service_and_names_no_patient(stay, alice):
    write_and_sign(alice.client, stay[0].pk)

    page = text(alice.client.get(reverse("liaison:board")))

    assert "100" in page
    assert "Orthopédie" in page
    assert "ALLÈGRE" not in page
    director = cast.Someone("Inès Lavande", cast.Role.DIRECTOR, "aphm")
    assert "Orthopédie" in text(director.client.get(reverse("liaison:board")))
    assert director.client.get(reverse("liaison:worklist")).status_code == 404
    assert alice.client.get(reverse("liaison:oversight")).status_code == 404


def test_a_letter_a_day_late_awaits_the_team_then_the_director(alice):
    _, local = cast.a_patient("aphm")
    cast.a_discharge(local, pages.a_stay(local, days=9), left_at=timezone.now() - timedelta(days=2))
    director = cast.Someone("Inès Lavande", cast.Role.DIRECTOR, "aphm")

    assert "Une lettre de liaison est en retard" in text(alice.client.get("/soins/"))
    home = text(director.client.get("/pilotage/"))
    assert "Une lettre n’est pas partie le lendemain de la sortie" in home
    assert "ALLÈGRE" not in text(director.client.get(reverse("liaison:oversight")))


def test_the_doctor_declares_amends_and_takes_back(stay, colette):
    _, person_id = stay
    address = reverse("ville:tell", args=[person_id, "allergies"])
    told = {"text": "Pénicilline", "category": "medication", "criticality": "high", "reaction": "Urticaire"}
    page = text(colette.client.post(address, told, follow=True))
    assert "Pénicilline" in page
    assert "Modifier" in page
    amend = page.split('href="/ville/patients/')[1:]
    amend = next("/ville/patients/" + one.split('"')[0] for one in amend if "/allergies/" in one and one.count("-") > 8)

    assert 'value="Pénicilline"' in text(colette.client.get(amend))
    page = text(colette.client.post(amend, told | {"text": "Amoxicilline"}, follow=True))
    assert "Amoxicilline" in page
    page = text(colette.client.post(amend + "retirer/", follow=True))
    assert "Amoxicilline" not in page


def test_an_antecedent_is_chosen_in_the_nomenclature(stay, colette):
    address = reverse("ville:tell", args=[stay[1], "antecedents"])

    page = text(colette.client.get(address, {"mots": "diabète"}))

    assert "?code=" in page
    picked = text(colette.client.get(address, {"code": "http://hl7.org/fhir/sid/icd-10|E11", "libelle": "Diabète"}))
    assert 'value="Diabète"' in picked


def test_a_treatment_that_ends_before_it_begins_is_refused_on_its_field(stay, colette):
    address = reverse("ville:tell", args=[stay[1], "traitements"])
    told = {"text": "A", "dosage": "1", "status": "stopped", "began_on": "2026-02-01", "ended_on": "2026-01-01"}

    assert "La fin vient après le début" in text(colette.client.post(address, told))


def test_a_report_is_uploaded_and_an_active_one_is_refused_with_its_reason(stay, colette):
    address = reverse("ville:report", args=[stay[1]])
    told = {"code": "11488-4", "title": "Consultation", "made_on": "2026-03-01"}
    bad = SimpleUploadedFile("a.pdf", a_pdf(OpenAction=_script()), "application/pdf")

    assert "action à l’ouverture" in text(colette.client.post(address, told | {"file": bad}))
    good = SimpleUploadedFile("a.pdf", a_pdf(), "application/pdf")
    assert "Document versé" in text(colette.client.post(address, told | {"file": good}, follow=True))


def test_a_referral_is_asked_followed_and_answered(stay, colette, alice):
    _, person_id = stay
    told = {"service": "aphm|", "urgency": "urgent", "reason": "Douleur thoracique", "question": "Coronarographie"}
    page = text(colette.client.post(reverse("ville:ask", args=[person_id]), told, follow=True))
    referral = Referral.objects.get()
    assert "Adressage envoyé" in page

    assert "Douleur thoracique" not in text(alice.client.get(reverse("liaison:referrals")))
    address = reverse("liaison:referral", args=[referral.pk])
    assert "Douleur thoracique" in text(alice.client.get(address))
    assert "Donnez les mots" in text(alice.client.post(address, {"etape": "refused"}))
    text(alice.client.post(address, {"etape": "accepted"}, follow=True))
    booked = {"etape": "booked", "appointment_at": "2026-12-01T09:30", "appointment_place": "Timone"}
    text(alice.client.post(address, booked, follow=True))
    text(alice.client.post(address, {"etape": "answered", "note": "Examen normal."}, follow=True))

    seen = text(colette.client.get(reverse("ville:referral", args=[referral.pk])))
    assert "Lire la réponse" in seen
    assert "décembre" in seen
    assert "Timone" in seen
    assert text(colette.client.get(reverse("ville:referrals")))
    assert cast.colette().client.get(reverse("ville:referral", args=[referral.pk])).status_code == 404
    assert cast.bob().client.get(address).status_code == 404


def test_a_mail_that_waits_is_filed_by_a_person(stay, alice):
    mailbox = delivery.MailboxRow("mss", "aphm", "lettres@aphm.mssante.fr")
    mail = take_mail(raw=a_mail(("c.pdf", a_pdf())), mailbox=mailbox, at=timezone.now())
    address = reverse("liaison:mail", args=[mail.pk])
    assert "PDF seul" in text(alice.client.get(reverse("liaison:mails")))
    assert "ALLÈGRE" in text(alice.client.get(address, {"patient": "allegre"}))

    filed = {"person": str(stay[1]), "note": "Nom dans le PDF"}
    page = text(alice.client.post(address + "?patient=allegre", filed, follow=True))

    assert "Classé au dossier" in page
    assert Mail.objects.get().state == "filed"
    assert cast.bob().client.get(address).status_code == 404


@pytest.mark.parametrize("name", ["patient", "report", "ask"])
def test_a_patient_who_did_not_choose_does_not_exist_for_this_doctor(name, colette):
    stranger, _ = cast.a_patient("aphm")

    assert colette.client.get(reverse(f"ville:{name}", args=[stranger])).status_code == 404
    assert colette.client.get(reverse(f"ville:{name}", args=[uuid4()])).status_code == 404


def test_the_doctor_says_how_she_is_reached(colette):
    address = reverse("ville:settings")

    assert "Donnez l’adresse" in text(colette.client.post(address, {"wants_notices": "on"}))
    told = {"mailbox": "c@medecin.mssante.fr", "notice_address": "c@exemple.invalid", "wants_notices": "on"}
    assert "enregistré" in text(colette.client.post(address, told, follow=True))
    assert 'value="c@medecin.mssante.fr"' in text(colette.client.get(address))


def test_the_list_of_patients_costs_as_many_queries_for_five_as_for_one(colette):
    def costs():
        with CaptureQueriesContext(connection) as asked:
            text(colette.client.get(reverse("ville:patients")))
        return len(asked)

    for rank in range(5):
        person_id, local = cast.a_patient("aphm", status="PROV", name=f"ESSAI{rank}")
        cast.chooses(person_id, colette)
        pages.a_stay(local, days=3)
        if rank == 0:
            costs()
            one = costs()

    assert costs() == one


def _script():
    return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
