"""The hand-written columns say what the table of paths of the standard says."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.record.rules.columns import columns_of, token
from passerelle.care.record.rules.parameters import SEARCHED, Reads
from passerelle.care.record.tests.cast import a_patient, a_report, a_result, a_stay
from passerelle.protocols.fhir import api as fhir

WHO = uuid4()


def as_the_standard_says(resource):
    """Return the values that the table of paths finds, shaped as columns."""
    found = fhir.extract(resource)
    told = {}
    for name, searched in SEARCHED[resource["resourceType"]].items():
        values = found.get(name, [])
        match searched.reads:
            case Reads.TOKENS:
                told[searched.column] = [token(value.system, value.code) for value in values] or None
            case Reads.TOKEN:
                told[searched.column] = next((token(value.system, value.code) for value in values), None)
            case Reads.CODE:
                told[searched.column] = next((value.code for value in values), None)
            case Reads.DATES:
                told["date_start"] = values[0].start if values else None
                told["date_end"] = values[0].end if values else None
            case Reads.NUMBER:
                told[searched.column] = float(values[0].low) if values else None
            case Reads.ENCOUNTER:
                told[searched.column] = values[0].removeprefix("Encounter/") if values else None
            case Reads.DAY:
                told[searched.column] = values[0].start.date() if values else None
    return told


def check(resource):
    columns = columns_of(resource)
    for name, value in as_the_standard_says(resource).items():
        held = getattr(columns, name)
        if name == "encounter":
            held = str(held) if held else None
        assert held == value, name


@pytest.mark.parametrize(
    "resource",
    [
        a_patient(WHO),
        a_patient(WHO, active=True),
        a_stay(WHO),
        a_stay(WHO, period={"start": "2026-03"}),
        a_stay(WHO, period=None),
        a_stay(WHO, type=[fhir.codeable_concept(fhir.coding("s", "a"), fhir.coding(None, "b"))]),
        a_report(WHO, stay=str(uuid4())),
        a_report(WHO, securityLabel=[fhir.codeable_concept(fhir.coding("s", "MASQUE_PS"))]),
        a_report(WHO, date="2026-03-03T08:00:00.250+01:00"),
        a_result(WHO),
        a_result(WHO, value=0, category=[fhir.codeable_concept(fhir.coding("c", "laboratory"))]),
        a_result(WHO, effectiveDateTime=None, effectivePeriod={"end": "2026-03-03"}),
        a_result(WHO, encounter=fhir.reference(f"Encounter/{uuid4()}")),
    ],
)
def test_columns_equal_the_table_of_paths(resource):
    check(fhir.pruned(resource))


@given(st.text(max_size=25))
def test_a_date_of_any_shape_is_read_as_the_standard_reads_it_or_left_out(text):
    check(a_report(WHO, date=text))


dates = st.builds(
    lambda y, m, d, h, z: f"{y:04d}-{m:02d}-{d:02d}T{h:02d}:00:00{z}",
    st.integers(1, 9999), st.integers(1, 12), st.integers(1, 28), st.integers(0, 23), st.sampled_from(["Z", "+01:00"]),
)  # fmt: skip


@given(dates, dates)
def test_periods_are_half_open_as_the_standard_reads_them(start, end):
    check(a_stay(WHO, period={"start": start, "end": end}))


ELEMENTS = ["coding", "code", "system", "value", "start", "reference", "family"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(ELEMENTS), inner, max_size=3),
    max_leaves=6,
)


@given(anything)
def test_a_resource_of_any_shape_is_read_without_failing(node):
    for kind, elements in {
        "Patient": ["identifier", "name", "birthDate", "gender"],
        "Encounter": ["identifier", "class", "period", "status", "type"],
        "DocumentReference": ["identifier", "date", "context", "securityLabel", "category"],
        "Observation": ["code", "valueQuantity", "effectivePeriod", "effectiveDateTime", "encounter"],
    }.items():
        columns_of({"resourceType": kind} | dict.fromkeys(elements, node))
