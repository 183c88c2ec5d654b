"""Lengths of SMS: 3GPP TS 23.038 and TS 23.040."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.notify.rules import gsm7


@pytest.mark.parametrize(
    ("text", "septets", "parts"),
    [
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€" * 80, 160, 1),
        ("", 0, 1),
    ],
)
def test_a_text_takes_parts(text, septets, parts):
    assert gsm7.length(text) == gsm7.Length(septets, parts)


def test_french_is_brought_into_the_alphabet():
    assert gsm7.fold("L’hôpital : « ça va », où est-ce ? À l’œil — 3 €…") == (
        "L'hopital : \"ca va\", où est-ce ? A l'oeil - 3 €..."
    )


def test_a_character_outside_is_told():
    with pytest.raises(ValueError, match="ê"):
        gsm7.length("fête")


@given(st.text())
def test_whatever_is_folded_is_in_the_alphabet(text):
    assert gsm7.foreign_characters(gsm7.fold(text)) == []
