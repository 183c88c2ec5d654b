"""The movements of a stay: INSERT, UPDATE, CANCEL, history, and any order of arrival."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.pamfr.movements import STAY_EVENTS, MovementFact, fact_of, timeline
from passerelle.protocols.pamfr.tests import samples

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def at(hour):
    return DAY + timedelta(hours=hour)


def unit(code):
    return pamfr.Unit(code) if code else None


def fact(trigger, hour, number, *, entered=None, uf="", kind="I", **said):
    visit = {name: said.pop(name) for name in list(said) if name in pamfr.Visit.__slots__}
    return MovementFact(
        trigger=trigger,
        recorded_at=at(hour if entered is None else entered),
        start=at(hour),
        source=f"{trigger}-{hour}-{number}-{entered}",
        movement_id=number,
        care_unit=unit(uf),
        visit=pamfr.Visit(patient_class=kind, **visit),
        **said,
    )


def cancel(trigger, hour, number, entered, **said):
    return fact(trigger, hour, number, entered=entered, action="CANCEL", **said)


def update(hour, number, entered, original, **said):
    return fact("Z99", hour, number, entered=entered, action="UPDATE", original_trigger=original, **said)


def path(stay):
    return [(one.start, one.end, one.care_unit.code if one.care_unit else "") for one in stay.presences]


ADMITTED = fact("A01", 8, "1", uf="CARDIO")
MOVED = fact("A02", 12, "2", uf="USIC")
LEFT = fact("A03", 30, "3", uf="USIC", disposition="8")


def test_a_plain_stay_goes_from_unit_to_unit_and_ends():
    stay = timeline([ADMITTED, MOVED, LEFT])

    assert (stay.status, stay.admitted_at, stay.discharged_at) == ("finished", at(8), at(30))
    assert path(stay) == [(at(8), at(12), "CARDIO"), (at(12), at(30), "USIC")]
    assert stay.disposition == "8"
    assert stay.at(at(12)).care_unit.code == "USIC"
    assert stay.at(at(7)) is None
    assert stay.at(at(30)) is None


@pytest.mark.parametrize(
    ("facts", "status", "units"),
    [
        ([fact("A05", 8, "0")], "planned", []),
        ([fact("A05", 8, "0"), cancel("A38", 8, "0", 9)], "cancelled", []),
        ([fact("A05", 8, "0"), ADMITTED], "in-progress", ["CARDIO"]),
        ([fact("A05", 7, "0"), ADMITTED, cancel("A11", 8, "1", 10)], "planned", []),
        ([ADMITTED, cancel("A11", 8, "1", 10)], "cancelled", []),
        ([ADMITTED, MOVED, cancel("A11", 8, "1", 13)], "cancelled", []),
        ([ADMITTED, MOVED, cancel("A12", 12, "2", 13)], "in-progress", ["CARDIO"]),
        ([ADMITTED, MOVED, LEFT, cancel("A13", 30, "3", 31)], "in-progress", ["CARDIO", "USIC"]),
        ([ADMITTED, fact("A21", 20, "4")], "onleave", ["CARDIO", "CARDIO"]),
        ([ADMITTED, fact("A21", 20, "4"), cancel("A52", 20, "4", 21)], "in-progress", ["CARDIO"]),
        ([ADMITTED, fact("A21", 20, "4"), fact("A22", 22, "5")], "in-progress", ["CARDIO"] * 3),
        ([ADMITTED, fact("A21", 20, "4"), fact("A22", 22, "5"), cancel("A53", 22, "5", 23)], "onleave", ["CARDIO"] * 2),
        ([MOVED], "in-progress", ["USIC"]),
        ([cancel("A12", 12, "2", 13)], "unknown", []),
        ([cancel("A11", 8, "1", 10)], "cancelled", []),
        ([fact("A28", 8, "")], "unknown", []),
    ],
)
def test_each_event_does_what_the_profile_says(facts, status, units):
    stay = timeline(facts)

    assert stay.status == status
    assert [code for _, _, code in path(stay)] == units


@pytest.mark.parametrize("trigger", sorted({*STAY_EVENTS, "A28"}))
@pytest.mark.parametrize("action", ["INSERT", "UPDATE", "CANCEL"])
@pytest.mark.parametrize("more", [{}, {"historic": True}, {"original_trigger": "A02"}, {"kind": ""}])
def test_a_movement_alone_makes_the_same_stay_by_the_short_way(trigger, action, more):
    for told in (fact(trigger, 8, number, action=action, **more) for number in ("1", "")):
        told = replace(told, visit=replace(told.visit, admitted_at=at(7), expected_discharge=at(40)))

        assert timeline([told]) == timeline([told, told])


def test_a_class_change_undone_by_its_opposite_leaves_the_class_as_it_was():
    came = fact("A04", 8, "1", kind="E", uf="URG")
    became_inpatient = fact("A06", 10, "2", kind="I", uf="CARDIO")
    undone = cancel("A07", 10, "2", 11, original_trigger="A06", kind="E", uf="URG")

    assert [one.patient_class for one in timeline([came, became_inpatient]).presences] == ["E", "I"]
    assert [one.patient_class for one in timeline([came, became_inpatient, undone]).presences] == ["E"]


def test_a_class_change_back_that_is_no_cancellation_is_a_movement_of_its_own():
    back = fact("A07", 14, "3", kind="O", uf="CONS")

    stay = timeline([fact("A01", 8, "1", uf="CARDIO"), back])

    assert [one.patient_class for one in stay.presences] == ["I", "O"]


def test_a_correction_changes_the_moment_and_the_unit_of_the_movement_it_names():
    corrected = update(11, "2", 20, "A02", uf="REA")

    stay = timeline([ADMITTED, MOVED, corrected])

    assert path(stay) == [(at(8), at(11), "CARDIO"), (at(11), None, "REA")]


def test_a_correction_keeps_what_it_does_not_say():
    stay = timeline([ADMITTED, MOVED, update(11, "2", 20, "A02")])

    assert path(stay)[-1] == (at(11), None, "USIC")


def test_an_admission_corrected_earlier_moves_the_beginning_of_the_stay():
    assert timeline([ADMITTED, MOVED, update(6, "1", 20, "A01")]).admitted_at == at(6)


def test_a_movement_found_later_takes_its_place_in_history():
    forgotten = fact("Z99", 10, "9", entered=40, historic=True, uf="BLOC", original_trigger="A02")

    stay = timeline([ADMITTED, MOVED, forgotten])

    assert path(stay) == [(at(8), at(10), "CARDIO"), (at(10), at(12), "BLOC"), (at(12), None, "USIC")]


def test_what_a_historic_fact_says_of_the_present_is_not_believed():
    now = fact("A02", 12, "2", uf="USIC", expected_discharge=at(90))
    past = fact("Z99", 10, "9", entered=40, historic=True, expected_discharge=at(50))

    assert timeline([ADMITTED, now, past]).expected_discharge == at(90)


def test_a_cancellation_that_comes_before_its_movement_waits_for_it():
    undone = cancel("A12", 12, "2", 13)

    early = timeline([ADMITTED, undone])

    assert early.waiting == ("2",)
    assert timeline([ADMITTED, undone, MOVED]).waiting == ()
    assert path(timeline([ADMITTED, undone, MOVED])) == [(at(8), None, "CARDIO")]


def test_a_movement_entered_again_after_its_cancellation_stands():
    again = fact("A02", 12, "2", entered=15, uf="REA")

    assert path(timeline([ADMITTED, MOVED, cancel("A12", 12, "2", 13), again]))[-1] == (at(12), None, "REA")


def test_a_cancellation_without_a_number_undoes_the_last_of_its_kind():
    first, second = fact("A02", 10, "", uf="A"), fact("A02", 12, "", uf="B")

    stay = timeline([ADMITTED, first, second, cancel("A12", 13, "", 13)])

    assert [code for _, _, code in path(stay)] == ["CARDIO", "A"]


def test_a_movement_after_the_discharge_is_set_apart_for_somebody_to_look_at():
    stay = timeline([ADMITTED, LEFT, fact("A02", 40, "7", uf="REA")])

    assert stay.late == ("7",)
    assert path(stay) == [(at(8), at(30), "CARDIO")]


def test_a_discharge_is_dated_by_pv1_unless_it_contradicts_the_admission():
    assert timeline([ADMITTED, fact("A03", 30, "3", discharged_at=at(29))]).discharged_at == at(29)
    assert timeline([ADMITTED, fact("A03", 30, "3", discharged_at=at(2))]).discharged_at == at(30)


def test_a_stay_known_by_a_transfer_only_began_when_pv1_says():
    assert timeline([fact("A02", 12, "2", admitted_at=at(5))]).admitted_at == at(5)


def test_an_event_of_identity_tells_no_movement():
    identity = pamfr.read(hl7v2.parse(samples.adt("A31", samples.PID)))

    assert fact_of(identity, "m-1") is None


def test_a_message_becomes_a_fact():
    told = fact_of(pamfr.read(hl7v2.parse(samples.ADMISSION)), "m-1")

    assert (told.trigger, told.movement_id, told.nature, told.source) == ("A01", "312", "HMS", "m-1")
    assert (told.care_unit.code, told.medical_unit.code, told.disposition) == ("6269", "6268", "6")
    assert told.start == datetime(2024, 3, 6, 10, 0, tzinfo=UTC)
    assert told.kind == "A01"


def test_a_discharge_inserted_afterwards_closes_the_stay():
    zbe = samples.REST[1].replace("|INSERT|N|A01|", "|INSERT|Y|A03|")
    told = fact_of(pamfr.read(hl7v2.parse(samples.adt("Z99", samples.PID, samples.PV1, zbe))), "m-2")

    assert (told.kind, told.historic) == ("A03", True)
    assert timeline([told]).status == "finished"


TRIGGERS = ["A01", "A02", "A03", "A04", "A05", "A06", "A07", "A11", "A12", "A13", "A14", "A21", "A22", "A38"]
TRIGGERS += ["A52", "A53", "A54", "A55", "Z99"]


@st.composite
def facts(draw):
    chosen = draw(st.lists(st.sampled_from(TRIGGERS), min_size=1, max_size=5))
    return [
        MovementFact(
            trigger=trigger,
            recorded_at=at(draw(st.integers(0, 6))),
            start=at(draw(st.integers(0, 6))),
            source=str(rank),
            movement_id=draw(st.sampled_from(["", "1", "2", "3"])),
            action=draw(st.sampled_from(["INSERT", "UPDATE", "CANCEL"])),
            historic=draw(st.booleans()),
            original_trigger=draw(st.sampled_from(["", "A01", "A02", "A06"])),
            care_unit=unit(draw(st.sampled_from(["", "X", "Y"]))),
            visit=pamfr.Visit(patient_class=draw(st.sampled_from(["", "I", "E"]))),
        )
        for rank, trigger in enumerate(chosen)
    ]


@given(facts())
def test_every_order_of_arrival_tells_the_same_stay(told):
    expected = timeline(told)

    assert all(timeline(order) == expected for order in permutations(told))


@given(facts())
def test_hearing_a_fact_twice_changes_nothing(told):
    assert timeline([*told, *told]) == timeline(told)


@given(facts(), st.integers(0, 6))
def test_a_movement_inserted_then_cancelled_was_never_there(told, hour):
    made = fact("A02", hour, "99", entered=50, uf="Z")
    gone = cancel("A12", hour, "99", 51)
    quiet = [one for one in told if one.movement_id]

    before, after = timeline(quiet), timeline([*quiet, made, gone])

    assert (after.presences, after.admitted_at) == (before.presences, before.admitted_at)


@given(facts())
def test_periods_follow_one_another_and_only_the_last_may_last(told):
    found = timeline(told).presences

    assert all(one.end == following.start for one, following in pairwise(found))
    assert all(one.end is None or one.start < one.end for one in found)
