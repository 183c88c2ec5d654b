"""What gateways call: receipts, and what people write."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from passerelle.core.notify import api as notify
from passerelle.core.notify import listening
from passerelle.core.notify.models import Answer, Message, State
from passerelle.core.notify.rules.meanings import meaning_of
from passerelle.core.notify.services.hearing import deal_with_kept, take_answer
from passerelle.core.notify.services.receipts import take_receipt
from passerelle.core.notify.signing import sign
from passerelle.core.notify.tests.cast import AT, awaits, number

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch):
    monkeypatch.setattr(listening, "_listeners", {})
    told = []

    def listen(answer):
        told.append(answer)
        return notify.Reply("confirmé", "something_awaits_sms", {"place": "aphm", "link": "rappels/r/X"})

    notify.on_answer(listen, prefix="essai")
    return told


def _asked(rank, about, *, to=0):
    notify.enqueue([awaits(rank, to=number(to), about=about)], at=AT)
    Message.objects.filter(key=f"essai:{rank}").update(state="sent", expects_answer=True, begun_at=AT)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("STOP", "stop"),
        ("stop.", "stop"),
        ("Stop SMS", "stop"),
        ("arrêt", "stop"),
        ("merci, stop", "stop"),
        ("Reprendre", "resume"),
        ("Oui", "yes"),
        ("OUI !", "yes"),
        ("1", "yes"),
        ("je confirme", "yes"),
        ("non", "no"),
        ("2", "no"),
        ("oui mais pas avant 10 h", "other"),
        ("Je ne sais pas s'il faut non", "other"),
        ("", "other"),
        ("👍", "other"),
    ],
)
def test_a_short_reply_is_understood(text, meaning):
    assert meaning_of(text) == meaning


def test_receipts_lead_to_delivered_in_any_order_and_twice():
    notify.enqueue([awaits(0)], at=AT)
    public_id = Message.objects.get().public_id

    for bits in (8, 1, 8, 2, 1):
        take_receipt(public_id=public_id, bits=bits, at=AT)

    assert Message.objects.get().state == State.DELIVERED
    assert Message.objects.get().steps.count() == 2


@pytest.mark.parametrize("bits", [2, 16])
def test_a_message_not_delivered_has_failed(bits):
    notify.enqueue([awaits(0)], at=AT)

    take_receipt(public_id=Message.objects.get().public_id, bits=bits, at=AT)

    assert notify.followed(["essai:0"])["essai:0"].has_failed


def test_a_receipt_is_believed_with_its_signature_only(client):
    notify.enqueue([awaits(0)], at=AT)
    public_id = Message.objects.get().public_id

    good = reverse("notify:receipt", args=[public_id, sign(public_id)])
    bad = reverse("notify:receipt", args=[public_id, sign(uuid4())])
    unknown = uuid4()

    assert client.get(bad, {"etat": "1"}).status_code == 403
    assert client.get(good, {"etat": "vingt"}).status_code == 400
    assert client.get(reverse("notify:receipt", args=[unknown, sign(unknown)]), {"etat": "1"}).status_code == 404
    assert client.get(good, {"etat": "1", "ref": "abc-def-gh"}).status_code == 204
    assert Message.objects.get().state == State.DELIVERED


def test_an_sms_from_a_person_needs_the_key(client, settings):
    settings.SMS_GATEWAY = {**settings.SMS_GATEWAY, "inbound_key": "cle-des-essais"}
    written = {"de": "+33639980000", "texte": "STOP", "id": "7"}

    assert client.get("/envois-aux-personnes/recus/", written).status_code == 403
    assert client.get("/envois-aux-personnes/recus/", {**written, "cle": "autre"}).status_code == 403
    assert client.get("/envois-aux-personnes/recus/", {**written, "cle": "cle-des-essais"}).content == b""

    assert notify.has_stopped(number(0))


def test_an_sms_with_a_character_that_the_database_refuses_is_kept(client, settings):
    settings.SMS_GATEWAY = {**settings.SMS_GATEWAY, "inbound_key": "cle-des-essais"}
    written = {"de": "0639980000", "texte": "OUI\0", "id": "7", "cle": "cle-des-essais"}

    assert client.get("/envois-aux-personnes/recus/", written).status_code == 200

    assert Answer.objects.get().text == "OUI"


def test_without_a_key_no_answer_is_taken(client, settings):
    settings.SMS_GATEWAY = {**settings.SMS_GATEWAY, "inbound_key": ""}

    assert client.get("/envois-aux-personnes/recus/", {"de": "1", "cle": ""}).status_code == 403


def test_stop_is_confirmed_once_and_reprendre_brings_back():
    take_answer(sender=number(0), text="STOP", at=AT, reference="1")
    take_answer(sender=number(0), text="STOP", at=AT + timedelta(minutes=2), reference="2")

    assert notify.has_stopped(number(0))
    assert [one.template for one in Message.objects.all()] == ["stop_noted"]
    assert Message.objects.get().state == "waiting"

    take_answer(sender=number(0), text="Reprendre", at=AT + timedelta(hours=1), reference="3")

    assert not notify.has_stopped(number(0))
    assert notify.enqueue([awaits(0)], at=AT).kept == 1


def test_the_same_sms_told_twice_is_heard_once(heard):
    _asked(0, "essai:a")

    for _ in range(2):
        take_answer(sender=number(0), text="OUI", at=AT, reference="9")

    assert [one.about for one in heard] == ["essai:a"]
    assert Answer.objects.get().outcome == "confirmé"
    assert Message.objects.filter(key__startswith="reply:").count() == 1


def test_two_reminders_of_one_appointment_are_one_question(heard):
    _asked(0, "essai:a")
    _asked(1, "essai:a")

    take_answer(sender=number(0), text="OUI", at=AT, reference="1")

    assert [one.said for one in heard] == ["yes"]


def test_when_two_questions_are_open_nobody_guesses(heard):
    _asked(0, "essai:a")
    _asked(1, "essai:b")

    take_answer(sender=number(0), text="OUI", at=AT, reference="1")

    assert heard == []
    assert Message.objects.get(key__startswith="reply:").template == "several_questions"


def test_an_answer_to_nothing_is_told_so(heard):
    take_answer(sender=number(0), text="OUI", at=AT, reference="1")

    assert heard == []
    assert Message.objects.get().template == "not_understood"


def test_two_machines_do_not_answer_each_other_for_ever():
    for rank in range(12):
        take_answer(sender=number(0), text=f"Message automatique {rank}", at=AT, reference=str(rank))

    assert Message.objects.count() == 4
    assert Answer.objects.count() == 12


def test_an_answer_that_a_fault_left_aside_is_dealt_with_later(monkeypatch):
    monkeypatch.setattr(listening, "_listeners", {})
    _asked(0, "essai:a")
    said = []

    def listen(answer):
        said.append(answer)
        if len(said) == 1:
            raise RuntimeError
        return notify.Reply("confirmé")

    notify.on_answer(listen, prefix="essai")
    assert take_answer(sender=number(0), text="OUI", at=AT, reference="1").outcome == ""

    assert deal_with_kept(at=AT + timedelta(minutes=1)) == 1

    assert Answer.objects.get().outcome == "confirmé"
    assert deal_with_kept(at=AT + timedelta(minutes=2)) == 0


def test_a_word_instead_of_a_number_is_kept_and_answered_by_nothing():
    take_answer(sender="OPERATEUR", text="Promotion", at=AT, reference="1")

    assert Answer.objects.get().sender == "OPERATEUR"
    assert Message.objects.count() == 0
