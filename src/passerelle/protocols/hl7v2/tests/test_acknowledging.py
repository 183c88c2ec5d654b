from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.protocols import hl7v2
from passerelle.protocols.hl7v2 import ErrorDetail

RAW = b"MSH|^~\\&|GAM|CHU-X|DPI|CHU-Y|20240306111154||ADT^A01^ADT_A01|39\\T\\75|T|2.6|||||FRA|UNICODE UTF-8\rPID|1"
AT = datetime(2026, 3, 1, 8, 30, 5, tzinfo=timezone(timedelta(hours=1)))


def acknowledged(raw, code="AA", errors=()):
    return hl7v2.parse(hl7v2.acknowledge(raw, code, at=AT, control_id="R-1", errors=errors))


def test_an_acknowledgement_goes_back_where_the_message_came_from():
    ack = acknowledged(hl7v2.parse(RAW))

    assert (ack.sending_application, ack.sending_facility) == ("DPI", "CHU-Y")
    assert (ack.get("MSH-5"), ack.get("MSH-6")) == ("GAM", "CHU-X")
    assert (ack.code, ack.trigger, ack.structure) == ("ACK", "A01", "ACK")
    assert (ack.control_id, ack.processing_id, ack.version) == ("R-1", "T", "2.6")
    assert ack.get("MSH-7") == "20260301083005+0100"
    assert (ack.get("MSA-1"), ack.get("MSA-2")) == ("AA", "39&75")
    assert ack.all("ERR") == []


def test_each_error_is_told_with_its_place_its_code_its_gravity_and_its_words():
    ack = acknowledged(
        RAW, "AE", [ErrorDetail("PID^1^3", "101", "E", "l’identifiant | manque"), ErrorDetail(code="207", severity="W")]
    )

    first, second = ack.all("ERR")
    assert first.field(2) == "PID^1^3"
    assert first.field(3) == "101^Required field missing^HL70357"
    assert (first.get("4"), first.get("8")) == ("E", "l’identifiant | manque")
    assert (second.field(2), second.get("3.1"), second.get("4")) == ("", "207", "W")


@pytest.mark.parametrize(
    ("raw", "control_id"),
    [
        (b"", ""),
        (b"PID|1", ""),
        (b"MSHZ", ""),
        (b"\x00\xff", ""),
        (b"junk MSH|^~\\&|GAM|CHU-X|DPI|CHU-Y|2024||ADT^A01|77|P|2.5\rMSH|^~\\&", "77"),
        (RAW + b"\r" + RAW, "39&75"),
    ],
)
def test_bytes_that_cannot_be_read_are_answered_with_what_their_header_still_tells(raw, control_id):
    ack = acknowledged(raw, "AR")

    assert (ack.get("MSA-1"), ack.get("MSA-2")) == ("AR", control_id)
    assert (ack.code, ack.control_id) == ("ACK", "R-1")
    assert ack.version


@given(st.binary(max_size=200))
def test_any_bytes_get_an_acknowledgement_that_reads(raw):
    assert acknowledged(b"MSH|^~\\&|" + raw, "AR").get("MSA-1") == "AR"


def test_an_acknowledgement_of_an_endless_header_stays_short():
    raw = b"MSH|^~\\&|" + b"A" * 1_000_000

    assert len(hl7v2.acknowledge(raw, "AR", at=AT, control_id="1")) < 5_000


def test_moments_are_written_to_the_second_with_their_offset():
    assert hl7v2.moment(datetime(999, 1, 2, 3, 4, 5, tzinfo=UTC)) == "09990102030405+0000"
    assert hl7v2.moment(datetime(2024, 1, 2, 3, 4, 5)) == "20240102030405"  # noqa: DTZ001 (a local time)
    local_mean_time = timezone(timedelta(minutes=9, seconds=21))
    assert hl7v2.moment(datetime(1900, 1, 1, 0, 9, 21, tzinfo=local_mean_time)) == "19000101000000+0000"
