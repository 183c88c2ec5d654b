from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.protocols import hl7v2
from passerelle.protocols.hl7v2 import Hl7Error


def message(declared, name):
    header = f"MSH|^~\\&|A|B|C|D|2024||ADT^A01|1|P|2.5||||||{declared}".encode()
    return header + b"\rPID|||1||" + name


@pytest.mark.parametrize(
    ("declared", "codec", "flagged"),
    [
        ("UNICODE UTF-8", "utf-8", False),
        ("UNICODE", "utf-8", False),
        ("unicode utf-8", "utf-8", False),
        ("8859/1", "iso8859-1", False),
        ("8859/15", "iso8859-15", False),
        ("8859/1~UNICODE UTF-8", "iso8859-1", False),
        ("WINDOWS-1252", "cp1252", False),
        ("UNICODE UTF-8", "iso8859-1", True),
        ("", "utf-8", True),
        ("ASCII", "utf-8", True),
        ("ASCII", "cp1252", True),
        ("", "cp1252", True),
        ("8859/1", "utf-8", True),
        ("8859/1", "cp1252", True),
        ("INCONNU", "utf-8", True),
        ("INCONNU", "cp1252", True),
    ],
)
def test_the_declared_charset_then_utf_8_then_cp1252(declared, codec, flagged):
    text = "RÉAULT Œuf" if codec in {"utf-8", "cp1252", "iso8859-15"} else "RÉAULT Ïle"

    parsed = hl7v2.parse(message(declared, text.encode(codec)))

    assert parsed.get("PID-5") == text
    assert parsed.charset_fallback is flagged


def test_plain_ascii_is_kept_under_any_known_name_and_flagged_under_an_unknown_one():
    flags = [hl7v2.parse(message(name, b"DUPONT")).charset_fallback for name in ("", "ASCII", "8859/1", "KLINGON")]

    assert flags == [False, False, False, True]


def test_the_charset_is_found_behind_unusual_delimiters():
    raw = b"MSH$*~!&$A$B$C$D$2024$$ADT*A01$1$P$2.5$$$$$$8859/1\rPID$$$1$$R\xc9AULT"

    assert hl7v2.parse(raw).get("PID-5") == "RÉAULT"


@given(st.binary())
def test_no_byte_is_undefined(name):
    parsed = hl7v2.parse(message("", b"x" + name.replace(b"MSH", b"")))

    assert parsed.text
    assert parsed.charset in {"ascii", "utf-8", "cp1252"}


def test_the_five_bytes_that_cp1252_leaves_undefined_are_read():
    parsed = hl7v2.parse(message("", b"\x81\x8d\x8f\x90\x9d\xe9"))

    assert parsed.get("PID-5") == "\x81\x8d\x8f\x90\x9dé"
    assert parsed.charset_fallback


@pytest.mark.parametrize("name", ["GB 18030-2000", "BIG-5", "KS X 1001"])
def test_asian_sets_of_the_table_are_known(name):
    codec = {"GB 18030-2000": "gb18030", "BIG-5": "big5", "KS X 1001": "euc_kr"}[name]

    assert hl7v2.parse(message(name, "金".encode(codec))).get("PID-5") == "金"


def test_bytes_that_an_asian_set_does_not_know_are_read_otherwise():
    parsed = hl7v2.parse(message("BIG-5", b"R\xe9"))

    assert (parsed.get("PID-5"), parsed.charset, parsed.charset_fallback) == ("Ré", "cp1252", True)


def test_a_wide_declaration_on_narrow_bytes_is_read_as_utf_8():
    assert hl7v2.parse(message("UNICODE UTF-16", "Réault".encode())).get("PID-5") == "Réault"


@pytest.mark.parametrize(("charset", "code"), [("8859/1", "102"), ("", "102"), ("KLINGON", "103")])
def test_a_text_that_a_charset_cannot_carry_is_refused_and_not_damaged(charset, code):
    with pytest.raises(Hl7Error) as refused:
        hl7v2.build([["MSH", "", "", "Œuvre"]], charset=charset)

    assert (refused.value.where, refused.value.code) == ("MSH^1^18", code)
