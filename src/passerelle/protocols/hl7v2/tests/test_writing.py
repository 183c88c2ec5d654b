from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from passerelle.protocols import hl7v2

texts = st.text(st.characters(codec="utf-8"), max_size=12)
components = st.lists(texts, min_size=1, max_size=4).map(tuple)


def test_gaps_are_empty_fields_and_trailing_empty_parts_are_left_out():
    raw = hl7v2.build(
        [
            hl7v2.segment("MSH", {3: "A", 9: ("ADT", "A01", "")}),
            hl7v2.segment("PID", {3: [("1", "", "", ("NS", "1.2", "ISO"), "PI"), "2"], 5: ("X", ""), 9: ""}),
            hl7v2.segment("ZZZ", {}),
        ]
    )

    assert raw == b"MSH|^~\\&|A||||||ADT^A01\rPID|||1^^^NS&1.2&ISO^PI~2||X\rZZZ\r"


@given(st.dictionaries(st.integers(1, 12), st.lists(components, min_size=1, max_size=3)))
def test_whatever_is_written_reads_back_leaf_by_leaf(fields):
    raw = hl7v2.build([hl7v2.segment("MSH", {3: "A"}), hl7v2.segment("ZZZ", fields)])

    written = hl7v2.parse(raw).segment("ZZZ")

    for number, repetitions in fields.items():
        for r, one in enumerate(repetitions, start=1):
            for c, text in enumerate(one, start=1):
                assert written.get(f"{number}[{r}].{c}") == text


@given(texts)
def test_the_header_carries_any_text(text):
    parsed = hl7v2.parse(hl7v2.build([hl7v2.segment("MSH", {3: text, 10: text, 18: "UNICODE UTF-8"})]))

    assert (parsed.sending_application, parsed.control_id) == (text, text)
