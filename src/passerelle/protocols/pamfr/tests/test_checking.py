"""What the listener refuses in haste is what the worker could not read, to the place and the word."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.hl7v2 import Hl7Error
from passerelle.protocols.pamfr.tests import samples
from passerelle.protocols.pamfr.tests.test_mutants import mutate

ADMINISTRATIVE = [raw for raw in [*samples.seeds(), samples.ADMISSION, samples.MERGE] if hl7v2.parse(raw).code == "ADT"]
WRONG = [
    "2024",
    "20240230",
    "99999999",
    "x",
    '""',
    "",
    "20240306111154+9900",
    "0001",
    "N",
    " ",
    "20240306~x",
    "\\X41\\",
]
PLACES = [
    *("MSH-7", "MSH-9", "MSH-10", "EVN-2", "EVN-6", "PID-3", "PID-7", "PID-29", "PID-32", "MRG-1", "MRG-3", "PV1-2"),
    *("PV1-44", "PV1-45", "PV2-8", "PV2-9", "ZBE-1", "ZBE-2", "ZBE-3", "ZFA-2", "ZFA-10", "ZFA-12", "ZFD-1", "ZFD-6"),
]


def refusal_by(reader, raw):
    try:
        reader(hl7v2.parse(raw))
    except Hl7Error as error:
        return error.where, error.why, error.code
    return None


def with_field(raw, place, text):
    """Put a text in a field of the first segment of that name."""
    name, number = place.split("-")
    lines = raw.decode("latin-1").replace("\n", "\r").split("\r")
    for rank, line in enumerate(lines):
        if line.startswith(name):
            fields = line.split("|")
            at = int(number) - (name == "MSH")
            fields += [""] * (at + 1 - len(fields))
            fields[at] = text
            lines[rank] = "|".join(fields)
            break
    return "\r".join(lines).encode("latin-1")


@settings(max_examples=1_500, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(ADMINISTRATIVE),
    st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(WRONG)), min_size=1, max_size=4),
)
def test_a_message_whose_fields_are_damaged_is_refused_as_reading_refuses_it(raw, damages):
    for place, text in damages:
        raw = with_field(raw, place, text)

    assert refusal_by(pamfr.check, raw) == refusal_by(pamfr.read, raw)


@settings(max_examples=1_500, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(samples.seeds()),
    st.lists(
        st.tuples(st.integers(0, 8), st.integers(0, 6000), st.integers(0, 6000), st.sampled_from([b"|", b"x", b"\r"])),
        min_size=1,
        max_size=4,
    ),
)
def test_a_message_damaged_anywhere_is_refused_as_reading_refuses_it(raw, spots):
    for spot in spots:
        raw = mutate(raw, *spot)

    assert refusal_by(pamfr.check, raw) == refusal_by(pamfr.read, raw)


def test_each_part_that_reading_needs_is_missed():
    lines = samples.ADMISSION.decode().split("\r")
    without = ["\r".join(lines[:rank] + lines[rank + 1 :]).encode() for rank in range(1, len(lines) - 1)]

    assert [refusal_by(pamfr.check, raw) for raw in without] == [refusal_by(pamfr.read, raw) for raw in without]
    assert any(refusal_by(pamfr.check, raw) for raw in without)
