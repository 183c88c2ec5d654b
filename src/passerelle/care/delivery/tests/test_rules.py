"""The decisions, alone: order, circuit, outcomes, answers, criteria, envelopes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.delivery.rules.addressing import Address, addressed, comes_from
from passerelle.care.delivery.rules.answering import ForeignAnswer, read_acknowledgement
from passerelle.care.delivery.rules.circuit import (
    Circuit,
    CircuitState,
    Policy,
    after_failure,
    after_success,
    backoff,
    may_try,
    trying,
)
from passerelle.care.delivery.rules.criteria import meets, read_criteria
from passerelle.care.delivery.rules.explaining import health_of, item_advice
from passerelle.care.delivery.rules.lanes import Lanes, Pending
from passerelle.care.delivery.rules.outcomes import Fate, LineEffect, Verdict, what_next
from passerelle.care.delivery.rules.subscribing import wants
from passerelle.care.delivery.tests.receivers import acknowledgement
from passerelle.protocols import fhir, hl7v2

AT = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
POLICY = Policy(first_delay_s=1, longest_delay_s=60, failures_to_open=3)
KEYS = st.lists(st.sampled_from("ABCD"), min_size=1, max_size=2, unique=True).map(tuple)


@given(st.lists(st.tuples(KEYS, st.sampled_from(["waiting", "ambiguous"]), st.booleans()), max_size=30))
def test_items_that_share_a_key_never_overtake_each_other(queue):
    """Whatever is doubtful or put off, in whatever order: who leaves has nothing unsettled of a same key before."""
    items = [
        Pending(rank, keys, state, AT + timedelta(minutes=1) if is_delayed else None)
        for rank, (keys, state, is_delayed) in enumerate(queue)
    ]
    lanes = Lanes()

    sent = [item for item in items if lanes.admits(item, at=AT)]

    for item in sent:
        stuck = [other for other in items[: item.id] if other not in sent]
        assert not any(set(other.keys) & set(item.keys) for other in stuck)
    free = [item for item in items if item.state == "waiting" and item.due_at is None]
    blocked = [item for item in free if item not in sent]
    assert all(
        any(set(other.keys) & set(item.keys) for other in items[: item.id] if other not in sent) for item in blocked
    )


def test_an_item_that_was_tried_and_is_not_settled_keeps_back_those_after_it():
    lanes = Lanes()
    assert lanes.admits(Pending(1, ("A",), "waiting"), at=AT)
    lanes.block(("A",))

    assert not lanes.admits(Pending(2, ("A", "B"), "waiting"), at=AT)
    assert not lanes.admits(Pending(3, ("B",), "waiting"), at=AT)
    assert lanes.admits(Pending(4, ("C",), "waiting"), at=AT)


@given(st.integers(1, 400), st.floats(0, 1, exclude_max=True))
def test_the_wait_doubles_up_to_the_longest_and_keeps_its_share_of_chance(failures, chance):
    wait = backoff(failures, POLICY, chance=chance).total_seconds()

    whole = min(60, 2 ** min(failures - 1, 30))
    assert whole / 2 <= wait <= whole


def test_the_circuit_opens_after_failures_in_a_row_is_tried_once_and_closes():
    circuit = Circuit()
    for _ in range(2):
        circuit = after_failure(circuit, POLICY, at=AT, chance=0)
    assert circuit.state is CircuitState.CLOSED
    assert not may_try(circuit, AT)

    circuit = after_failure(circuit, POLICY, at=AT, chance=0)
    assert circuit.state is CircuitState.OPEN
    assert may_try(circuit, AT + timedelta(minutes=1))

    trial = trying(circuit)
    assert trial.state is CircuitState.HALF_OPEN
    assert after_failure(trial, POLICY, at=AT, chance=0).state is CircuitState.OPEN
    assert after_success() == Circuit()


def test_a_destination_that_puts_off_is_not_waited_for_until_the_circuit_opens():
    circuit = Circuit()
    for _ in range(2):
        circuit = after_failure(circuit, POLICY, at=AT, chance=0, is_away=False)
        assert may_try(circuit, AT)

    assert after_failure(circuit, POLICY, at=AT, chance=0, is_away=False).state is CircuitState.OPEN


@pytest.mark.parametrize(
    ("verdict", "is_idempotent", "fate", "line"),
    [
        (Verdict.ACCEPTED, False, Fate.DELIVERED, LineEffect.HEALTHY),
        (Verdict.REFUSED, False, Fate.FAILED, LineEffect.HEALTHY),
        (Verdict.NOT_SENT, False, Fate.AGAIN, LineEffect.AWAY),
        (Verdict.UNANSWERED, False, Fate.AMBIGUOUS, LineEffect.AWAY),
        (Verdict.UNANSWERED, True, Fate.AGAIN, LineEffect.AWAY),
        (Verdict.LATER, False, Fate.AGAIN, LineEffect.STRUGGLES),
    ],
)
def test_what_becomes_of_an_item(verdict, is_idempotent, fate, line):
    following = what_next(verdict, is_idempotent=is_idempotent, attempts=1, most_attempts=3)

    assert (following.fate, following.line) == (fate, line)


@given(st.sampled_from([Verdict.NOT_SENT, Verdict.UNANSWERED]), st.integers(1, 10**6))
def test_no_silence_is_ever_the_end_of_an_item(verdict, attempts):
    following = what_next(verdict, is_idempotent=True, attempts=attempts, most_attempts=3)

    assert following.fate is Fate.AGAIN


def test_what_is_put_off_too_often_is_a_dead_letter():
    assert what_next(Verdict.LATER, is_idempotent=True, attempts=3, most_attempts=3).fate is Fate.FAILED


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("AA", Verdict.ACCEPTED),
        ("CA", Verdict.ACCEPTED),
        ("AE", Verdict.REFUSED),
        ("CE", Verdict.REFUSED),
        ("AR", Verdict.LATER),
        ("CR", Verdict.LATER),
    ],
)
def test_an_acknowledgement_is_read_by_table_0008(code, verdict):
    assert read_acknowledgement(acknowledgement("M1", code), "M1").verdict is verdict


@pytest.mark.parametrize(
    "raw",
    [
        acknowledgement("M2"),
        acknowledgement(""),
        acknowledgement("M1", "XX"),
        acknowledgement("m1"),
        acknowledgement("M1 "),
        b"",
        b"bonjour",
        b"MSH|^~\\&|X|Y\r",
        acknowledgement("M1").replace(b"MSA", b"MSB"),
    ],
)
def test_any_other_answer_says_nothing_of_the_message(raw):
    with pytest.raises(ForeignAnswer):
        read_acknowledgement(raw, "M1")


@given(st.binary(max_size=200))
def test_no_bytes_are_taken_for_an_answer_by_chance(raw):
    with pytest.raises(ForeignAnswer):
        read_acknowledgement(raw, "P0123456789")


def test_an_envelope_is_rewritten_and_the_rest_keeps_its_bytes():
    raw = b"MSH|^~\\&|GAM|CHU-X|||20260302||ADT^A01|M1|P|2.5|||NE|NE\rPID|1||\xe9|\r\nZZZ|x"

    sent = addressed(raw, Address("LABO", "CHIAP"))

    assert sent == b"MSH|^~\\&|GAM|CHU-X|LABO|CHIAP|20260302||ADT^A01|M1|P|2.5\rPID|1||\xe9|\r\nZZZ|x"
    assert hl7v2.parse(addressed(raw, Address(is_enhanced=True))).get("MSH-15") == "AL"
    assert hl7v2.parse(addressed(raw, Address(sending_facility="GHT"))).sending_facility == "GHT"


@pytest.mark.parametrize("raw", [b"", b"MSH", b"{}", b"PID|1\rMSH|^~\\&|A"])
def test_what_is_no_message_comes_back_as_it_is(raw):
    assert addressed(raw, Address("LABO")) == raw


def test_a_destination_is_the_sender_only_when_all_that_is_declared_agrees():
    message = hl7v2.parse(b"MSH|^~\\&|GAM|CHU-X|||20260302||ADT^A01|M1|P|2.5\r")

    assert comes_from(message, Address("GAM"))
    assert comes_from(message, Address("GAM", "CHU-X"))
    assert not comes_from(message, Address("GAM", "AUTRE"))
    assert not comes_from(message, Address())


@pytest.mark.parametrize(
    ("patterns", "is_wanted"),
    [
        (("ADT^A40",), True),
        (("ADT^*",), True),
        (("*",), True),
        (("MDM^T02", "ADT^A40"), True),
        (("ADT^A4",), False),
        ((), False),
    ],
)
def test_types_are_asked_for_by_name_or_by_family(patterns, is_wanted):
    assert wants(patterns, "ADT", "A40") is is_wanted


OBSERVATION = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]},
    "subject": {"reference": "Patient/p1"},
    "effectiveDateTime": "2026-03-02",
    "valueQuantity": {"value": 13.2, "unit": "g/dL", "system": "http://unitsofmeasure.org", "code": "g/dL"},
}


@pytest.mark.parametrize(
    ("criteria", "is_met"),
    [
        ("", True),
        ("status=final", True),
        ("status=preliminary", False),
        ("status=preliminary,final", True),
        ("status:not=final", False),
        ("code=http://loinc.org|718-7", True),
        ("code=718-7&status=final", True),
        ("code=718-7&status=amended", False),
        ("code=http://autre|718-7", False),
        ("patient=Patient/p1", True),
        ("patient=p2", False),
        ("date=2026-03-02", True),
        ("date=2026-03", True),
        ("date=ge2026-03-01", True),
        ("date=lt2026-03-02", False),
        ("date=gt2026-03-01", True),
        ("value-quantity=gt13", True),
        ("value-quantity=lt13", False),
        ("encounter:missing=true", True),
        ("code:missing=true", False),
    ],
)
def test_a_subscription_is_judged_by_the_criteria_of_search(criteria, is_met):
    assert meets(OBSERVATION, criteria) is is_met


@pytest.mark.parametrize(
    "criteria", ["code:in=http://hl7.org/fhir/ValueSet/x", "code:text=sucre", "code:below=718-7", "colour=red"]
)
def test_what_one_resource_alone_cannot_tell_is_refused(criteria):
    with pytest.raises(fhir.FhirError):
        read_criteria("Observation", criteria)


def test_criteria_that_do_not_exist_are_refused():
    with pytest.raises(fhir.FhirError):
        meets(OBSERVATION, "couleur=bleu")


def test_the_worst_is_told_first():
    well = {"failures": 0, "is_paused": False, "ambiguous": 0, "failed": 0, "has_answered": True}

    assert health_of(CircuitState.CLOSED, **well).label == "reçoit"
    assert health_of(CircuitState.CLOSED, **(well | {"has_answered": False})).label == "jamais joint"
    assert health_of(CircuitState.OPEN, **(well | {"ambiguous": 2})).label == "injoignable"
    assert health_of(CircuitState.OPEN, **(well | {"is_paused": True})).label == "suspendu"
    assert health_of(CircuitState.CLOSED, **(well | {"ambiguous": 2, "failed": 3})).label == "à décider"
    assert health_of(CircuitState.CLOSED, **(well | {"failed": 3})).label == "des refus"
    assert health_of(CircuitState.CLOSED, **(well | {"failures": 1})).label == "hésite"
    assert "Corrigez" in item_advice("failed")
