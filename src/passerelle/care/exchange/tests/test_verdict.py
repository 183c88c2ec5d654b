"""Answers of HL7 v2.5 chapter 2.9.2, decided without a database."""

from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.care.exchange.rules.verdict import Arrival, conflict, judge, unexpected
from passerelle.care.exchange.tests.samples import AT, admission, house
from passerelle.protocols import hl7v2


def judged(raw, **circumstances):
    return judge(Arrival(uuid4(), raw, "127.0.0.1:1", AT), house(**circumstances))


def test_a_readable_message_of_a_known_sender_is_accepted():
    draft = judged(admission("M7"))
    answer = hl7v2.parse(draft.ack)

    assert (draft.accepted, draft.state, draft.ack_code, draft.establishment) == (True, "received", "AA", "essai")
    assert (answer.get("MSA-1"), answer.get("MSA-2")) == ("AA", "M7")


@pytest.mark.parametrize(
    ("raw", "code", "where", "condition"),
    [
        (admission(kind="ACK^A01^ACK"), "AR", "MSH^1^9^1^1", "200"),
        (admission(kind="ADT^A99^ADT_A01"), "AR", "MSH^1^9^1^2", "201"),
        (admission(version="3.0"), "AR", "MSH^1^12", "203"),
        (admission(version=""), "AR", "MSH^1^12", "203"),
        (admission(processing="T"), "AR", "MSH^1^11", "202"),
        (admission(processing="D"), "AR", "MSH^1^11", "202"),
        (admission(processing=""), "AR", "MSH^1^11", "202"),
        (admission("X" * 200), "AR", "MSH^1^10", "102"),
        (admission(""), "AR", "MSH^1^10", "101"),
        (admission(facility="INCONNU"), "AE", "MSH^1^4", "204"),
    ],
)
def test_a_refusal_has_its_code_its_place_and_its_condition(raw, code, where, condition):
    draft = judged(raw)
    answer = hl7v2.parse(draft.ack)

    assert (draft.accepted, draft.state, draft.ack_code, draft.error_where) == (False, "refused", code, where)
    assert answer.get("ERR-3") == condition
    assert answer.segment("ERR").field(2) == where


@pytest.mark.parametrize("processing", ["T", "D"])
def test_trial_messages_are_welcome_in_a_demonstration(processing):
    assert judged(admission(processing=processing), accepts_trials=True).accepted


@pytest.mark.parametrize("raw", [b"", b"bonjour", b"\x00\x01\x02", b"PID|1||1"])
def test_what_has_no_header_is_rejected_without_naming_a_message(raw):
    draft = judged(raw)

    assert draft.ack_code == "AR"
    assert hl7v2.parse(draft.ack).get("MSA-2") == ""


def test_a_message_without_patient_is_an_error_located_in_the_message():
    draft = judged(admission(pid="PID|1"))

    assert draft.ack_code == "AE"
    assert draft.error_where.startswith("PID")
    assert draft.error_why


@pytest.mark.parametrize(
    ("commit_wanted", "application_wanted", "raw_kind", "code"),
    [
        ("AL", "NE", "ADT^A01^ADT_A01", "CA"),
        ("AL", "AL", "ACK^A01^ACK", "CR"),
        ("ER", "NE", "ADT^A01^ADT_A01", ""),
        ("ER", "NE", "ACK^A01^ACK", "CR"),
        ("SU", "NE", "ADT^A01^ADT_A01", "CA"),
        ("NE", "AL", "ADT^A01^ADT_A01", "AA"),
        ("NE", "NE", "ADT^A01^ADT_A01", ""),
        ("", "", "ACK^A01^ACK", "AR"),
    ],
)
def test_the_answer_follows_the_mode_that_the_sender_asks_for(commit_wanted, application_wanted, raw_kind, code):
    draft = judged(admission(kind=raw_kind, commit_wanted=commit_wanted, application_wanted=application_wanted))

    assert draft.ack_code == code
    assert bool(draft.ack) is bool(code)


def test_a_reused_control_id_is_an_error_whatever_the_body():
    draft = conflict(judged(admission("M1")), at=AT)

    assert (draft.accepted, draft.state, draft.ack_code) == (False, "conflict", "AE")
    assert "identifiant de contrôle déjà utilisé" in draft.error_why


def test_our_own_fault_is_a_rejection_that_keeps_the_bytes():
    draft = unexpected(Arrival(uuid4(), admission(), "peer", AT))

    assert (draft.state, draft.ack_code, draft.raw) == ("refused", "AR", admission())


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 800), st.integers(0, 40))
def test_no_bytes_make_the_judgement_fail(noise, place, removed):
    raw = admission()
    mutant = raw[:place] + noise + raw[place + removed :]

    draft = judged(mutant)

    assert draft.ack_code[-1:] in {"A", "E", "R", ""}
    assert "\x00" not in "".join([draft.control_id, draft.sending_facility, draft.error_why, *draft.keys])
