"""Properties of the mapping: what no step names keeps its very bytes, and the message that came is not touched."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.channels.rules.applying import MappingFailed, transformed
from passerelle.care.channels.rules.reading.nodes import root
from passerelle.care.channels.rules.reading.steps import steps_of
from passerelle.care.channels.rules.steps import BadPlace, place
from passerelle.protocols import hl7v2

MESSAGE = (
    "MSH|^~\\&|SIL|CH-MARTIGUES|PASSERELLE|GHT|20260302093000||ORU^R01|1|P|2.5||||||UNICODE UTF-8\r"
    "PID|||1001^^^MART&1.2&ISO^PI~2790351215189^^^ASIP&1.2.250&ISO^INS||DUPONT^LÉA||19790301|F\r\n"
    "PV1||I|UF1^101^1^CH&x\r"
    "OBX|1|NM|GLY||5.1||||||F\r"
    "OBX|2|NM|NA||140||||||F\r"
    "ZXX|1|divers\r"
)


def steps(text: str):
    faults = []
    entry = root(text.encode(), "essai.yaml", faults)
    found = steps_of(entry)
    assert not faults, faults
    return found


def after(text: str, message: str = MESSAGE) -> hl7v2.Message:
    return transformed(steps(text), hl7v2.parse(message.encode()))


@pytest.mark.parametrize(
    ("declared", "where", "value"),
    [
        ('[{set: PV1-10, to: "181"}]', "PV1-10", "181"),
        ("[{set: PID-5.1, to: L’A|B}]", "PID-5.1", "L’A|B"),
        ("[{set: 'PID-3[3].4.2', to: x}]", "PID-3[3].4.2", "x"),
        ("[{copy: PV1-3.1, to: PV1-39}]", "PV1-39", "UF1"),
        ("[{copy: PV1-3, to: PV1-6}]", "PV1-6.3", "1"),
        ("[{copy: PV1-3, to: PID-5.2}]", "PID-5.2", "UF1"),
        ("[{clear: 'PID-3[2]'}]", "PID-3[2].1", ""),
        ("[{clear: PID-8}]", "PID-8", ""),
        ("[{replace: PV1-3.1, find: UF, by: 'UF-'}]", "PV1-3.1", "UF-1"),
        ("[{translate: PID-8, table: {F: '2'}}]", "PID-8", "2"),
        ("[{translate: PID-8, table: {M: '1'}}]", "PID-8", "F"),
        ("[{translate: PID-8, table: {M: '1'}, otherwise: clear}]", "PID-8", ""),
        ("[{translate: 'OBX[*]-3', table: {NA: SODIUM}}]", "OBX[2]-3", "SODIUM"),
        ("[{set: 'OBX[2]-11', to: C}]", "OBX[2]-11", "C"),
        ("[{clear: 'PID-3[*].4'}]", "PID-3[2].4.2", ""),
        ("[{drop: ZXX}]", "ZXX-1", ""),
        ("[{drop: OBX}]", "OBX[2]-3", ""),
        ("[{set: PV1-2, to: O, when: {PV1-2: [I, R]}}]", "PV1-2", "O"),
        ("[{set: PV1-2, to: O, when: {PV1-2: R}}]", "PV1-2", "I"),
        ("[{set: PV1-10, to: X, when: {PV1-10: ''}}]", "PV1-10", "X"),
        ("[{set: PV1-10, to: X, when: {PV1-2: {not: I}}}]", "PV1-10", ""),
        ("[{set: MSH-3, to: LABO}]", "MSH-3", "LABO"),
        ("[{set: PV2-3, to: X}]", "PV2-3", ""),
    ],
)
def test_each_step_does_what_it_says(declared, where, value) -> None:
    assert after(declared).get(where) == value


def test_a_step_sees_what_the_one_before_did() -> None:
    found = after("[{set: PV1-10, to: A}, {copy: PV1-10, to: PV1-11}, {clear: PV1-10}]")
    assert (found.get("PV1-10"), found.get("PV1-11")) == ("", "A")


def test_steps_that_change_nothing_give_the_very_message_back() -> None:
    message = hl7v2.parse(MESSAGE.encode())
    assert transformed(steps("[{set: PV1-2, to: I}, {drop: NK1}, {clear: PID-30}]"), message) is message


def test_line_breaks_and_the_other_segments_are_kept() -> None:
    found = after('[{set: PV1-10, to: "181"}]').to_bytes().decode()
    assert found == MESSAGE.replace("CH&x\r", "CH&x|||||||181\r")


def test_a_document_cut_in_lines_is_carried_as_it_is() -> None:
    message = MESSAGE.replace("|5.1|", "|^TEXT^^Base64^QUJD\r\nREVG\nR0hJ|")
    assert after("[{drop: ZXX}]", message).to_bytes().decode() == message[: message.index("ZXX")]


def test_a_character_that_the_charset_lacks_is_refused_and_located() -> None:
    message = MESSAGE.replace("UNICODE UTF-8", "8859/1")
    raw = message.encode("latin-1")
    with pytest.raises(MappingFailed) as refused:
        transformed(steps("[{set: PV1-10, to: 東}]"), hl7v2.parse(raw))
    assert refused.value.where == "MSH^1^18"


def test_a_message_in_latin_keeps_its_bytes() -> None:
    raw = MESSAGE.replace("UNICODE UTF-8", "8859/1").encode("latin-1")
    found = transformed(steps("[{set: PV1-10, to: é}]"), hl7v2.parse(raw)).to_bytes()
    assert found == raw.replace(b"CH&x\r", b"CH&x|||||||\xe9\r")


def test_the_five_bytes_that_windows_leaves_undefined_are_kept() -> None:
    raw = MESSAGE.replace("UNICODE UTF-8", "").encode("latin-1").replace(b"DUPONT", b"D\x81\x92PONT")
    found = transformed(steps("[{set: PV1-10, to: é}]"), hl7v2.parse(raw)).to_bytes()
    assert found == raw.replace(b"CH&x\r", b"CH&x|||||||\xe9\r")


_values = st.text(st.sampled_from("AÉé^~&|\\ 7'"), max_size=6)
_acts = st.one_of(
    _values.map(lambda to: {"set": "PID-5.1", "to": to or "x"}),
    _values.map(lambda by: {"replace": "PID-5.2", "find": "É", "by": by}),
    st.sampled_from([{"clear": "PID-5[*].1"}, {"translate": "PID-5", "table": {"x": "y"}}]),
    st.sampled_from([{"copy": "PID-7", "to": "PID-5.3"}, {"drop": "ZXX"}]),
)
_fields = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x1c\x0b|", exclude_categories=("Cs",)))


@given(acts=st.lists(_acts, max_size=4), others=st.lists(_fields, max_size=8), name=_fields)
def test_what_no_step_names_keeps_its_very_bytes(acts, others, name) -> None:
    message = MESSAGE.replace("DUPONT^LÉA", name).replace("CH&x\r", "CH&x|" + "|".join(others) + "\r")
    raw = message.encode()
    came = hl7v2.parse(raw)

    found = transformed(steps(json.dumps(acts, ensure_ascii=False)), came)

    assert came.to_bytes() == raw
    assert came.text == message
    before, now = _without_name(message), _without_name(found.to_bytes().decode())
    dropped = before[: before.index("ZXX")] if {"drop": "ZXX"} in acts else before
    assert now == dropped


def _without_name(text: str) -> str:
    head, _, rest = text.partition("PID|")
    fields = rest.split("|")
    return "|".join([head, *fields[:4], *fields[5:]])


@given(st.text(max_size=30))
def test_a_path_is_read_or_refused(text) -> None:
    try:
        found = place(text)
    except BadPlace:
        return
    assert found.text == text
