"""What a town doctor sends in, and what she asks a service for."""

import io
from datetime import date, timedelta
from uuid import uuid4

import pikepdf
import pytest
from django.utils import timezone

from passerelle.care.delivery import api as delivery
from passerelle.care.delivery.tests.test_mailbox import a_mail, an_archive
from passerelle.care.liaison.models import Dispatch, Mail
from passerelle.care.liaison.rules.referrals import FOLLOWING, ReferralState, Urgency, refusal_of
from passerelle.care.liaison.rules.uploads import MOST_BYTES, UnfitFile, examine
from passerelle.care.liaison.services.correspondents import set_correspondence
from passerelle.care.liaison.services.declaring import Allergy, Antecedent, Medicine, Term, declare, withdraw
from passerelle.care.liaison.services.mails import file_mail, set_aside, take_mail
from passerelle.care.liaison.services.referrals import (
    Asked,
    Told,
    answer_referral,
    ask_referral,
    cancel_referral,
    move_referral,
)
from passerelle.care.liaison.services.refusals import AlreadySettled, StepRefused
from passerelle.care.liaison.services.reports import Told as ReportTold
from passerelle.care.liaison.services.reports import add_report
from passerelle.care.liaison.tests import cast
from passerelle.care.record import api as record
from passerelle.care.record.tests import pages
from passerelle.core.access.api import AccessRefused
from passerelle.protocols import cda
from passerelle.protocols.fhir import api as fhir

pytestmark = pytest.mark.django_db
BOX = "colette.mistral@medecin.mssante.fr"
OURS = delivery.MailboxRow("mss-aphm", "aphm", "lettres@aphm.mssante.fr")
DIABETES = Antecedent(Term("Diabète de type 2", "http://hl7.org/fhir/sid/icd-10", "E11"), True, date(2015, 4, 1))
PENICILLIN = Allergy(Term("Pénicilline"), "medication", "high", "Urticaire")
METFORMIN = Medicine(Term("Metformine 500 mg"), "1 matin et soir", began_on=date(2015, 5, 1))
ASKED = Asked("aphm", "", "Cardiologie", Urgency.URGENT, "Douleur thoracique d’effort", "Une coronarographie ?")


@pytest.fixture(autouse=True)
def ground(db):
    cast.lay_the_ground()


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def colette(at):
    colette = cast.colette()
    set_correspondence(mailbox=BOX, notice_address="", wants_notices=False, by=colette.viewer, at=at)
    return colette


@pytest.fixture
def person(colette):
    person_id, _ = cast.a_patient("aphm")
    cast.chooses(person_id, colette)
    return person_id


def stored(type_, id_):
    return fhir.loads(record.read(type_, id_).body)


def a_pdf(**root):
    written = io.BytesIO()
    made = pikepdf.new()
    made.add_blank_page()
    for name, value in root.items():
        made.Root[f"/{name}"] = value
    made.save(written, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return written.getvalue()


def a_cda(*, name="D’ALLÈGRE", matricule=cast.MATRICULE, born=date(1979, 3, 28)):
    return cda.write(
        cda.DocumentKind.LAB_REPORT,
        patient=cda.PatientHeader(
            (cda.InstanceId(cda.INS_NIR_TEST, matricule),) if matricule else (), name, "", ("Zoé",), born, "F"
        ),
        author=cda.Author(None, "Mistral", "Colette"),
        organisation=cda.Organisation(None, "Cabinet"),
        at=timezone.now(),
        sections=[("Conclusion", ["Sans particularité."])],
        unique_id=f"2.25.{uuid4().int}",
    )


@pytest.mark.parametrize(
    ("declared", "type_"),
    [(DIABETES, "Condition"), (PENICILLIN, "AllergyIntolerance"), (METFORMIN, "MedicationStatement")],
)
def test_what_is_declared_says_who_says_it_and_is_amended_by_a_new_version(declared, type_, person, colette, at):
    id_ = declare(person_id=person, declared=declared, by=colette.viewer, at=at)
    again = declare(person_id=person, declared=declared, by=colette.viewer, at=at, resource_id=id_)
    other = type(declared)(**{**_fields(declared), "note": "Précision"})
    declare(person_id=person, declared=other, by=colette.viewer, at=at + timedelta(days=1), resource_id=id_)

    resource = stored(type_, id_)
    assert again == id_
    assert resource["meta"]["tag"][0]["display"] == "Déclaré par le médecin traitant"
    assert "Dr Colette Mistral" in str(resource.get("asserter") or resource.get("informationSource"))
    assert resource["note"] == [{"text": "Précision"}]
    assert resource["meta"]["versionId"] == str(len(record.history(type_, id_)))


def test_what_was_declared_by_mistake_is_withdrawn_and_stays_in_the_history(person, colette, at):
    id_ = declare(person_id=person, declared=PENICILLIN, by=colette.viewer, at=at)

    withdraw(person_id=person, type_="AllergyIntolerance", resource_id=id_, by=colette.viewer, at=at)

    assert stored("AllergyIntolerance", id_)["verificationStatus"]["coding"][0]["code"] == "entered-in-error"
    assert len(record.history("AllergyIntolerance", id_)) == 2


def test_only_its_author_changes_what_was_declared(person, colette, at):
    id_ = declare(person_id=person, declared=DIABETES, by=colette.viewer, at=at)
    paul = cast.Someone("Dr Paul Lou", cast.Role.TOWN_DOCTOR)
    cast.chooses(person, paul, is_main_doctor=False)

    with pytest.raises(AccessRefused):
        declare(person_id=person, declared=DIABETES, by=paul.viewer, at=at, resource_id=id_)


def test_nothing_is_written_for_a_patient_who_did_not_choose_this_doctor(colette, at):
    stranger, _ = cast.a_patient("aphm", matricule="277076322082910")
    told = ReportTold("11488-4", "Consultation", date(2026, 3, 1))

    for act in (
        lambda: declare(person_id=stranger, declared=DIABETES, by=colette.viewer, at=at),
        lambda: add_report(person_id=stranger, content=a_pdf(), told=told, by=colette.viewer, at=at),
        lambda: ask_referral(person_id=stranger, asked=ASKED, by=colette.viewer, at=at),
    ):
        with pytest.raises(AccessRefused):
            act()


def test_a_report_is_in_the_record_with_its_type_and_its_author(person, colette, at):
    told = ReportTold("11488-4", "Consultation de cardiologie", date(2026, 3, 1))

    id_ = add_report(person_id=person, content=a_pdf(), told=told, by=colette.viewer, at=at)

    row = next(row for row in record.documents(colette.viewer, person, at=at) if row.id == id_)
    assert (row.title, row.type_code, row.author) == ("Consultation de cardiologie", "11488-4", "Dr Colette Mistral")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "vide"),
        (b"%PDF-" + b"0" * MOST_BYTES, "10 Mo"),
        (b"MZ\x90 un programme", "ni l’un ni l’autre"),
        (b"%PDF-1.7 rien dedans", "abîmé"),
        (a_pdf(OpenAction=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")), "à l’ouverture"),
        (a_pdf(AcroForm=pikepdf.Dictionary(XFA=pikepdf.Array([]))), "dynamique"),
        (a_pdf(Names=pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=pikepdf.Array([])))), "joint"),
        (a_pdf(A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")), "programme"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "ne se lit pas"),
        (b'<?xml version="1.0"?><html/>', "ne se lit pas"),
    ],
)
def test_a_file_that_is_not_fit_says_why_and_nothing_is_kept(content, why, person, colette, at):
    told = ReportTold("11488-4", "Consultation", date(2026, 3, 1))
    with pytest.raises(UnfitFile) as refused:
        add_report(person_id=person, content=content, told=told, by=colette.viewer, at=at)

    assert why in refused.value.why
    assert record.documents(colette.viewer, person, at=at) == []


def test_a_plain_pdf_that_opens_on_a_page_is_fit():
    made = pikepdf.new()
    made.add_blank_page()
    made.Root.OpenAction = pikepdf.Array([made.pages[0].obj, pikepdf.Name.Fit])
    written = io.BytesIO()
    made.save(written)

    assert examine(written.getvalue()).mime == "application/pdf"


def test_a_cda_of_somebody_else_is_not_taken_from_this_page(person, colette, at):
    told = ReportTold("11502-2", "Biologie", date(2026, 3, 1))

    with pytest.raises(UnfitFile, match="pas celui de ce patient"):
        add_report(person_id=person, content=a_cda(name="GARRIGUE"), told=told, by=colette.viewer, at=at)


def test_a_referral_goes_through_its_steps_and_its_answer_comes_back(person, colette, at):
    alice = cast.alice()
    referral = ask_referral(person_id=person, asked=ASKED, by=colette.viewer, at=at)
    move_referral(referral_id=referral.pk, to=ReferralState.RECEIVED, told=Told(), by=alice.viewer, at=at)
    on = at + timedelta(days=3)
    told = Told("À jeun", appointment_at=on, appointment_place="Hôpital de la Timone")
    move_referral(referral_id=referral.pk, to=ReferralState.BOOKED, told=told, by=alice.viewer, at=at)

    answered = answer_referral(referral_id=referral.pk, words="Coronarographie normale.", by=alice.viewer, at=on)

    task, request = stored("Task", referral.task_id), stored("ServiceRequest", referral.pk)
    assert (task["status"], task["businessStatus"]["text"]) == ("completed", "Réponse envoyée")
    assert (request["status"], request["priority"]) == ("completed", "urgent")
    assert task["output"][0]["valueReference"]["reference"] == f"DocumentReference/{answered.answer_document_id}"
    assert [step.state for step in answered.steps.order_by("pk")] == ["sent", "received", "booked", "answered"]
    opened = record.open_document(colette.viewer, answered.answer_document_id, at=on)
    assert "Coronarographie normale." in opened.html
    assert Dispatch.objects.filter(document_id=answered.answer_document_id, addressee="doctor").exists()


def test_a_referral_is_of_the_establishment_it_was_sent_to(person, colette, at):
    referral = ask_referral(person_id=person, asked=ASKED, by=colette.viewer, at=at)

    with pytest.raises(AccessRefused):
        move_referral(referral_id=referral.pk, to=ReferralState.ACCEPTED, told=Told(), by=cast.bob().viewer, at=at)
    with pytest.raises(AccessRefused):
        cancel_referral(referral_id=referral.pk, note="Erreur", by=cast.colette().viewer, at=at)
    assert cancel_referral(referral_id=referral.pk, note="Erreur", by=colette.viewer, at=at).state == "cancelled"


def test_a_refusal_gives_its_reason_and_an_appointment_its_date(person, colette, at):
    alice, referral = cast.alice(), ask_referral(person_id=person, asked=ASKED, by=colette.viewer, at=at)

    for to in (ReferralState.REFUSED, ReferralState.BOOKED, ReferralState.SENT):
        with pytest.raises(StepRefused):
            move_referral(referral_id=referral.pk, to=to, told=Told(), by=alice.viewer, at=at)


@pytest.mark.parametrize("state", list(ReferralState))
def test_nothing_follows_what_is_over(state):
    if not FOLLOWING[state]:
        assert all(refusal_of(state, to, note="x", has_appointment=True) for to in ReferralState)
    else:
        assert any(refusal_of(state, to, note="x", has_appointment=True) is None for to in ReferralState)


def test_a_document_of_the_doctor_that_comes_by_mail_is_filed_once(person, colette, at):
    archive = an_archive(("IHE_XDM/SUBSET01/DOC00001.XML", a_cda()))
    raw = a_mail(("IHE_XDM.ZIP", archive), sender=BOX)

    mail = take_mail(raw=raw, mailbox=OURS, at=at)
    take_mail(raw=raw, mailbox=OURS, at=at)

    rows = record.documents(colette.viewer, person, at=at)
    assert (mail.state, mail.document_ids) == ("filed", [row.id for row in rows])
    assert (rows[0].type_code, rows[0].author) == ("11502-2", "Dr Colette Mistral")
    assert Mail.objects.count() == 1


@pytest.mark.parametrize(
    ("attached", "sender", "why"),
    [
        (("c.xml", a_cda(matricule="")), BOX, "ne porte pas d’INS"),
        (("c.xml", a_cda(matricule="279035121518988")), BOX, "clé"),
        (("c.xml", a_cda(matricule="277076322082910")), BOX, "aucun patient"),
        (("c.xml", a_cda(name="GARRIGUE")), BOX, "nom de naissance"),
        (("c.xml", a_cda(born=date(1979, 3, 29))), BOX, "date de naissance"),
        (("c.xml", a_cda()), "autre@medecin.mssante.fr", "aucun médecin connu"),
        (("c.pdf", a_pdf()), BOX, "PDF seul"),
        (("c.pdf", b"%PDF-1.7 rien"), BOX, "abîmé"),
        (("c.txt", b"bonjour"), BOX, "ni CDA ni PDF"),
    ],
)
def test_a_mail_that_cannot_be_filed_for_sure_waits_and_says_why(attached, sender, why, person, at):
    raw = a_mail(attached, sender=sender)
    mail = take_mail(raw=raw, mailbox=OURS, at=at)

    assert mail.state == "waiting"
    assert why in mail.reason
    assert bytes(mail.raw) == raw


def test_a_mail_of_a_doctor_the_patient_did_not_choose_waits(at, colette):
    cast.a_patient("aphm")

    mail = take_mail(raw=a_mail(("c.xml", a_cda()), sender=BOX), mailbox=OURS, at=at)

    assert (mail.state, mail.reason) == ("waiting", "ce patient n’a pas choisi ce médecin")


def test_a_clinician_files_a_mail_that_waits_for_a_patient_of_theirs(person, colette, at):
    local = pages.local_of(person)
    pages.a_stay(local, documents=0, results=0)
    mail = take_mail(raw=a_mail(("c.pdf", a_pdf()), sender=BOX), mailbox=OURS, at=at)
    alice = cast.alice()

    with pytest.raises(AccessRefused):
        file_mail(mail_id=mail.pk, person_id=person, note="", by=cast.bob().viewer, at=at)
    filed = file_mail(mail_id=mail.pk, person_id=person, note="Nom dans l’objet", by=alice.viewer, at=at)

    assert (filed.state, filed.settled_by) == ("filed", "Dr Alice Garrigue")
    assert [row.id for row in record.documents(alice.viewer, person, at=at)] == filed.document_ids
    with pytest.raises(AlreadySettled):
        set_aside(mail_id=mail.pk, note="doublon", by=alice.viewer, at=at)


def _fields(declared):
    return {name: getattr(declared, name) for name in declared.__dataclass_fields__}
