"""Documents that ask for the national record, and the answers of a platform that publishes them."""

from uuid import uuid4

import pytest
from msgspec.structs import replace

from passerelle.care.delivery.inbound import forward
from passerelle.care.delivery.models import Item, Step
from passerelle.care.delivery.rules.national_record import NO_GATEWAY, national_record_refusal
from passerelle.care.delivery.selectors.telling import effects
from passerelle.care.delivery.services.answers import file_answer
from passerelle.care.delivery.tests.samples import AT, declare, destination, mllp_options
from passerelle.care.delivery.tests.test_forwarding import channel
from passerelle.care.delivery.tests.test_mail import event as document_event
from passerelle.care.exchange.api import Inbound
from passerelle.care.exchange.tests.samples import open_facility
from passerelle.protocols import hl7v2, pamfr


def event(**asked):
    asked = {"to_professionals": False, "to_patient": False, "to_dmp": True, "wants_dmp_receipt": True, **asked}
    told = frozenset({"DESTDMP", "ACK_RECEPTION_DMP"})
    return document_event(**{**asked, "told": told, "wants_mss_receipt": False, "wants_reading_receipt": False})


def inbound_of(told, control_id="ORU1", sender="LABO"):
    raw = pamfr.write(told, pamfr.Envelope(sender, "CHU-X", "PFI", "GHT", control_id))
    message = hl7v2.parse(raw)
    return Inbound(uuid4(), "essai", sender, AT, pamfr.read(message), message)


def arrive(told, **envelope):
    inbound = inbound_of(told, **envelope)
    forward(inbound)
    return inbound


def laboratory():
    return destination("labo", options=mllp_options(1, receiving_application="LABO"), sends=["ZAM^*"])


def platform(code="pfi", **options):
    options = mllp_options(1, receiving_application="PFI", receiving_facility="GHT", **options)
    return destination(code, options=options, sends=["ORU^*", "MDM^*"])


def told_effects(inbound):
    return [(effect.title, effect.text) for effect in effects(inbound)]


def without_qualified_identity(told):
    return replace(told, patient=replace(told.patient, status=pamfr.IdentityStatus.VALIDEE, ins=None))


def test_what_is_not_asked_is_not_refused():
    assert national_record_refusal(event(to_dmp=False), has_gateway=False) is None
    assert national_record_refusal(replace(event(), documents=()), has_gateway=False) is None


def test_the_national_record_asks_for_a_qualified_identity_before_anything_else():
    refusal = national_record_refusal(without_qualified_identity(event()), has_gateway=True)

    assert refusal == "non transmis\u00a0: la publication au DMP demande une identité qualifiée"


def test_what_the_table_of_routes_does_not_hold_is_refused_in_its_words():
    refusal = national_record_refusal(event(to_patient=True), has_gateway=True)

    assert refusal.startswith("non transmis\u00a0: un envoi au seul patient ne va pas avec une publication au DMP")


@pytest.fixture
def places(db):
    open_facility("CHU-X", "essai")


def test_a_document_for_the_national_record_without_gateway_is_refused_to_its_sender(places, tmp_path):
    declare(tmp_path / "d", channel("labo"), laboratory())

    inbound = arrive(event())
    forward(inbound)

    item = Item.objects.get()
    assert item.destination == "labo"
    answer = pamfr.read(hl7v2.parse(bytes(item.payload)))
    assert (answer.trigger, answer.is_ok, answer.about) == ("Z01", False, "ORU1")
    assert answer.error.label == NO_GATEWAY
    assert ("Publication au DMP demandée", NO_GATEWAY) in told_effects(inbound)
    assert ("Envoi ZAM^Z01 vers Application labo", "à envoyer") in told_effects(inbound)


def test_a_sender_that_asked_for_no_receipt_gets_none_and_the_page_still_says_it(places, tmp_path):
    declare(tmp_path / "d", channel("labo"), laboratory())

    inbound = arrive(event(wants_dmp_receipt=False))

    assert not Item.objects.exists()
    assert told_effects(inbound) == [("Publication au DMP demandée", NO_GATEWAY)]


def test_a_platform_that_publishes_gets_the_document_and_nothing_is_refused(places, tmp_path):
    declare(tmp_path / "d", channel("pfi"), laboratory(), platform(publishes_to_dmp=True))

    inbound = arrive(event())

    assert list(Item.objects.values_list("destination", "code")) == [("pfi", "ORU")]
    assert [title for title, _ in told_effects(inbound)] == ["Envoi ORU^R01 vers Application pfi"]


def test_a_platform_that_does_not_say_that_it_publishes_is_no_gateway(places, tmp_path):
    declare(tmp_path / "d", channel("pfi"), laboratory(), platform())

    arrive(event())

    assert sorted(Item.objects.values_list("destination", "code")) == [("labo", "ZAM"), ("pfi", "ORU")]


# ---------------------------------------------------------------- answers of a platform above us


def answer(trigger="Z01", *, is_ok=True, about="ORU1", to="LABO", why="", mailbox=""):
    error = None if is_ok else pamfr.ReceiptError(application_code="DMPFault", label=why)
    told = pamfr.BusinessAckEvent(trigger, AT, AT, about, is_ok, mailbox, error=error)
    message = hl7v2.parse(pamfr.write(told, pamfr.Envelope("PFI", "GHT", to, "CHU-X", f"ZAM-{uuid4().hex[:8]}")))
    return Inbound(uuid4(), "essai", "PFI", AT, pamfr.read(message), message)


@pytest.fixture
def sent(places, tmp_path):
    declare(tmp_path / "d", channel("pfi"), laboratory(), platform(publishes_to_dmp=True))
    arrive(event())
    return Item.objects.get(code="ORU")


@pytest.mark.parametrize(
    ("trigger", "is_ok", "kind", "note"),
    [
        ("Z01", True, "handed", "DMP"),
        ("Z01", False, "turned_down", "DMP\u00a0: document déjà publié"),
        ("Z02", True, "handed", "boîte\u00a0anne@mssante.fr"),
        ("Z03", True, "read", "lecteur\u00a0anne@mssante.fr"),
        ("Z03", False, "turned_down", "lecteur\u00a0anne@mssante.fr\u00a0: document déjà publié"),
    ],
)
def test_an_answer_of_a_platform_is_a_step_of_the_item_it_is_about_once(sent, trigger, is_ok, kind, note):
    mailbox = "" if trigger == "Z01" else "anne@mssante.fr"
    inbound = answer(trigger, is_ok=is_ok, why="document déjà publié", mailbox=mailbox)

    file_answer(inbound)
    file_answer(inbound)

    step = Step.objects.get()
    assert (step.item_id, step.kind, step.note, bytes(step.answer)) == (sent.pk, kind, note, inbound.message.to_bytes())
    assert told_effects(inbound) == [("Accusé métier de l’envoi vers Application pfi", "noté dans ses étapes")]


def test_an_answer_is_passed_on_to_the_application_that_asked_for_it(sent):
    file_answer(answer(is_ok=False, why="document déjà publié"))

    passed_on = pamfr.read(hl7v2.parse(bytes(Item.objects.get(destination="labo").payload)))
    assert (passed_on.trigger, passed_on.is_ok, passed_on.about) == ("Z01", False, "ORU1")
    assert (passed_on.error.application_code, passed_on.error.label) == ("DMPFault", "document déjà publié")


def test_an_answer_about_nothing_of_ours_stays_with_its_message(sent):
    inbound = answer(about="INCONNU")

    file_answer(inbound)

    assert not Step.objects.exists()
    assert [title for title, _ in told_effects(inbound)] == ["Accusé métier sans envoi correspondant"]


def test_two_applications_that_number_alike_are_told_apart_by_whom_the_answer_is_for(sent):
    arrive(event(), sender="RADIO")
    theirs = Item.objects.filter(code="ORU").latest("pk")

    file_answer(answer(to="RADIO"))
    file_answer(answer(to="PERSONNE"))

    assert list(Step.objects.values_list("item_id", flat=True)) == [theirs.pk]
    assert theirs.pk != sent.pk
