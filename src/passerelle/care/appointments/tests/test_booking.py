"""Booking, moving, cancelling, confirming: the rules, one by one."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from passerelle.care.appointments import api
from passerelle.care.appointments.models import Booking, Closure
from passerelle.care.appointments.rules.vocabulary import State, Via, What
from passerelle.care.appointments.selectors.counted import booked_without_a_call, changed_without_a_call
from passerelle.care.appointments.services.storing import slot_id
from passerelle.care.appointments.tests.cast import (
    DESK,
    NOW,
    TUESDAY,
    ZOE,
    a_kind,
    a_patient,
    an_agenda,
    an_open_agenda,
    at,
    books,
    lay_the_ground,
    opens,
)
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.protocols.fhir import api as fhir

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground():
    lay_the_ground()
    a_kind()


@pytest.fixture
def agenda():
    return an_open_agenda()


@pytest.fixture
def zoe():
    return a_patient()[0]


def starts_of(slots):
    return [slot.starts_at for slot in slots]


def free(agenda, day=TUESDAY):
    return starts_of(
        api.free_slots(establishment="aphm", kind="controle", start=at(day, 0), end=at(day + timedelta(days=1), 0))
    )


def appointment_in_record(id_):
    held = record.read("Appointment", id_)
    return fhir.loads(held.body)


def test_a_place_booked_is_free_no_more_and_is_in_the_record(agenda, zoe):
    row = books(agenda, zoe, at(TUESDAY, 9, 30))

    assert at(TUESDAY, 9, 30) not in free(agenda)
    assert len(free(agenda)) == 5
    stored = appointment_in_record(row.id)
    assert stored["status"] == "booked"
    assert stored["start"] == "2026-12-01T08:30:00Z"
    assert stored["participant"][0]["actor"]["reference"] == f"Patient/{zoe}"
    _, slot_id = fhir.local_target(stored["slot"][0]["reference"])
    assert fhir.loads(record.read("Slot", slot_id).body)["status"] == "busy"


def test_what_leaves_the_house_tells_no_disease(agenda, zoe):
    row = books(agenda, zoe, at(TUESDAY, 9))

    assert "orthop" not in record.read("Appointment", row.id).body.lower()
    assert row.label == "Consultation"


def test_a_second_patient_is_told_the_nearest_places(agenda, zoe):
    books(agenda, zoe, at(TUESDAY, 9, 30))
    paul, _ = a_patient(name="ROUVIÈRE")

    with pytest.raises(api.SlotTaken) as refusal:
        books(agenda, paul, at(TUESDAY, 9, 30))

    assert starts_of(refusal.value.nearest) == [at(TUESDAY, *one) for one in [(9,), (10,), (10, 30), (11,), (11, 30)]]
    assert Booking.objects.count() == 1


def test_the_database_itself_refuses_two_bookings_of_one_seat(agenda, zoe):
    first = Booking.objects.get(pk=books(agenda, zoe, at(TUESDAY, 9)).id)
    first.pk, first.number = record.appointment_id("aphm", "autre"), "autre"
    first.starts_at += timedelta(minutes=15)
    first.ends_at += timedelta(minutes=15)

    with pytest.raises(IntegrityError, match="booking_one_at_a_time"), transaction.atomic():
        first.save(force_insert=True)


def test_the_same_request_twice_is_one_appointment(agenda, zoe):
    first = books(agenda, zoe, at(TUESDAY, 9), key="formulaire-1")
    again = books(agenda, zoe, at(TUESDAY, 9), key="formulaire-1")

    assert first == again
    assert Booking.objects.count() == 1


def test_as_many_are_received_together_as_the_opening_says(zoe):
    agenda = an_agenda("Groupe", seats=2)
    opens(agenda)
    paul, lea, eve = a_patient(name="A")[0], a_patient(name="B")[0], a_patient(name="C")[0]

    books(agenda, paul, at(TUESDAY, 9))
    books(agenda, lea, at(TUESDAY, 9))

    with pytest.raises(api.SlotTaken):
        books(agenda, eve, at(TUESDAY, 9))


@pytest.mark.parametrize("moment", [at(TUESDAY, 8), at(TUESDAY, 9, 10), at(TUESDAY, 12), at(TUESDAY + timedelta(1), 9)])
def test_no_place_is_given_out_of_the_openings(agenda, zoe, moment):
    with pytest.raises(api.NotOpen):
        books(agenda, zoe, moment)


def test_no_place_is_given_in_a_closure(agenda, zoe):
    Closure.objects.create(
        establishment="aphm", agenda=agenda, starts_at=at(TUESDAY, 9, 15), ends_at=at(TUESDAY, 10), reason="Congrès",
        made_at=NOW, made_by="Accueil",
    )  # fmt: skip

    with pytest.raises(api.NotOpen):
        books(agenda, zoe, at(TUESDAY, 9))
    assert free(agenda)[0] == at(TUESDAY, 10)


def test_a_kind_is_given_by_its_doors_only(agenda, zoe):
    a_kind("bloc", label="Bloc", books_online=False)

    with pytest.raises(api.NotBookable):
        books(agenda, zoe, at(TUESDAY, 9), kind="bloc", via=Via.PATIENT, by=ZOE)
    assert books(agenda, zoe, at(TUESDAY, 9), kind="bloc").kind_code == "bloc"


def test_a_file_of_another_hospital_is_not_booked_here(agenda):
    elsewhere, _ = a_patient("arles")

    with pytest.raises(api.NotBookable):
        books(agenda, elsewhere, at(TUESDAY, 9))


def test_a_patient_books_neither_too_soon_nor_too_far_nor_twice(agenda, zoe):
    an_hour_before = at(TUESDAY, 8)
    with pytest.raises(api.TooSoon):
        books(agenda, zoe, at(TUESDAY, 9), via=Via.PATIENT, by=ZOE, when=an_hour_before)
    with pytest.raises(api.TooFar):
        books(agenda, zoe, at(TUESDAY + timedelta(weeks=30), 9), via=Via.PATIENT, by=ZOE)
    first = books(agenda, zoe, at(TUESDAY, 9), via=Via.PATIENT, by=ZOE)
    with pytest.raises(api.AlreadyBooked) as refusal:
        books(agenda, zoe, at(TUESDAY, 10), via=Via.PATIENT, by=ZOE)
    assert refusal.value.existing.id == first.id


def test_a_move_frees_the_place_it_leaves_and_asks_again_for_a_confirmation(agenda, zoe):
    row = books(agenda, zoe, at(TUESDAY, 9))
    api.confirm(appointment_id=row.id, by=ZOE, via=Via.REMINDER, at=NOW)

    moved = api.move(appointment_id=row.id, starts_at=at(TUESDAY, 11), by=ZOE, via=Via.PATIENT, at=NOW)

    assert (moved.id, moved.starts_at, moved.state) == (row.id, at(TUESDAY, 11), State.BOOKED)
    assert at(TUESDAY, 9) in free(agenda)
    assert at(TUESDAY, 11) not in free(agenda)
    assert appointment_in_record(row.id)["start"] == "2026-12-01T10:00:00Z"
    assert [one.what_label for one in api.changes_of(row.id)] == ["Déplacé", "Confirmé", "Pris"]


def test_a_move_to_another_agenda_frees_the_slot_of_the_one_it_leaves(agenda, zoe):
    other = an_open_agenda(name="Consultations B")
    row = books(agenda, zoe, at(TUESDAY, 9))

    api.move(appointment_id=row.id, starts_at=at(TUESDAY, 9), agenda_id=other.pk, by=DESK, via=Via.DESK, at=NOW)

    told = [fhir.loads(record.read("Slot", slot_id(one.pk, at(TUESDAY, 9))).body)["status"] for one in (agenda, other)]
    assert told == ["free", "busy"]


def test_a_move_to_a_taken_place_changes_nothing(agenda, zoe):
    row = books(agenda, zoe, at(TUESDAY, 9))
    books(agenda, a_patient(name="B")[0], at(TUESDAY, 10))

    with pytest.raises(api.SlotTaken):
        api.move(appointment_id=row.id, starts_at=at(TUESDAY, 10), by=ZOE, via=Via.PATIENT, at=NOW)

    assert api.appointment_row(row.id) == row


def test_the_delay_to_move_binds_the_patient_not_the_desk(agenda, zoe):
    row = books(agenda, zoe, at(TUESDAY, 11))
    the_day_before = at(TUESDAY - timedelta(days=1), 11, 1)

    with pytest.raises(api.TooLate):
        api.move(appointment_id=row.id, starts_at=at(TUESDAY, 9), by=ZOE, via=Via.PATIENT, at=the_day_before)

    moved = api.move(appointment_id=row.id, starts_at=at(TUESDAY, 9), by=DESK, via=Via.DESK, at=the_day_before)
    assert moved.starts_at == at(TUESDAY, 9)


def test_a_cancellation_frees_the_place_once(agenda, zoe):
    row = books(agenda, zoe, at(TUESDAY, 9))

    for _ in range(2):
        gone = api.cancel(appointment_id=row.id, by=ZOE, via=Via.PATIENT, at=NOW)

    assert gone.state is State.CANCELLED
    assert at(TUESDAY, 9) in free(agenda)
    assert appointment_in_record(row.id)["status"] == "cancelled"
    assert len(api.changes_of(row.id)) == 2


def test_what_has_begun_is_not_cancelled_by_the_patient(agenda, zoe):
    row = books(agenda, zoe, at(TUESDAY, 9))

    with pytest.raises(api.TooLate):
        api.cancel(appointment_id=row.id, by=ZOE, via=Via.PATIENT, at=at(TUESDAY, 9))


def test_an_arrival_is_of_the_day_and_an_absence_of_after_the_hour(agenda, zoe):
    row = books(agenda, zoe, at(TUESDAY, 9))

    with pytest.raises(api.NotToday):
        api.arrive(appointment_id=row.id, by=DESK, via=Via.DESK, at=NOW)
    with pytest.raises(api.NotToday):
        api.miss(appointment_id=row.id, by=DESK, via=Via.DESK, at=at(TUESDAY, 8, 59))

    missed = api.miss(appointment_id=row.id, by=DESK, via=Via.DESK, at=at(TUESDAY, 9, 30))
    assert missed.state is State.MISSED
    assert appointment_in_record(row.id)["status"] == "noshow"
    late = api.arrive(appointment_id=row.id, by=DESK, via=Via.DESK, at=at(TUESDAY, 10))
    assert api.complete(appointment_id=row.id, by=DESK, via=Via.DESK, at=at(TUESDAY, 11)).state is State.DONE
    assert late.state is State.ARRIVED
    assert api.restore(appointment_id=row.id, by=DESK, via=Via.DESK, at=at(TUESDAY, 11)).state is State.BOOKED


def test_who_listens_is_told_each_change_in_its_transaction(agenda, zoe):
    heard = []
    api.on_change(heard.append, name="essai")

    row = books(agenda, zoe, at(TUESDAY, 9))
    api.move(appointment_id=row.id, starts_at=at(TUESDAY, 10), by=DESK, via=Via.DESK, at=NOW)
    api.confirm(appointment_id=row.id, by=ZOE, via=Via.REMINDER, at=NOW)
    api.cancel(appointment_id=row.id, by=ZOE, via=Via.REMINDER, at=NOW)

    assert [one.what for one in heard] == [What.BOOKED, What.MOVED, What.CONFIRMED, What.CANCELLED]
    assert heard[1].was_at == at(TUESDAY, 9)
    assert heard[3].row.state is State.CANCELLED


def test_a_listener_that_fails_undoes_the_booking(agenda, zoe):
    def fails(_changed):
        raise RuntimeError

    api.on_change(fails, name="essai")

    with pytest.raises(RuntimeError):
        books(agenda, zoe, at(TUESDAY, 9))

    assert not Booking.objects.exists()


def test_reminders_find_who_is_expected_with_what_is_known_of_them(agenda, zoe, django_assert_num_queries):
    row = books(agenda, zoe, at(TUESDAY, 9))
    off = books(agenda, a_patient(name="B")[0], at(TUESDAY, 10))
    api.cancel(appointment_id=off.id, by=DESK, via=Via.DESK, at=NOW)

    with django_assert_num_queries(5):
        found = api.due(at(TUESDAY, 0), at(TUESDAY + timedelta(days=1), 0))

    assert [one.id for one in found] == [row.id]
    assert found[0].phone == "0612345678"
    assert found[0].person_id == identity.person_of(zoe)


def test_what_is_done_without_a_call_is_counted_by_establishment(agenda, zoe):
    row = books(agenda, zoe, at(TUESDAY, 9), via=Via.PATIENT, by=ZOE)
    api.move(appointment_id=row.id, starts_at=at(TUESDAY, 10), by=ZOE, via=Via.PATIENT, at=NOW)
    books(agenda, a_patient(name="B")[0], at(TUESDAY, 9))

    day, after = NOW.date(), NOW.date() + timedelta(days=1)
    assert list(booked_without_a_call(day, after)) == [("aphm", 1)]
    assert list(changed_without_a_call(day, after)) == [("aphm", 1)]
    assert list(booked_without_a_call(after, after + timedelta(days=1))) == []
