"""A stay is the fold of its events. Source: IHE PAM France 2.11, ITI-31."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.record.rules.encounters import Numbered, base_fact, encounter_of
from passerelle.care.record.rules.stays import STAY_TRIGGERS, StayFact, UnitFact, fold
from passerelle.care.record.rules.storing import from_json, to_json
from passerelle.care.record.tests.cast import at

WARD, SURGERY, ICU = UnitFact("1001", "Médecine"), UnitFact("2002", "Chirurgie"), UnitFact("3003", "Réanimation")


def fact(trigger, hours, *, entered=None, **more):
    return StayFact(
        trigger=trigger,
        recorded_at=at(hours if entered is None else entered),
        occurred_at=at(hours),
        source=f"{trigger}-{hours}-{entered}",
        movement_start=at(hours),
        **more,
    )


ADMITTED = fact("A01", 0, movement_id="M1", unit=WARD, patient_class="I")
MOVED = fact("A02", 10, movement_id="M2", unit=SURGERY)
GONE = fact("A03", 50, movement_id="M3", disposition="8")


def path(stay):
    return [(step.unit.code, step.start, step.end) for step in stay.path]


def test_an_ordinary_stay():
    stay = fold([ADMITTED, MOVED, GONE])
    assert (stay.status, stay.class_code) == ("finished", "IMP")
    assert (stay.admitted_at, stay.discharged_at) == (at(0), at(50))
    assert path(stay) == [("1001", at(0), at(10)), ("2002", at(10), at(50))]


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([fact("A05", -20)], "planned"),
        ([fact("A05", -20), fact("A38", -10)], "cancelled"),
        ([fact("A05", -20), ADMITTED], "in-progress"),
        ([ADMITTED], "in-progress"),
        ([fact("A04", 0, patient_class="E")], "in-progress"),
        ([ADMITTED, fact("A11", 1, movement_id="M1")], "cancelled"),
        ([fact("A05", -20), ADMITTED, fact("A11", 1, movement_id="M1")], "planned"),
        ([ADMITTED, GONE, fact("A13", 51)], "in-progress"),
        ([ADMITTED, GONE, fact("A13", 51), fact("A03", 60)], "finished"),
        ([ADMITTED, fact("A21", 5)], "onleave"),
        ([ADMITTED, fact("A21", 5), fact("A22", 6)], "in-progress"),
        ([ADMITTED, fact("A21", 5), fact("A52", 6)], "in-progress"),
        ([ADMITTED, fact("A21", 5), fact("A22", 6), fact("A53", 7)], "onleave"),
        ([GONE], "finished"),
        ([MOVED], "in-progress"),
        ([fact("A55", 3)], "unknown"),
    ],
)
def test_the_status_after_each_course_of_events(events, status):
    assert fold(events).status == status


def test_a_cancelled_transfer_leaves_the_patient_where_they_were():
    stay = fold([ADMITTED, MOVED, fact("A12", 11, movement_id="M2")])
    assert path(stay) == [("1001", at(0), None)]


def test_a_cancelled_transfer_without_its_number_is_the_last_one():
    stay = fold([ADMITTED, MOVED, fact("A02", 20, unit=ICU), fact("A12", 21)])
    assert path(stay) == [("1001", at(0), at(10)), ("2002", at(10), None)]


def test_z99_inserts_a_forgotten_movement_at_its_own_moment():
    late = fact("Z99", 5, entered=60, movement_id="M9", movement_action="INSERT", original_trigger="A02", unit=ICU)
    stay = fold([ADMITTED, MOVED, GONE, late])
    assert [code for code, _, _ in path(stay)] == ["1001", "3003", "2002"]
    assert stay.status == "finished"


def test_z99_updates_a_movement():
    fixed = fact("Z99", 12, entered=60, movement_id="M2", movement_action="UPDATE", original_trigger="A02", unit=ICU)
    assert path(fold([ADMITTED, MOVED, fixed])) == [("1001", at(0), at(12)), ("3003", at(12), None)]


def test_z99_updates_an_admission_and_a_discharge():
    sooner = fact("Z99", -2, entered=60, movement_id="M1", movement_action="UPDATE", original_trigger="A01", unit=WARD)
    later = fact("Z99", 55, entered=61, movement_id="M3", movement_action="UPDATE", original_trigger="A03")
    stay = fold([ADMITTED, GONE, sooner, later])
    assert (stay.admitted_at, stay.discharged_at) == (at(-2), at(55))
    assert path(stay) == [("1001", at(-2), at(55))]


def test_z99_cancels_a_movement():
    gone = fact("Z99", 10, entered=60, movement_id="M2", movement_action="CANCEL", original_trigger="A02")
    assert path(fold([ADMITTED, MOVED, gone])) == [("1001", at(0), None)]


def test_a_discharge_dated_as_the_admission_takes_the_moment_of_the_event():
    same = StayFact("A03", at(3), at(3), movement_start=at(0))
    assert fold([ADMITTED, same]).discharged_at == at(3)


def test_two_events_entered_at_the_same_moment_open_before_they_close():
    entered = [StayFact(trigger, at(1), at(1)) for trigger in ("A03", "A01")]
    assert fold(entered).status == "finished"


COURSE = [
    fact("A05", -20, expected_admission=at(0)),
    ADMITTED,
    MOVED,
    fact("A12", 11, movement_id="M2"),
    GONE,
    fact("A13", 51),
]


def test_every_order_of_arrival_gives_the_same_stay():
    outcomes = {repr(fold(order)) for order in permutations(COURSE)}
    assert len(outcomes) == 1


facts = st.builds(
    fact,
    st.sampled_from(sorted(STAY_TRIGGERS)),
    st.integers(-5, 5),
    entered=st.integers(0, 3),
    movement_id=st.sampled_from(["", "M1", "M2"]),
    movement_action=st.sampled_from(["INSERT", "UPDATE", "CANCEL"]),
    original_trigger=st.sampled_from(["", "A01", "A02", "A03", "A05", "A21"]),
    unit=st.sampled_from([None, WARD, ICU]),
    discharged_at=st.sampled_from([None, at(9)]),
)


@given(st.data(), st.lists(facts, max_size=6, unique_by=lambda one: one.source))
def test_any_events_in_any_order_give_the_same_stay(data, events):
    shuffled = data.draw(st.permutations(events))
    assert fold(shuffled) == fold(events)


@given(facts)
def test_an_event_comes_back_from_its_storage(one):
    assert from_json(to_json(one)) == one


NUMBER = Numbered("N1", "urn:finess:1", "AN")


def encounter(events):
    return encounter_of(fold(events), id_="e", subject="p", number=NUMBER, place={"display": "Hôpital d’essai"})


def test_an_encounter_tells_the_stay():
    told = encounter([ADMITTED, MOVED, GONE])
    assert told["status"] == "finished"
    assert told["class"]["code"] == "IMP"
    assert told["period"] == {"start": "2026-03-02T12:00:00Z", "end": "2026-03-04T14:00:00Z"}
    assert [one["location"]["identifier"]["value"] for one in told["location"]] == ["1001", "2002"]
    assert told["hospitalization"]["dischargeDisposition"]["coding"][0]["code"] == "home"
    assert told["identifier"][0]["value"] == "N1"


def test_a_stay_loaded_without_messages_goes_on_with_those_that_come():
    loaded = encounter([ADMITTED]) | {"serviceProvider": {"display": "Chargé"}, "participant": [{"individual": {}}]}
    base = base_fact(loaded, at(-1))
    told = encounter([from_json(to_json(base)), MOVED, GONE])
    assert told["period"] == {"start": "2026-03-02T12:00:00Z", "end": "2026-03-04T14:00:00Z"}
    assert [(one["location"]["display"], one["status"]) for one in told["location"]] == [
        ("Médecine", "completed"),
        ("Chirurgie", "completed"),
    ]
    assert told["serviceProvider"] == {"display": "Chargé"}


def test_a_loaded_stay_closed_by_a_message_closes_its_last_unit():
    told = encounter([base_fact(encounter([ADMITTED]), at(-1)), GONE])
    assert told["location"][0]["period"] == {"start": "2026-03-02T12:00:00Z", "end": "2026-03-04T14:00:00Z"}
    assert told["status"] == "finished"
