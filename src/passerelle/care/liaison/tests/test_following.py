"""A letter that left is followed until its doctor has read it; what is late is told once for each level."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as outbox
from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.delivery import api as delivery
from passerelle.care.delivery.mail.composing import message_id
from passerelle.care.delivery.models import Item, State
from passerelle.care.delivery.tests.samples import declare, destination
from passerelle.care.liaison.models import Discharge, Dispatch, Escalation, Letter
from passerelle.care.liaison.rules.ways import Addressee, Way
from passerelle.care.liaison.services.correspondents import MailboxTaken, set_correspondence
from passerelle.care.liaison.services.discharges import note_discharges, note_letters
from passerelle.care.liaison.services.following import escalate, follow, follow_dispatches
from passerelle.care.liaison.services.mails import take_mail
from passerelle.care.liaison.services.notices import send_notices
from passerelle.care.liaison.services.refusals import NoMailbox
from passerelle.care.liaison.services.ways import mail_again, note_other_way
from passerelle.care.liaison.tests import cast
from passerelle.care.liaison.tests.test_letters import signed
from passerelle.care.record import api as record
from passerelle.care.record.tests import pages
from passerelle.core.audit import api as audit
from passerelle.protocols.fhir import api as fhir

pytestmark = pytest.mark.django_db
BOX = "colette.mistral@medecin.mssante.fr"
OURS = "lettres@aphm.mssante.fr"
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(autouse=True)
def ground(db):
    cast.lay_the_ground()


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def secure_mail(tmp_path):
    """The AP-HM has a secure mailbox."""
    options = {"host": "127.0.0.1", "port": 1, "sender": OURS}
    declare(tmp_path / "declared", destination("mss-aphm", "smtp", options, establishment="aphm", sends=["ORU^R01"]))


@pytest.fixture
def colette(at):
    colette = cast.colette()
    set_correspondence(
        mailbox=BOX.upper(), notice_address="cabinet@exemple.invalid", wants_notices=True, by=colette.viewer, at=at
    )
    return colette


@pytest.fixture
def stay(at, colette):
    """A stay at the AP-HM that ended two hours ago, of a patient whose doctor is Colette."""
    person_id, local = cast.a_patient("aphm")
    cast.chooses(person_id, colette)
    stay_id = pages.a_stay(local, days=4, lasting=4, documents=0, results=0)
    return cast.a_discharge(local, stay_id, left_at=at - timedelta(hours=2)), person_id


def ways():
    return sorted(Dispatch.objects.values_list("addressee", "way", "mailbox"))


def test_a_letter_leaves_to_the_spaces_and_by_secure_mail_to_both(stay, secure_mail, at):
    signed(stay[0].pk, cast.alice(), at)

    assert ways() == [
        ("doctor", "mail", BOX),
        ("doctor", "space", ""),
        ("patient", "mail", f"{cast.MATRICULE}@patient.mssante.fr"),
        ("patient", "space", ""),
    ]
    items = {item.recipient: item.state for item in Item.objects.all()}
    assert items == {BOX: State.WAITING, f"{cast.MATRICULE}@patient.mssante.fr": State.WAITING}


def test_a_doctor_whom_the_patient_refuses_gets_nothing(stay, colette, secure_mail, at):
    discharge, person_id = stay
    whom = consent.Whom(account_id=colette.account.pk)
    voice = consent.Voice(audit.Actor(None, "Zoé"))
    consent.oppose(
        person_id=person_id,
        scope=consent.Scope.PROFESSIONAL,
        whom=whom,
        label="Dr Colette Mistral",
        by=voice,
        at=at - timedelta(hours=1),
    )

    signed(discharge.pk, cast.alice(), at)

    assert ways() == [("patient", "space", "")]


def test_what_a_minor_keeps_secret_goes_to_their_own_space_alone(colette, secure_mail, at):
    person_id, local = cast.a_patient("aphm", born=at.date() - timedelta(days=15 * 365))
    cast.chooses(person_id, colette)
    stay_id = pages.a_stay(local, days=2, lasting=2, documents=0, results=0)
    discharge = cast.a_discharge(local, stay_id, left_at=at - timedelta(hours=2))
    voice = consent.Voice(audit.Actor(None, "Zoé"))
    consent.keep_secret(
        person_id=person_id, item=consent.Item.STAY, item_id=stay_id, by=voice, at=at - timedelta(hours=1)
    )

    signed(discharge.pk, cast.alice(), at)

    assert ways() == [("patient", "space", "")]
    assert not Item.objects.exists()


def test_a_patient_without_qualified_identity_has_no_mailbox_and_the_page_says_why(secure_mail, colette, at):
    person_id, local = cast.a_patient("aphm", status="PROV")
    cast.chooses(person_id, colette)
    stay_id = pages.a_stay(local, days=4, lasting=4, documents=0, results=0)
    signed(cast.a_discharge(local, stay_id, left_at=at).pk, cast.alice(), at)

    refused = Dispatch.objects.get(addressee="patient", way="mail")

    assert refused.failed_at == at
    assert "qualifiée" in refused.failure
    assert Item.objects.get().recipient == BOX


def test_the_answer_of_the_server_is_its_receipt_and_the_notice_of_the_doctor_its_reading(stay, secure_mail, at):
    signed(stay[0].pk, cast.alice(), at)
    item = Item.objects.get(recipient=BOX)
    Item.objects.filter(pk=item.pk).update(state=State.DELIVERED, settled_at=at + timedelta(minutes=1))
    follow_dispatches(at=at)
    received = Dispatch.objects.get(addressee="doctor", way="mail")
    mailbox = delivery.MailboxRow("mss-aphm", "aphm", OURS)

    kept = take_mail(raw=_notice(item), mailbox=mailbox, at=at + timedelta(hours=1))
    take_mail(raw=_notice(item), mailbox=mailbox, at=at + timedelta(hours=2))
    follow_dispatches(at=at + timedelta(hours=2))

    read = Dispatch.objects.get(pk=received.pk)
    assert (received.received_at, received.read_at) == (at + timedelta(minutes=1), None)
    assert (kept.state, read.read_at) == ("notice", at + timedelta(hours=1))


def test_what_the_server_refuses_is_told_in_its_own_words(stay, secure_mail, at):
    signed(stay[0].pk, cast.alice(), at)
    Item.objects.filter(recipient=BOX).update(state=State.FAILED, settled_at=at, reason="550 boîte inconnue")

    follow_dispatches(at=at)

    refused = Dispatch.objects.get(addressee="doctor", way="mail")
    assert (refused.failed_at, refused.failure) == (at, "550 boîte inconnue")


def test_a_mail_that_comes_back_says_so(stay, secure_mail, at):
    signed(stay[0].pk, cast.alice(), at)
    item = Item.objects.get(recipient=BOX)
    Item.objects.filter(pk=item.pk).update(state=State.DELIVERED, settled_at=at)
    returned = (
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a\r\n\r\n"
        f"Final-Recipient: rfc822; {BOX}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 boîte fermée\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id(item.pk, OURS)}\r\n\r\n--b--\r\n"
    ).encode()

    take_mail(raw=returned, mailbox=delivery.MailboxRow("mss-aphm", "aphm", OURS), at=at + timedelta(hours=1))
    follow_dispatches(at=at + timedelta(hours=1))

    refused = Dispatch.objects.get(addressee="doctor", way="mail")
    assert refused.failed_at == at + timedelta(hours=1)
    assert "550" in refused.failure


def test_opening_the_letter_in_the_space_is_reading_it(stay, colette, at):
    discharge, person_id = stay
    letter = signed(discharge.pk, cast.alice(), at)
    patient = cast.zoe(person_id)

    record.open_document(colette.viewer, letter.document_id, at=at + timedelta(minutes=5))
    record.open_document(patient.viewer, letter.document_id, at=at + timedelta(minutes=9))
    follow_dispatches(at=at + timedelta(minutes=10))

    read = dict(Dispatch.objects.filter(way="space").values_list("addressee", "read_at"))
    assert read == {"doctor": at + timedelta(minutes=5), "patient": at + timedelta(minutes=9)}


def test_a_late_letter_is_escalated_once_at_six_and_once_the_next_morning(at):
    left_at = datetime.combine(timezone.localdate(at) - timedelta(days=2), datetime.min.time(), tzinfo=PARIS)
    left_at += timedelta(hours=11)
    _, local = cast.a_patient("aphm")
    cast.a_discharge(local, pages.a_stay(local, documents=0, results=0), left_at=left_at)
    hours = (6.9, 7.1, 8, 20.9, 21.1, 30)
    told = [escalate(at=left_at + timedelta(hours=after)) for after in hours]

    assert told == [0, 1, 0, 0, 1, 0]
    assert set(Escalation.objects.values_list("level", flat=True)) == {"same_day", "next_day"}


def test_an_unread_letter_is_escalated_until_another_way_is_noted(stay, at):
    letter = signed(stay[0].pk, cast.alice(), at)

    assert escalate(at=at + timedelta(hours=71)) == 0
    assert escalate(at=at + timedelta(hours=73)) == 1

    Escalation.objects.all().delete()
    note_other_way(
        letter_id=letter.pk,
        way=Way.PHONE,
        addressee=Addressee.DOCTOR,
        note="Lue au cabinet",
        by=cast.alice().viewer,
        at=at,
    )
    assert escalate(at=at + timedelta(hours=73)) == 0


def test_a_letter_is_mailed_again_when_there_is_a_mailbox(stay, secure_mail, at):
    letter = signed(stay[0].pk, cast.alice(), at)

    mail_again(letter_id=letter.pk, by=cast.alice().viewer, at=at + timedelta(hours=1))

    assert Item.objects.filter(recipient=BOX).count() == 2


def test_a_letter_is_not_mailed_again_without_secure_mail(stay, at):
    letter = signed(stay[0].pk, cast.alice(), at)

    with pytest.raises(NoMailbox):
        mail_again(letter_id=letter.pk, by=cast.alice().viewer, at=at)


def test_a_stay_that_ends_starts_the_clock_and_one_that_goes_on_stops_it(at):
    _, local = cast.a_patient("aphm")
    stay_id = pages.a_stay(local, days=3, lasting=3, documents=0, results=0)
    note_discharges(at=at)
    ended = Discharge.objects.get(pk=stay_id)
    resource = fhir.loads(record.read("Encounter", stay_id).body)
    going_on = {**resource, "status": "in-progress", "period": {"start": resource["period"]["start"]}}

    record.put(going_on, local_identity_id=local, at=at, source="essai")
    note_discharges(at=at + timedelta(minutes=1))

    assert (ended.establishment, ended.cancelled_at) == ("aphm", None)
    assert Discharge.objects.get(pk=stay_id).cancelled_at == at + timedelta(minutes=1)


def test_an_emergency_visit_asks_for_no_letter(at):
    _, local = cast.a_patient("aphm")
    stay_id = pages.a_stay(local, days=1, lasting=0, documents=0, results=0)
    resource = fhir.loads(record.read("Encounter", stay_id).body)
    record.put(resource | {"class": {"code": "EMER"}}, local_identity_id=local, at=at, source="essai")

    note_discharges(at=at)

    assert not Discharge.objects.exists()


def test_a_letter_that_came_by_message_answers_its_stay_once(colette, at):
    person_id, local = cast.a_patient("aphm")
    cast.chooses(person_id, colette)
    stay_id = pages.a_stay(local, days=3, lasting=2, documents=1, results=0)

    follow(at=at)
    note_letters(at=at + timedelta(minutes=1))

    letter = Letter.objects.get()
    assert (letter.origin, letter.discharge_id) == ("received", stay_id)
    assert Discharge.objects.get().answered_at == letter.signed_at
    assert sorted(Dispatch.objects.values_list("addressee", "way")) == [("doctor", "space"), ("patient", "space")]


def test_a_notice_tells_that_something_awaits_and_nothing_else(stay, at):
    signed(stay[0].pk, cast.alice(), at)

    assert send_notices(at=at + timedelta(minutes=1)) == 1
    assert send_notices(at=at + timedelta(hours=21)) == 0
    sent = outbox.outbox[0]
    assert sent.to == ["cabinet@exemple.invalid"]
    assert not {"ALLÈGRE", "Orthopédie", "Zoé", "AP-HM"} & set(sent.body.split())


def test_a_mailbox_is_of_one_doctor(colette, at):
    with pytest.raises(MailboxTaken):
        set_correspondence(mailbox=BOX, notice_address="", wants_notices=False, by=cast.colette().viewer, at=at)


def _notice(item):
    return (
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        f"Final-Recipient: rfc822; {BOX}\r\nOriginal-Message-ID: {message_id(item.pk, OURS)}\r\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n"
    ).encode()
