from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.protocols import hl7v2

RAW = (
    b"MSH|^~\\&|GAM|CHU-X&1.2&ISO|DPI|CHU-Y|20240306111154||ADT^A01^ADT_A01|3975|P|2.5^FRA^2.11\r"
    b'PID|1||000003^^^CHU-X&000897406&N^PI~279^^^INS&1.2&ISO^INS||D\\T\\J^ANNE||""\r'
    b"OBX|1|NM|A||1\rOBX|2|NM|B||2\r"
)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("PID-3", "000003"),
        ("PID-3.4", "CHU-X"),
        ("PID-3.4.2", "000897406"),
        ("PID-3[2].1", "279"),
        ("PID-3[2].4.3", "ISO"),
        ("PID-3[2].5", "INS"),
        ("PID-3[3].5", ""),
        ("PID-3.9", ""),
        ("PID-3.4.9", ""),
        ("PID-5", "D&J"),
        ("PID-5.2", "ANNE"),
        ("PID-7", '""'),
        ("PID-99", ""),
        ("ZBE-1", ""),
        ("OBX-3", "A"),
        ("OBX[2]-3", "B"),
        ("OBX[3]-3", ""),
        ("MSH-1", "|"),
        ("MSH-2", "^~\\&"),
        ("MSH-3", "GAM"),
        ("MSH-4", "CHU-X"),
        ("MSH-4.1.2", "1.2"),
        ("MSH-12.3", "2.11"),
    ],
)
def test_a_path_leads_to_its_leaf(path, value):
    assert hl7v2.parse(RAW).get(path) == value


@pytest.mark.parametrize("path", ["PID", "PID-0", "PID-3[0]", "PID-3.0", "pid-3", "PID-3.1.2.3", "OBX[0]-3", ""])
def test_a_wrong_path_is_a_fault_of_the_caller(path):
    with pytest.raises(ValueError, match="path"):
        hl7v2.parse(RAW).get(path)


@pytest.mark.parametrize("place", ["0", "1.0", "a", "1.2.3"])
def test_a_wrong_component_path_is_a_fault_of_the_caller(place):
    with pytest.raises(ValueError, match="component path"):
        hl7v2.parse(RAW).segment("PID").repetitions(3)[0].get(place)


def test_the_header_says_who_speaks_and_what_about():
    parsed = hl7v2.parse(RAW)

    assert (parsed.code, parsed.trigger, parsed.structure, parsed.control_id) == ("ADT", "A01", "ADT_A01", "3975")
    assert (parsed.sending_application, parsed.sending_facility) == ("GAM", "CHU-X")
    assert (parsed.processing_id, parsed.version) == ("P", "2.5")


def test_segments_are_found_by_name():
    parsed = hl7v2.parse(RAW)

    assert parsed.segment("PID").get("3[2].4.2") == "1.2"
    assert parsed.segment("PV1") is None
    assert [segment.get("5") for segment in parsed.all("OBX")] == ["1", "2"]
    assert parsed.all("PV1") == []


def test_a_field_gives_its_raw_text_its_repetitions_and_its_values():
    pid = hl7v2.parse(RAW).segment("PID")

    assert pid.field(5) == "D\\T\\J^ANNE"
    assert [one.get("4.2") for one in pid.repetitions(3)] == ["000897406", "1.2"]
    assert pid.repetitions(3)[0].component(4) == "CHU-X&000897406&N"
    assert pid.values(5) == [[["D&J"], ["ANNE"]]]
    assert pid.values(3)[1][3] == ["INS", "1.2", "ISO"]
    assert pid.repetitions(2) == []
    assert pid.values(2) == []
    assert pid.field(0) == ""


def test_the_delimiters_of_the_header_are_never_cut_by_themselves():
    msh = hl7v2.parse(RAW).segments[0]

    assert msh.values(2) == [[["^~\\&"]]]
    assert [one.text for one in msh.repetitions(2)] == ["^~\\&"]
    assert msh.tree()[1:4] == [[[["|"]]], [[["^~\\&"]]], [[["GAM"]]]]


def leaves(values):
    for r, one in enumerate(values, start=1):
        for c, component in enumerate(one, start=1):
            yield from ((r, c, s, leaf) for s, leaf in enumerate(component, start=1))


@given(st.text("ab|^~&\\FSTRE.X0", max_size=30))
def test_the_tree_the_values_and_the_paths_agree(text):
    segment = hl7v2.parse(f"MSH|^~\\&\rOBX|{text}".encode()).segment("OBX")

    for number, values in enumerate(segment.tree()[1:], start=1):
        assert segment.values(number) == values
        for r, c, s, leaf in leaves(values):
            assert segment.get(f"{number}[{r}].{c}.{s}") == leaf
            assert segment.repetitions(number)[r - 1].get(f"{c}.{s}") == leaf


def test_no_representation_shows_what_a_patient_told():
    parsed = hl7v2.parse(RAW)

    shown = f"{parsed!r} {parsed.segments!r} {parsed.segment('PID').repetitions(5)!r}"

    assert "ANNE" not in shown
    assert "ADT^A01" in shown
