"""A stay given to another patient (A44). Source: IHE PAM France 2.11, ITI-31, move account information."""

from uuid import UUID

import pytest
from django.db import transaction
from msgspec.structs import replace

from passerelle.care.exchange.api import Rejected
from passerelle.care.identity import api as identity
from passerelle.care.identity.inbound import handle as identify
from passerelle.care.identity.tests.cast import adt, at, inbound, ipp, make_establishments, patient
from passerelle.care.record import api as record
from passerelle.care.record.inbound import handle as apply
from passerelle.protocols import fhir, pamfr

pytestmark = pytest.mark.django_db
NDA = pamfr.Identifier("N1", "AN", "APHM", "1.2.0")
OTHER_NDA = pamfr.Identifier("N2", "AN", "APHM", "1.2.0")


@pytest.fixture(autouse=True)
def ground(db):
    make_establishments()


def arrive(event, *, received=0.0):
    message = inbound(event, "aphm", received=at(received))
    identify(message)
    apply(message)
    return identity.locate(event.patient, establishment="aphm")


def admission(number, hours=0, account=NDA, trigger="A01"):
    event = adt(trigger, replace(patient(number), account=account), when=at(hours))
    movement = pamfr.Movement((pamfr.Identifier(f"M{hours}"),), at(hours), care_unit=pamfr.Unit("1001", "Chirurgie"))
    return replace(event, visit=pamfr.Visit(patient_class="I"), movement=movement)


def report(number):
    document = pamfr.InboundDocument(
        1, "add", "11502-2", "LN", "Compte rendu", "application/pdf", b"%PDF-1.4 essai", unique_id="1.2.3.4"
    )
    return pamfr.DocumentEvent(
        kind="MDM",
        trigger="T02",
        occurred_at=at(2),
        patient=replace(patient(number), account=NDA),
        recorded_at=at(2),
        documents=(document,),
    )


def move(from_, to, hours=4, account=NDA):
    event = adt("A44", replace(patient(to), account=account), when=at(hours))
    return replace(event, prior=(ipp(from_),), prior_account=account)


def pieces(reference):
    return {
        type_: [row.id for row in record.search(type_, {}, local_identity_ids=[reference.id]).rows]
        for type_ in ("Encounter", "DocumentReference")
    }


def test_the_stay_and_its_documents_go_to_the_other_patient():
    wrong = arrive(admission("1"))
    arrive(report("1"))
    before = pieces(wrong)

    right = arrive(move("1", "2"))

    assert before["Encounter"]
    assert before["DocumentReference"]
    assert pieces(right) == before
    assert pieces(wrong) == {"Encounter": [], "DocumentReference": []}


def test_what_moved_names_the_new_patient_and_its_history_the_former():
    wrong = arrive(admission("1"))
    right = arrive(move("1", "2"))
    (stay,) = pieces(right)["Encounter"]

    told = [fhir.loads(one.body)["subject"]["reference"] for one in record.history("Encounter", stay)]

    assert told[0] == f"Patient/{right.id}"
    assert set(told[1:]) == {f"Patient/{wrong.id}"}


def test_the_bytes_of_a_document_go_with_it():
    arrive(admission("1"))
    arrive(report("1"))
    right = arrive(move("1", "2"))

    document = record.search("DocumentReference", {}, local_identity_ids=[right.id]).rows[0]
    url = fhir.loads(document.body)["content"][0]["attachment"]["url"]
    content = record.read_content(UUID(url.removeprefix("Binary/")))

    assert content.local_identity_id == right.id
    assert content.content == b"%PDF-1.4 essai"


def test_what_is_not_of_that_stay_remains():
    wrong = arrive(admission("1"))
    arrive(admission("1", 1, account=OTHER_NDA))

    arrive(move("1", "2"))

    (kept,) = pieces(wrong)["Encounter"]
    assert fhir.loads(record.read("Encounter", kept).body)["identifier"][0]["value"] == "N2"


def test_the_same_move_again_changes_nothing():
    arrive(admission("1"))
    right = arrive(move("1", "2"))
    (stay,) = pieces(right)["Encounter"]
    versions = len(record.history("Encounter", stay))

    arrive(move("1", "2"))

    assert len(record.history("Encounter", stay)) == versions


def test_a_late_event_of_the_stay_follows_it():
    wrong = arrive(admission("1"))
    right = arrive(move("1", "2"))

    arrive(admission("1", 3, trigger="A03"))

    (stay,) = pieces(right)["Encounter"]
    assert fhir.loads(record.read("Encounter", stay).body)["status"] == "finished"
    assert pieces(wrong)["Encounter"] == []


def test_a_move_and_the_move_back_leave_the_stay_where_it_was():
    wrong = arrive(admission("1"))
    before = pieces(wrong)
    arrive(move("1", "2"))

    arrive(move("2", "1", hours=5))

    assert pieces(wrong) == before


@pytest.mark.parametrize(
    ("event", "where"),
    [
        (move("9", "2"), "MRG-1"),
        (move("1", "2", account=OTHER_NDA), "MRG-3"),
        (replace(move("1", "2"), prior=()), "MRG-1"),
    ],
)
def test_a_move_that_cannot_be_waits_for_a_human_and_changes_nothing(event, where):
    wrong = arrive(admission("1"))
    before = pieces(wrong)

    with pytest.raises(Rejected) as refusal, transaction.atomic():  # as the worker does
        arrive(event)

    assert refusal.value.where == where
    assert pieces(wrong) == before


def test_a_stay_of_a_third_patient_is_not_taken():
    arrive(admission("3"))
    arrive(admission("1", 1, account=OTHER_NDA))

    with pytest.raises(Rejected), transaction.atomic():
        arrive(move("1", "2"))
