"""Whatever happens to a message on its way, the readers answer a value or their one typed error, and soon."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.hl7v2 import Hl7Error
from passerelle.protocols.pamfr.tests import samples

AT = datetime(2026, 3, 1, tzinfo=UTC)
SEEDS = samples.seeds()
FRAGMENTS = [
    b"", b"|", b"^", b"~", b"\\", b"&", b"\r", b"\n", b"\r\n", b"\x0b", b"\x1c", b"\x1c\r", b"\x00", b'""',
    b"\\F\\", b"\\X", b"\\X41", b"\\XZZ\\", b"\\.br\\", b"\\E", b"MSH|", b"\rMSH|^~\\&|\r", b"MSH", b"\rPID|",
    b"PID", b"\rOBX|1|ED|", b"\rZBE|", b"\xe9", b"\xc3", b"\xc3\xa9", b"\x81", b"\xff\xfe", b"\xef\xbb\xbf",
    b"\xf0\x9f\x98\x80", b"99999999999999", b"00000000", b"20240230", b"20241301", b"9999", b"-1", b"+2500",
    b"UNICODE UTF-16", b"8859/1", b"8859/99", b"BIG-5", b"ADT", b"ORU", b"MDM", b"ACK", b"A40", b"A47", b"T04",
    b"VALI", b"INS", b"NM", b"SN", b"Base64", b"Hex", b"A", b"====", b"\xe2\x80\xa8", b"\xcb\x9c", b"#",
    b"|" * 300, b"^" * 300, b"\\" * 300, b"A" * 5000,
]  # fmt: skip
STRUCTURE = [b"\r", b"\n", b"|", b"^", b"~", b"&", b"\\"]


def mutate(raw, operation, place, other, fragment):
    """Damage one spot; operations know of bytes, of separators, of fields and of segments."""
    at = place % (len(raw) + 1)
    if operation == 0:
        return raw[:at] + fragment + raw[at:]
    if operation == 1:
        return raw[:at] + fragment + raw[at + max(1, len(fragment)) :]
    if operation == 2:
        return raw[:at] + raw[at + other % 40 :]
    if operation == 3:
        return raw[:at]
    if operation == 4:
        return raw.replace(STRUCTURE[place % 7], STRUCTURE[other % 7] if other % 2 else fragment, 1 + other % 5)
    separator = (b"\r" if b"\r" in raw else b"\n") if operation in {5, 6} else b"|"
    parts = raw.split(separator)
    first, second = place % len(parts), other % len(parts)
    if operation in {5, 7}:
        parts[first], parts[second] = parts[second], parts[first]
    elif operation == 6:
        parts.insert(first, parts[second])
    else:
        parts[first] = fragment
    return separator.join(parts)


mutations = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 6000), st.integers(0, 6000), st.sampled_from(FRAGMENTS)),
    min_size=1,
    max_size=4,
)


def examine(raw):
    """Read the whole of a message by every door."""
    message = hl7v2.parse(raw)
    assert message.to_bytes() == raw
    for segment in message.segments:
        separator = segment.separators.field
        fields = segment.fields[:1] + segment.fields[2:] if segment.name == "MSH" else segment.fields
        assert separator.join(fields) == segment.text
        assert len(segment.tree()) == len(segment.fields)
        segment.get("3[2].4.2")
    ack = hl7v2.parse(hl7v2.acknowledge(message, "AA", at=AT, control_id="1"))
    assert ack.get("MSA-2") == message.control_id
    pamfr.validate(message)
    pamfr.read(message)


def refusal_of(raw):
    try:
        examine(raw)
    except Hl7Error as refused:
        return refused
    return None


def check(seed, spots):
    raw = SEEDS[seed % len(SEEDS)]
    for spot in spots:
        raw = mutate(raw, *spot)

    refused = refusal_of(raw)

    if refused is not None:
        answer = hl7v2.parse(hl7v2.acknowledge(raw, "AR", at=AT, control_id="1", errors=[refused.detail()]))
        assert (answer.get("MSA-1"), answer.get("ERR-3")) == ("AR", refused.code)
        assert refused.where
        assert refused.why


@settings(max_examples=2_000, deadline=2_000, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1000), mutations)
def test_two_thousand_mutants_raise_nothing_but_the_typed_error(seed, spots):
    check(seed, spots)


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(max_examples=100_000, deadline=2_000, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1000), mutations)
def test_a_hundred_thousand_mutants_raise_nothing_but_the_typed_error(seed, spots):
    check(seed, spots)


@pytest.mark.parametrize("raw", samples.SYNTHETIC)
def test_the_messages_that_mutants_descend_from_are_sound(raw):
    examine(raw)
