from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.protocols import hl7v2
from passerelle.protocols.hl7v2 import Hl7Error

HEADER = "MSH|^~\\&|GAM|CHU-X|DPI|CHU-X|20240306111154||ADT^A01^ADT_A01|3975|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8"
PID = "PID|1||000003^^^CHU-X&000897406&N^PI~279^^^INS&1.2&ISO^INS||PAT-TROIS^DOMINIQUE"


def message(*segments, header=HEADER, ending="\r"):
    return ending.join([header, *segments, ""]).encode()


def names(raw):
    return [segment.name for segment in hl7v2.parse(raw).segments]


@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n", "\r\r\n", "\n\n"])
def test_segments_end_with_any_usual_line_end_and_empty_lines_do_not_count(ending):
    assert names(message("EVN||2024", PID, ending=ending)) == ["MSH", "EVN", "PID"]


def test_line_ends_may_be_mixed_in_one_message():
    raw = f"{HEADER}\r\nEVN||2024\r{PID}\nPV1|1|I".encode()

    assert names(raw) == ["MSH", "EVN", "PID", "PV1"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\xef\xbb\xbf", b""),
        (b"\r\n\r\n", b""),
        (b"\x0b", b"\x1c\r"),
        (b"\xef\xbb\xbf\r\n", b"\x1c\r\n"),
        (b"", b"\x1c"),
        (b" \t", b"\x00"),
    ],
)
def test_what_surrounds_a_message_is_tolerated_and_kept(before, after):
    raw = before + message(PID) + after

    parsed = hl7v2.parse(raw)

    assert [segment.text for segment in parsed.segments] == [HEADER, PID]
    assert parsed.to_bytes() == raw


def test_a_message_in_utf_16_with_its_mark_is_read():
    parsed = hl7v2.parse(message("PID|||1||Réault").decode().encode("utf-16"))

    assert parsed.get("PID-5") == "Réault"


def test_unknown_segments_are_kept_in_their_place():
    assert names(message("ZZ9|x", "X1Y|2", PID, "QQQ")) == ["MSH", "ZZ9", "X1Y", "PID", "QQQ"]


def test_a_line_that_does_not_start_a_segment_continues_the_one_before():
    parsed = hl7v2.parse(message("OBX|1|ED|x||^TEXT^XML^Base64^QUJD\nREVG\nR0hJ||||||F"))

    assert [segment.name for segment in parsed.segments] == ["MSH", "OBX"]
    assert parsed.segment("OBX").field(5) == "^TEXT^XML^Base64^QUJD\nREVG\nR0hJ"
    assert parsed.get("OBX-11") == "F"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("MSH|^~\\&", "|^~\\&"),
        ("MSH|^~", "|^~\\&"),
        ("MSH||", "|^~\\&"),
        ("MSH|^~\\&#", "|^~\\&"),
        ("MSH$*+!?", "$*+!?"),
        ("MSH|^˜\\&", "|^˜\\&"),
        ("MSH§µ~\\&".replace("µ", "¶"), "§¶~\\&"),
    ],
)
def test_delimiters_are_those_the_message_declares(header, expected):
    separators = hl7v2.parse(header.encode()).separators

    assert separators.field + separators.encoding_characters == expected


def test_a_repetition_separator_of_several_bytes_separates():
    raw = message("PID|||1^^^A^PI˜2^^^B^INS", header=HEADER.replace("~", "˜"))

    assert hl7v2.parse(raw).get("PID-3[2].5") == "INS"


@pytest.mark.parametrize(
    ("raw", "where", "code"),
    [
        (b"", "MSH^1", "100"),
        (b"\r\n", "MSH^1", "100"),
        (b"PID|1", "MSH^1", "100"),
        (b"FHS|^~\\&\rMSH|^~\\&", "MSH^1", "100"),
        (b"MSH", "MSH^1^1", "102"),
        (b"MSHA^~\\&", "MSH^1^1", "102"),
        (b"MSH ^~\\&", "MSH^1^1", "102"),
        (b"MSH|^^\\&", "MSH^1^2", "102"),
        (b"MSH|A~\\&", "MSH^1^2", "102"),
        (message(HEADER), "MSH^2", "100"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place_and_code(raw, where, code):
    with pytest.raises(Hl7Error) as refused:
        hl7v2.parse(raw)

    assert (refused.value.where, refused.value.code) == (where, code)
    assert refused.value.detail().text == refused.value.why


@pytest.mark.parametrize(("taken_out", "where"), [("ADT^A01^ADT_A01", "MSH^1^9"), ("3975", "MSH^1^10")])
def test_a_header_without_type_or_control_id_parses_but_is_refused(taken_out, where):
    parsed = hl7v2.parse(message(header=HEADER.replace(taken_out, "")))

    with pytest.raises(Hl7Error) as refused:
        hl7v2.check_header(parsed)

    assert (refused.value.where, refused.value.code) == (where, "101")


@given(st.binary(max_size=200))
def test_any_bytes_after_a_header_parse_and_come_back(tail):
    raw = b"MSH|^~\\&|" + tail.replace(b"MSH", b"")

    parsed = hl7v2.parse(raw)

    assert parsed.to_bytes() == raw
    for segment in parsed.segments:
        assert segment.text == "|".join(
            segment.fields if segment.name != "MSH" else segment.fields[:1] + segment.fields[2:]
        )


@given(st.binary(max_size=300))
def test_any_bytes_parse_or_are_refused_by_the_typed_error(raw):
    with contextlib.suppress(Hl7Error):
        assert hl7v2.parse(raw).to_bytes() == raw


@pytest.mark.parametrize(
    "hostile",
    [
        "OBX|1|TX|" + "\\" * 200_000,
        "OBX|1|TX|" + "\\X" * 100_000,
        "OBX|1|TX|\\X" + "0" * 200_000,
        "OBX|1|TX|" + "^" * 200_000,
        "OBX|1|TX|" + "~" * 200_000,
        "OBX|1|ED|" + "QUJD" * 400_000,
        "\n".join(["OBX|1|ED|", *["QUJDREVG" * 9] * 20_000]),
        "|".join(["OBX"] * 100_000),
        "\r".join(["OBX|1"] * 50_000),
    ],
    ids=["escapes", "open hexadecimal", "long hexadecimal", "components", "repetitions", "base64", "lines", "fields",
         "segments"],
)  # fmt: skip
@pytest.mark.timeout(100)  # at the square of its size it would take hours
def test_a_huge_message_costs_its_size_and_not_its_square(hostile):
    parsed = hl7v2.parse(message(hostile))
    for segment in parsed.segments:
        segment.tree()

    assert parsed.get("OBX-3[2].4.2") == ""


def test_reading_one_leaf_of_a_huge_field_does_not_split_it_all():
    raw = message("OBX|1|ED|x||^TEXT^XML^Base64^" + "QUJD" * 200_000 + "||||||F")

    parsed = hl7v2.parse(raw)

    assert parsed.get("OBX-5.4") == "Base64"
    assert len(parsed.segment("OBX").repetitions(5)[0].component(5)) == 800_000
