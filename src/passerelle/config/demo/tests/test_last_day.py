from collections import Counter

import pytest

from passerelle.config.demo.admission import takes
from passerelle.config.demo.chunks import draw_chunk
from passerelle.config.demo.last_day import last_day_messages
from passerelle.config.demo.personas import patient_persona
from passerelle.config.demo.shapes import PARIS, TEST_OID
from passerelle.core.directory import api as directory
from passerelle.protocols import cda, hl7v2, pamfr

WANTED = {"A01", "A02", "A03", "A04", "A05", "A11", "A12", "A13", "A28", "A31", "A40", "A47", "Z99", "R01", "T02"}


_sent: list[bytes] = []


@pytest.fixture
def sent(territory):
    """The messages of the day, written once a run."""
    _sent[:] = _sent or last_day_messages(territory)
    return _sent


@pytest.fixture
def messages(sent):
    return [hl7v2.parse(raw) for raw in sent]


@pytest.fixture
def events(messages):
    return [pamfr.read(message) for message in messages]


def test_the_last_day_is_some_hundreds_of_messages_of_every_kind(messages):
    kinds = Counter(message.trigger for message in messages)

    assert 300 <= len(messages) <= 600
    assert set(kinds) == WANTED


def test_the_same_territory_sends_the_same_messages(territory, sent):
    assert last_day_messages(territory) == sent


def test_a_control_id_is_used_once(messages):
    assert len({message.control_id for message in messages}) == len(messages)


def test_messages_come_in_the_order_of_their_time_and_all_on_the_last_day(messages, events, territory):
    told_at = [event.recorded_at for event in events]

    assert told_at == sorted(told_at)
    assert {at.astimezone(PARIS).date() for at in told_at} == {territory.truth.last_day}


def test_every_message_comes_from_an_establishment_of_the_group(messages):
    group = {row.code for row in directory.establishments()}

    assert {directory.establishment_of_facility(message.sending_facility) for message in messages} == group


def test_every_number_given_belongs_to_the_establishment_that_sends(messages, events):
    for message, event in zip(messages, events, strict=True):
        authority = event.patient.ipp
        owner = directory.establishment_of_authority(authority.namespace, authority.universal_id)
        assert owner == directory.establishment_of_facility(message.sending_facility)


def test_national_numbers_are_test_numbers_with_a_right_key(events):
    told = [event.patient.ins for event in events if event.patient.ins]

    assert len(told) > 100
    assert {one.oid for one in told} == {TEST_OID}
    assert all(one.key_ok and one.kind.is_fictitious for one in told)


def test_no_patient_bears_the_attribute_that_forbids_an_ins(events):
    assert not any({"FICT", "DOUT"} & event.patient.attributes for event in events)


def test_documents_are_readable_and_their_patient_is_that_of_the_message(events):
    carrying = [event for event in events if isinstance(event, pamfr.DocumentEvent)]

    assert len(carrying) > 60
    for event in carrying:
        document = cda.read(event.documents[0].content)
        assert document.patient.birth_name == event.patient.traits.birth_name
        assert document.patient.birth_date == event.patient.traits.birth_date


def test_a_report_of_results_carries_them_coded(events):
    reports = [event for event in events if isinstance(event, pamfr.DocumentEvent) and event.kind == "ORU"]

    assert all(2 <= len(event.observations) <= 4 for event in reports)
    assert {"14682-9", "718-7", "1988-5", "14749-6", "777-3"} <= {
        result.code for event in reports for result in event.observations
    }


def test_a_merge_gives_up_a_number_that_was_opened_before(events):
    opened = {event.patient.ipp for event in events if getattr(event, "trigger", "") == "A28"}
    merges = [event for event in events if isinstance(event, pamfr.AdtEvent) and event.trigger == "A40"]

    assert merges
    for merge in merges:
        assert merge.prior[0] in opened
        assert merge.prior[0] != merge.patient.ipp


def test_a_change_of_national_number_tells_the_former_one(events):
    changes = [event for event in events if isinstance(event, pamfr.AdtEvent) and event.trigger == "A47"]

    assert changes
    for change in changes:
        assert change.prior[0].type == "INS"
        assert change.prior[0].value != change.patient.ins.matricule


def test_a_cancellation_names_the_movement_it_cancels(events):
    moved = [event for event in events if isinstance(event, pamfr.AdtEvent) and event.movement]
    told = {(event.movement.id, event.trigger) for event in moved if event.movement.action == "INSERT"}
    cancelled = [event.movement for event in moved if event.movement.action == "CANCEL"]

    assert len(cancelled) >= 10
    assert {(movement.id, movement.original_trigger) for movement in cancelled} <= told


def test_the_patient_of_the_cast_comes_that_day_and_gets_results(events, territory):
    person = patient_persona(territory.persons, truth=territory.truth, hospitals=territory.hospitals)

    theirs = [event for event in events if event.patient.ins and event.patient.ins.matricule == person.ins]

    assert [event.trigger for event in theirs] == ["A04", "R01", "A03"]


def test_someone_who_was_there_goes_home_under_the_number_of_their_arrival(events, territory):
    bulk = {
        stay.number
        for number in range(4)
        for stay in draw_chunk(number, 500, truth=territory.truth, hospitals=territory.hospitals).stays
        if stay.end is None
    }

    gone = {event.patient.account.value for event in events if getattr(event, "trigger", "") == "A03"}

    assert len(gone & bulk) >= 5


def test_nobody_is_admitted_to_a_unit_that_would_not_take_them(events, territory):
    specialties = {
        place.code: place.specialty for hospital in territory.hospitals.values() for place in hospital.places
    }
    misplaced = [
        (event.patient.traits.birth_date, event.movement.medical_unit.code)
        for event in events
        if isinstance(event, pamfr.AdtEvent) and event.trigger in {"A01", "A04"} and event.movement.medical_unit
        if not takes(
            specialties[event.movement.medical_unit.code],
            (territory.truth.last_day - event.patient.traits.birth_date).days * 4 // 1461,
            event.patient.traits.sex,
        )
    ]

    assert misplaced == []
