from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.pamfr.tests import samples, strategies

ENVELOPE = pamfr.Envelope("GAM|1", "CHU & fils", "DPI", "PASSERELLE", "42~1")


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(strategies.events)
def test_what_is_written_reads_back_as_the_same_event(event):
    raw = pamfr.write(event, ENVELOPE)

    assert pamfr.read(hl7v2.parse(raw)) == event


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(strategies.events)
def test_a_written_message_says_who_speaks_and_which_profile_it_follows(event):
    message = hl7v2.parse(pamfr.write(event, ENVELOPE))

    assert (message.sending_application, message.sending_facility) == ("GAM|1", "CHU & fils")
    assert message.control_id == "42~1"
    assert message.charset == "utf-8"
    assert not message.charset_fallback
    expected = {
        "ADT": ("2.5", "2.11"),
        "ORU": ("2.5", "2.1"),
        "MDM": ("2.6", "2.1"),
        "ZAM": ("2.6", "2.1"),
        "SIU": ("2.5", ""),
        "MFN": ("2.5", ""),
    }
    assert (message.version, message.get("MSH-21")) == expected[message.code]


def test_an_ins_that_is_not_among_the_identifiers_is_written_with_them():
    event = pamfr.read(hl7v2.parse(samples.ADMISSION))
    patient = event.patient
    bare = replace(event, patient=replace(patient, identifiers=patient.identifiers[:1]))

    assert pamfr.read(hl7v2.parse(pamfr.write(bare, ENVELOPE))).patient == patient


@pytest.mark.parametrize("kind", ["ORU", "MDM"])
def test_a_message_that_carries_no_document_writes_none(kind):
    event = pamfr.read(hl7v2.parse(samples.LETTER))
    empty = replace(event, kind=kind, trigger="R01" if kind == "ORU" else "T02", documents=())

    message = hl7v2.parse(pamfr.write(empty, ENVELOPE))

    assert message.all("OBX") == []
    assert message.segment("TXA") is None
