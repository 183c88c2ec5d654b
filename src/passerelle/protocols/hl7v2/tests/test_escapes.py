from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from passerelle.protocols import hl7v2
from passerelle.protocols.hl7v2 import Separators

delimiters = st.permutations("|^~\\&#$*+!?˜§").map(lambda chosen: Separators(*chosen[:6]))
texts = st.text(st.characters(codec="utf-8")) | st.text("|^~\\&\r\n\x0b\x1cFSTREXZHN.br0", max_size=30)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"a\F\b", "a|b"),
        (r"a\S\b", "a^b"),
        (r"a\T\b", "a&b"),
        (r"a\R\b", "a~b"),
        (r"a\E\b", "a\\b"),
        (r"a\P\b", "a#b"),
        (r"a\.br\b", "a\nb"),
        (r"a\.sp\b", "a\nb"),
        (r"a\.in+4\b", "ab"),
        (r"a\H\b\N\c", "abc"),
        (r"a\X0D\b", "a\rb"),
        (r"a\X0D0a\b", "a\r\nb"),
        (r"\XC3A9\t\XC3A9\ ", "été "),
        (r"a\Z12\b", r"a\Z12\b"),
        (r"a\Q\b", r"a\Q\b"),
        (r"a\X0\b", r"a\X0\b"),
        (r"a\XZZ\b", r"a\XZZ\b"),
        (r"C:\dir\F\b", r"C:\dir|b"),
        ("a\\", "a\\"),
        (r"\E\\F\ ", r"\| "),
        ("sans rien", "sans rien"),
    ],
)
def test_each_sequence_means_what_the_standard_says_and_the_others_stay(written, meant):
    assert hl7v2.unescape(written) == meant


def test_bytes_of_a_hexadecimal_sequence_are_in_the_charset_of_the_message():
    assert hl7v2.unescape(r"\XE9\ ", charset="iso8859-1") == "é "


def test_bytes_that_the_charset_does_not_know_are_read_as_cp1252():
    assert hl7v2.unescape(r"\XE981\ ", charset="utf-8") == "é\x81 "


@settings(max_examples=1_000)
@example("\n\x1f", Separators(escape="+"))
@example("\n4\x1f", Separators(escape="+"))
@given(texts, delimiters)
def test_what_is_escaped_means_the_same_text_again(text, separators):
    assert hl7v2.unescape(hl7v2.escape(text, separators), separators) == text


@given(texts, delimiters)
def test_what_is_escaped_holds_no_delimiter_and_no_line_end(text, separators):
    escaped = hl7v2.escape(text, separators)

    structure = {separators.field, separators.component, separators.repetition, separators.subcomponent}
    assert not set(escaped) & (structure | {"\r", "\n", "\x0b", "\x1c"})


@given(texts)
def test_plain_text_is_not_touched_by_escaping_twice_and_back_twice(text):
    assert hl7v2.unescape(hl7v2.unescape(hl7v2.escape(hl7v2.escape(text)))) == text
