"""SIU in and out, FHIR writes: one truth, whoever tells it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from passerelle.care.appointments import api
from passerelle.care.appointments.inbound import handle as mirror
from passerelle.care.appointments.models import Booking, Offer
from passerelle.care.appointments.rules.vocabulary import State, Via
from passerelle.care.appointments.services.storing import slot_id, store_schedule, store_slot
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
from passerelle.care.delivery.models import Item
from passerelle.care.delivery.tests.samples import declare, destination, mllp_options
from passerelle.care.identity import api as identity
from passerelle.care.identity.inbound import handle as identify
from passerelle.care.identity.tests.cast import inbound, patient
from passerelle.care.record import api as record
from passerelle.care.record.inbound import handle as apply
from passerelle.care.record.rules.writes import CREATE, DELETE, UPDATE, Asked, WriteRefused
from passerelle.care.record.services.fhir.applying import apply as apply_by_fhir
from passerelle.core.access.api import Role, Viewer
from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.fhir import api as fhir

pytestmark = pytest.mark.django_db
NUMBER = pamfr.Identifier("RDV-42", "", "AGENDA", "")
DOCTOR = pamfr.Practitioner("Garrigue", "Alice", pamfr.Identifier("90000000001", "RPPS"))


@pytest.fixture(autouse=True)
def ground():
    lay_the_ground()
    a_kind(siu_codes=["ORTHO"])


def siu(trigger, starts_at=None, *, number=NUMBER, recorded=NOW, who=None, **parts):
    ends_at = starts_at + timedelta(minutes=30) if starts_at else None
    return pamfr.AppointmentEvent(
        trigger=trigger,
        occurred_at=recorded,
        recorded_at=recorded,
        patient=who or patient("1"),
        appointment=pamfr.Appointment(filler=number, starts_at=starts_at, ends_at=ends_at, **parts),
    )


def arrives(event, *, received=NOW):
    message = inbound(event, "aphm", received=received)
    for handler in (identify, apply, mirror):
        handler(message)
    return record.appointment_id("aphm", event.appointment.id)


def in_record(id_):
    return fhir.loads(record.read("Appointment", id_).body)


def patient_of(file):
    traits = identity.local_traits(file)
    known = pamfr.Identifier(traits.ipp, "PI", traits.authority_namespace, traits.authority_oid, "ISO")
    return pamfr.Patient(
        identifiers=(known,),
        ins=None,
        status=pamfr.IdentityStatus("VALI"),
        attributes=frozenset(),
        traits=pamfr.Traits(traits.birth_name, traits.given_names, traits.birth_date, traits.sex, "13055"),
    )


def test_a_booking_told_by_an_application_takes_a_place_of_the_agenda_it_names():
    agenda = an_open_agenda(rpps="90000000001")

    id_ = arrives(
        siu("S12", at(TUESDAY, 9), practitioners=(DOCTOR,), services=(pamfr.Coded("ORTHO", "Orthopédie", "L"),))
    )

    row = api.appointment_row(id_)
    assert (row.agenda_id, row.kind_code, row.state, row.is_external) == (agenda.pk, "controle", State.BOOKED, True)
    assert [one.id for one in api.due(at(TUESDAY, 0), at(TUESDAY, 23))] == [id_]
    with pytest.raises(api.SlotTaken):
        books(agenda, a_patient()[0], at(TUESDAY, 9))


def test_an_application_may_book_beyond_the_capacity_and_nothing_is_lost():
    agenda = an_open_agenda(rpps="90000000001")
    books(agenda, a_patient()[0], at(TUESDAY, 9))

    id_ = arrives(siu("S12", at(TUESDAY, 9), practitioners=(DOCTOR,)))

    assert api.appointment_row(id_).seat == 2
    assert Booking.objects.taking().filter(agenda=agenda).count() == 2


def test_without_an_agenda_of_ours_it_is_an_appointment_all_the_same():
    id_ = arrives(siu("S12", at(TUESDAY, 9), practitioners=(DOCTOR,)))

    row = api.appointment_row(id_)
    assert (row.agenda_id, row.practitioner, row.label) == (None, "Alice Garrigue", "Rendez-vous")
    with pytest.raises(api.KeptElsewhere):
        api.move(appointment_id=id_, starts_at=at(TUESDAY, 10), by=ZOE, via=Via.PATIENT, at=NOW)


def test_moves_cancellations_and_absences_follow_in_any_order_of_arrival():
    booked = siu("S12", at(TUESDAY, 9), recorded=NOW)
    moved = siu("S13", at(TUESDAY, 11), recorded=NOW + timedelta(hours=1))
    for event in (moved, booked, booked):
        id_ = arrives(event)
    assert api.appointment_row(id_).starts_at == at(TUESDAY, 11)

    arrives(siu("S26", at(TUESDAY, 11), recorded=NOW + timedelta(days=9)))

    assert api.appointment_row(id_).state is State.MISSED
    assert in_record(id_)["status"] == "noshow"


def test_a_place_freed_by_an_application_goes_to_the_waiting_list():
    agenda = an_open_agenda(rpps="90000000001")
    later = books(agenda, a_patient()[0], at(TUESDAY + timedelta(weeks=1), 9))
    arrives(siu("S12", at(TUESDAY, 9), practitioners=(DOCTOR,)))
    api.bring_forward(appointment_id=later.id, by=ZOE, at=NOW)

    id_ = arrives(siu("S15", at(TUESDAY, 9), recorded=NOW + timedelta(hours=1), practitioners=(DOCTOR,)))

    assert api.appointment_row(id_).state is State.CANCELLED
    assert Offer.objects.get().hold.starts_at == at(TUESDAY, 9)


def test_what_an_application_says_of_ours_is_followed_and_the_record_says_the_same():
    agenda = an_open_agenda()
    file, _ = a_patient()
    row = books(agenda, file, at(TUESDAY, 9))
    number = pamfr.Identifier(row.number, "", "PASSERELLE", "")

    arrives(siu("S26", number=number, recorded=at(TUESDAY, 10), who=patient_of(file)), received=at(TUESDAY, 10))

    assert api.appointment_row(row.id).state is State.MISSED
    told = in_record(row.id)
    assert (told["status"], told["start"], told["slot"]) == ("noshow", "2026-12-01T08:00:00Z", told["slot"])


def test_an_old_message_does_not_undo_what_changed_here_since():
    agenda = an_open_agenda()
    file, _ = a_patient()
    row = books(agenda, file, at(TUESDAY, 9))
    api.move(appointment_id=row.id, starts_at=at(TUESDAY, 11), by=DESK, via=Via.DESK, at=NOW + timedelta(hours=2))
    number = pamfr.Identifier(row.number, "", "PASSERELLE", "")

    arrives(siu("S14", at(TUESDAY, 9), number=number, recorded=NOW + timedelta(hours=1), who=patient_of(file)))

    assert api.appointment_row(row.id).starts_at == at(TUESDAY, 11)
    assert in_record(row.id)["start"] == fhir.moment(at(TUESDAY, 11))


def test_each_change_leaves_once_for_the_applications_of_the_establishment(tmp_path):
    declare(
        tmp_path,
        destination("agenda-aphm", options=mllp_options(1), sends=["SIU^*"], establishment="aphm"),
        destination("agenda-arles", options=mllp_options(2), sends=["SIU^*"], establishment="arles"),
    )
    agenda = an_open_agenda(unit="2101")
    row = books(agenda, a_patient()[0], at(TUESDAY, 9))
    api.move(appointment_id=row.id, starts_at=at(TUESDAY, 10), by=DESK, via=Via.DESK, at=NOW)
    api.cancel(appointment_id=row.id, by=ZOE, via=Via.PATIENT, at=NOW)

    items = list(Item.objects.order_by("id"))
    assert [(one.destination, one.trigger) for one in items] == [("agenda-aphm", one) for one in ("S12", "S13", "S15")]
    told = pamfr.read(hl7v2.parse(bytes(items[1].payload)))
    assert (told.appointment.id, told.appointment.starts_at) == (row.number, at(TUESDAY, 10))
    assert all(b"orthop" not in bytes(one.payload).lower() for one in items)


@pytest.mark.parametrize(
    ("booked", "cancelled", "who"), [("patient", "desk", "ETABLISSEMENT"), ("desk", "reminder", "PATIENT")]
)
def test_applications_are_told_who_cancelled_not_who_booked(tmp_path, booked, cancelled, who):
    declare(tmp_path, destination("agenda-aphm", options=mllp_options(1), sends=["SIU^S15"], establishment="aphm"))
    row = books(an_open_agenda(), a_patient()[0], at(TUESDAY, 9), via=Via(booked))

    api.cancel(appointment_id=row.id, by=ZOE, via=Via(cancelled), at=NOW, reason="Réponse")

    told = pamfr.read(hl7v2.parse(bytes(Item.objects.get().payload)))
    assert told.cancel_reason.code == who


APPLICATION = Viewer(
    name="Agenda d’essai",
    application="agenda",
    assignments=frozenset({(Role.APPLICATION, "aphm")}),
    scopes=frozenset({"system/*.cruds"}),
    second_factor=True,
)


def writes(resource, method=CREATE, id_=None, by=APPLICATION):
    written = fhir.read_written(fhir.dumps(resource)) if resource else None
    return apply_by_fhir([Asked(method, "Appointment", id_, written)], by=by, at=NOW)[0]


@pytest.fixture
def published():
    """An agenda whose slot of nine o'clock is published, and a patient the record knows."""
    agenda = an_agenda("FHIR")
    opens(agenda)
    store_schedule(agenda, at=NOW)
    store_slot(agenda, at(TUESDAY, 9), at(TUESDAY, 9, 30), is_free=True, at=NOW)
    arrives(siu("S12", at(TUESDAY, 15)))
    reference = identity.locate(patient("1"), establishment="aphm")
    return agenda, reference.id


def an_appointment(agenda, file, hour=9, **more):
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "start": fhir.moment(at(TUESDAY, hour)),
        "end": fhir.moment(at(TUESDAY, hour, 30)),
        "slot": [{"reference": f"Slot/{slot_id(agenda.pk, at(TUESDAY, 9))}"}],
        "participant": [{"actor": {"reference": f"Patient/{file}"}, "status": "accepted"}],
        **more,
    }


def test_an_appointment_written_by_fhir_takes_its_slot(published):
    agenda, file = published

    done = writes(an_appointment(agenda, file))

    row = api.appointment_row(UUID(str(done.id)))
    assert (row.agenda_id, row.via, row.starts_at) == (agenda.pk, Via.FHIR, at(TUESDAY, 9))
    assert fhir.loads(record.read("Slot", slot_id(agenda.pk, at(TUESDAY, 9))).body)["status"] == "busy"
    assert record.read("Appointment", done.id).version == 1


def test_a_slot_taken_is_refused_with_the_nearest_and_nothing_is_stored(published):
    agenda, file = published
    books(agenda, a_patient()[0], at(TUESDAY, 9))
    id_ = uuid4()

    with pytest.raises(WriteRefused) as refusal:
        writes(an_appointment(agenda, file, id=str(id_)), UPDATE, id_)

    issue = refusal.value.issues[0]
    assert (refusal.value.status, issue.code, issue.expression) == (409, "conflict", "Appointment.slot")
    assert "créneau est pris" in issue.text
    assert record.read("Appointment", id_) is None


def test_a_cancellation_and_a_deletion_by_fhir_free_the_place(published):
    agenda, file = published
    done = writes(an_appointment(agenda, file))
    writes(an_appointment(agenda, file, id=str(done.id), status="cancelled"), UPDATE, done.id)
    assert api.appointment_row(done.id).state is State.CANCELLED
    books(agenda, a_patient()[0], at(TUESDAY, 9))

    other = writes(an_appointment(agenda, file, hour=11))
    writes(None, DELETE, other.id)

    assert api.appointment_row(other.id).state is State.CANCELLED


def test_nobody_but_an_application_writes_an_appointment_by_fhir(published):
    agenda, file = published
    doctor = Viewer(
        account_id=uuid4(), name="Dr Essai", assignments=frozenset({(Role.CLINICIAN, "aphm")}), second_factor=True
    )

    with pytest.raises(WriteRefused) as refusal:
        writes(an_appointment(agenda, file), by=doctor)

    assert refusal.value.status in {404, 422}
    assert Booking.objects.filter(via=Via.FHIR.value).count() == 0
