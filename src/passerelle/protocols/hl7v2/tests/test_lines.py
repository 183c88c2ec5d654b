from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.protocols import hl7v2
from passerelle.protocols.hl7v2.lines import page_of, page_of_utf_8
from passerelle.protocols.hl7v2.splitting import LARGE, runs

HEADER = "MSH|^~\\&|GAM|CHU-X|DPI|CHU-X|2024||ORU^R01|1|P|2.5||||||UNICODE UTF-8"
BASE64 = "QUJD" * 5_000
OBX = f"OBX|1|ED|A^Compte rendu d’hôpital||^TEXT^XML^Base64^{BASE64}||||||F"


def message(*segments, header=HEADER, ending="\r", codec="utf-8"):
    return ending.join([header, *segments, ""]).encode(codec)


def contents(parsed):
    return [(segment.name, segment.text, segment.fields) for segment in parsed.segments]


@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n", "\r\r\n"])
def test_a_large_document_is_read_as_a_small_one_whatever_ends_the_segments(ending):
    raw = message("PID|||1||Réault", OBX, "NTE|1||fin", ending=ending)

    parsed = hl7v2.parse(raw)

    assert [segment.text for segment in parsed.segments] == [HEADER, "PID|||1||Réault", OBX, "NTE|1||fin"]
    assert parsed.segments[2].fields == OBX.split("|")
    assert parsed.get("OBX-5.5") == BASE64
    assert (parsed.charset, parsed.charset_fallback) == ("utf-8", False)
    assert (parsed.text, parsed.to_bytes()) == (raw.decode(), raw)


def test_a_line_cut_in_a_large_document_stays_in_its_field():
    cut = "\n".join([BASE64] * 3)

    parsed = hl7v2.parse(message(f"OBX|1|ED|A||^TEXT^XML^Base64^{cut}||||||F", "NTE|1"))

    assert [segment.name for segment in parsed.segments] == ["MSH", "OBX", "NTE"]
    assert parsed.get("OBX-5.5") == cut
    assert parsed.get("OBX-11") == "F"


@pytest.mark.parametrize("pause", ["\r\n", "\r\n\r\n", "\n\r\n"])
def test_empty_lines_inside_a_field_do_not_count(pause):
    assert hl7v2.parse(message(f"NTE|1||un{pause}deux")).get("NTE-3") == "un\r\ndeux"


@pytest.mark.parametrize("line", ["---|1", "   |1", "A B|1"])
@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n"])
def test_a_line_whose_name_is_not_one_continues_the_one_before_whatever_ends_the_lines(line, ending):
    parsed = hl7v2.parse(message("NTE|1||un", line, ending=ending))

    assert [segment.name for segment in parsed.segments] == ["MSH", "NTE"]
    assert parsed.segments[1].text == f"NTE|1||un{ending}{line}"


@pytest.mark.parametrize(
    ("declared", "codec", "read_as", "is_fallback"),
    [
        ("8859/1", "iso8859-1", "iso8859-1", False),
        ("WINDOWS-1252", "cp1252", "cp1252", False),
        ("UNICODE UTF-8", "cp1252", "cp1252", True),
        ("8859/1", "utf-8", "utf-8", True),
        ("BIG-5", "big5", "big5", False),
    ],
)
def test_a_large_document_does_not_hide_the_set_of_the_rest(declared, codec, read_as, is_fallback):
    name = "金" if codec == "big5" else "Réault"
    raw = message(
        OBX.replace("’", "'").replace("ô", "o"),
        f"NTE|1||{name}",
        header=HEADER.replace("UNICODE UTF-8", declared),
        codec=codec,
    )

    parsed = hl7v2.parse(raw)

    assert parsed.get("NTE-3") == name
    assert (parsed.charset, parsed.charset_fallback) == (read_as, is_fallback)
    assert parsed.get("OBX-5.5") == BASE64


def test_the_set_is_read_in_a_header_that_is_cut_in_two_lines():
    parsed = hl7v2.parse(message("PID|||1||Réault", header=HEADER.replace("|P|", "|\nP|")))

    assert (parsed.get("MSH-18"), parsed.charset, parsed.charset_fallback) == ("UNICODE UTF-8", "utf-8", False)


@pytest.mark.parametrize("mark", ["˜", "§"])
def test_delimiters_of_several_bytes_are_found_beside_a_document(mark):
    parsed = hl7v2.parse(message(f"PID|||1{mark}2", OBX, header=HEADER.replace("~", mark)))
    by_field = hl7v2.parse(message("PID|||1", OBX).replace(b"|", mark.encode()))

    assert parsed.get("PID-3[2]") == "2"
    assert parsed.get("OBX-5.5") == by_field.get("OBX-5.5") == BASE64
    assert parsed.get("OBX-11") == by_field.get("OBX-11") == "F"


@pytest.mark.parametrize(
    "segments",
    [[BASE64], ["OBX"], ["|".join(["OBX"] * LARGE)], [f"{BASE64}|1"], [OBX] * 3, ["NTE|1"] * LARGE, [f"NTE|{BASE64}"]],
    ids=["continues", "bare", "fields", "no name", "documents", "segments", "one field"],
)
def test_both_ways_of_cutting_agree(segments):
    raw = message(*segments)

    parsed = hl7v2.parse(raw)

    cut = page_of(raw.decode())
    assert [segment.name for segment in parsed.segments] == cut.names
    assert [line if isinstance(line, list) else line.split("|") for line in cut.lines] == [
        segment.fields for segment in parsed.segments
    ]


def test_a_large_header_is_read():
    parsed = hl7v2.parse(message("PID|||1", header=f"{HEADER}|{BASE64}"))

    assert (parsed.get("MSH-19"), parsed.get("PID-3")) == (BASE64, "1")


def test_a_line_that_continues_another_is_left_to_the_whole_text():
    assert page_of_utf_8(message("PID|||1", BASE64)) is None
    assert page_of_utf_8(message("PID|||1", "suite", OBX)) is None


@given(st.text("abé’|^~&\\\r\n", max_size=60), st.integers(0, 60))
def test_a_document_anywhere_in_a_message_changes_nothing_around_it(text, place):
    around = text[:place], text[place:]
    short, long = (hl7v2.parse(f"{HEADER}\rNTE|{around[0]}{middle}{around[1]}".encode()) for middle in ("Q", BASE64))

    assert [[field.replace(BASE64, "Q") for field in segment.fields] for segment in long.segments] == [
        segment.fields for segment in short.segments
    ]
    assert long.text.replace(BASE64, "Q") == short.text


@given(st.lists(st.sampled_from([b"", b"A", b"A" * (LARGE - 1), b"A" * LARGE, b"A" * (LARGE + 1)]), max_size=9))
def test_runs_hold_one_piece_or_are_not_large(pieces):
    raw = b"|".join(pieces)

    found = [raw[start:end] for start, end in runs(raw, b"|", 0, len(raw))]

    assert b"|".join(found) == raw
    assert all(len(run) <= LARGE or b"|" not in run for run in found)
