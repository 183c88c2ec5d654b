"""Appointments from SIU messages, and choices from ZFA. Source: HL7 v2.5, chapter 10; IHE PAM France 2.11, ZFA."""

from datetime import timedelta
from itertools import permutations

import pytest
from msgspec.structs import replace

from passerelle.care.exchange.api import Rejected
from passerelle.care.identity import api as identity
from passerelle.care.identity.inbound import handle as identify
from passerelle.care.identity.tests.cast import adt, at, inbound, make_establishments, patient
from passerelle.care.record import api as record
from passerelle.care.record.inbound import handle as apply
from passerelle.care.record.models import AppointmentEvent, DmpChoice
from passerelle.care.record.rules.columns import columns_of
from passerelle.protocols import fhir, pamfr

pytestmark = pytest.mark.django_db
SHOWN = ("status", "start", "end", "comment", "cancelationReason")
NUMBER = pamfr.Identifier("RDV1", "", "APHM", "1.2.0")


@pytest.fixture(autouse=True)
def ground(db):
    make_establishments()


def siu(trigger, hours, *, recorded=None, who=None, **parts):
    told = pamfr.Appointment(filler=NUMBER, starts_at=at(hours), ends_at=at(hours + 0.5), **parts)
    return pamfr.AppointmentEvent(
        trigger=trigger,
        occurred_at=at(recorded or 0),
        recorded_at=at(recorded or 0),
        patient=who or patient("1"),
        appointment=told,
    )


def arrive(event, *, received=0.0):
    message = inbound(event, "aphm", received=at(received))
    identify(message)
    apply(message)
    return identity.locate(event.patient, establishment="aphm")


def the_appointment(reference):
    rows = record.search("Appointment", {}, local_identity_ids=[reference.id]).rows
    assert len(rows) == 1
    return fhir.loads(rows[0].body)


def test_a_booking_becomes_an_appointment_of_the_patient():
    doctor = pamfr.Practitioner("Martin", "Claude", pamfr.Identifier("90000000001", "RPPS"))
    event = siu(
        "S12",
        48,
        services=(pamfr.Coded("CARDIO", "Cardiologie", "LOCAL"),),
        practitioners=(doctor,),
        locations=(pamfr.Location(point_of_care="Consultation 3"),),
    )

    found = the_appointment(arrive(event))

    assert fhir.validate(found) == []
    assert found["status"] == "booked"
    assert found["start"] == fhir.moment(at(48))
    assert found["minutesDuration"] == 30
    assert found["serviceType"][0]["text"] == "Cardiologie"
    assert [one["actor"].get("display") for one in found["participant"]][1:3] == ["Claude Martin", "Consultation 3"]


def test_a_patient_seen_first_by_an_appointment_has_a_file():
    reference = arrive(siu("S12", 48))

    assert record.read("Patient", reference.id) is not None


def test_an_appointment_is_found_by_day_and_by_status():
    reference = arrive(siu("S12", 48))

    for params in ({"date": ["ge2026-03-04"]}, {"status": ["booked"]}, {"identifier": ["RDV1"]}):
        assert len(record.search("Appointment", params, local_identity_ids=[reference.id]).rows) == 1, params
    assert record.search("Appointment", {"date": ["lt2026-03-04"]}, local_identity_ids=[reference.id]).rows == ()


LIFE = [
    siu("S12", 48, recorded=1, kind=pamfr.Coded("CS", "Consultation")),
    siu("S13", 72, recorded=2),
    siu("S14", 72, recorded=3, notes=("Venir à jeun",)),
    siu("S15", 72, recorded=4, event_reason=pamfr.Coded("PAT", "Demande du patient")),
    siu("S12", 96, recorded=5),
]


@pytest.mark.parametrize("length", [3, 4, 5])
def test_any_order_of_arrival_gives_the_same_appointment(length):
    seen = set()
    for rank, order in enumerate(permutations(LIFE[:length])):
        who = patient(f"P{rank}")
        for event in order:
            reference = arrive(replace(event, patient=who, appointment=renumbered(event, rank)))
        found = the_appointment(reference)
        seen.add(
            fhir.dumps({name: found.get(name) for name in ("status", "start", "end", "comment", "cancelationReason")})
        )

    assert len(seen) == 1


def renumbered(event, rank):
    return replace(event.appointment, filler=replace(NUMBER, value=f"RDV{rank}"))


@pytest.mark.parametrize(
    ("trigger", "status"), [("S15", "cancelled"), ("S16", "cancelled"), ("S17", "entered-in-error"), ("S26", "noshow")]
)
def test_an_appointment_that_is_off_says_how(trigger, status):
    arrive(siu("S12", 48, recorded=1))
    found = the_appointment(arrive(siu(trigger, 48, recorded=2)))

    assert found["status"] == status
    assert fhir.validate(found) == []


def test_the_status_of_the_sender_is_told_in_the_words_of_fhir():
    arrive(siu("S12", 48, recorded=1))

    assert the_appointment(arrive(siu("S14", 48, recorded=2, status="Complete")))["status"] == "fulfilled"


def test_the_same_event_again_makes_no_version():
    event = siu("S12", 48)
    message = inbound(event, "aphm", received=at(0))
    for _ in range(2):
        identify(message)
        apply(message)

    reference = identity.locate(event.patient, establishment="aphm")
    assert record.search("Appointment", {}, local_identity_ids=[reference.id]).rows[0].version == 1
    assert AppointmentEvent.objects.count() == 1


def test_an_appointment_without_a_number_waits_for_a_human():
    event = siu("S12", 48)

    with pytest.raises(Rejected) as refusal:
        arrive(replace(event, appointment=replace(event.appointment, filler=None)))

    assert refusal.value.where == "SCH-2"


def test_the_columns_of_an_appointment_are_those_of_the_standard():
    resource = the_appointment(arrive(siu("S12", 48, services=(pamfr.Coded("CARDIO", "Cardiologie", "L"),))))
    told, columns = fhir.extract(resource), columns_of(resource)

    assert columns.status == told["status"][0].code
    assert columns.date_start == told["date"][0].start
    assert columns.codes == [f"{one.system}|{one.code}" for one in told["service-type"]]


def with_choices(hours, feeding, consultation):
    said = pamfr.DmpConsents("ACTIF", None, feeding, at(hours), consultation, at(hours))
    return replace(adt("A31", patient("1"), when=at(hours)), consents=said)


def test_choices_are_kept_once_and_the_latest_is_the_one_that_counts():
    reference = arrive(with_choices(1, "INO", "IC"))
    arrive(with_choices(3, "IO", "NA"))
    arrive(with_choices(1, "INO", "IC"))

    kept = DmpChoice.objects.filter(local_identity_id=reference.id)
    assert kept.count() == 3
    assert record.dmp_choices([reference.id]) == {"feeding": (False, at(3)), "consultation": (True, at(1))}


def test_a_choice_not_asked_tells_nothing():
    reference = arrive(with_choices(1, "NA", "NA"))

    assert record.dmp_choices([reference.id]) == {}


def test_a_choice_collected_before_but_told_after_does_not_win():
    arrive(with_choices(3, "IO", "NA"))
    reference = arrive(with_choices(1, "INO", "NA"), received=9)

    assert record.dmp_choices([reference.id])["feeding"] == (False, at(3))


def test_an_appointment_spans_half_an_hour_when_nothing_says_its_length():
    event = siu("S12", 48)
    shortened = replace(event, appointment=replace(event.appointment, ends_at=None, duration_minutes=None))

    found = the_appointment(arrive(shortened))

    assert found["end"] == fhir.moment(at(48) + timedelta(minutes=30))
