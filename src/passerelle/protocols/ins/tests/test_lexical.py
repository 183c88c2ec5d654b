from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.protocols.ins import UnwritableName, insi_form, same_name


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Étoile-Dupont", "ETOILE-DUPONT"),
        ("  de  la   Fontaine ", "DE LA FONTAINE"),
        ("L’Œuvre", "L'OEUVRE"),
        ("D'Ærø", None),
        ("N'Guyên", "N'GUYEN"),
        ("Garcia--Lopez", "GARCIA--LOPEZ"),
        ("Jean‑François", "JEAN-FRANCOIS"),
        ("'t Hooft", "'T HOOFT"),
    ],
)
def test_a_name_is_written_as_the_national_bases_hold_it(text, written):
    if written is None:
        with pytest.raises(UnwritableName):
            insi_form(text)
    else:
        assert insi_form(text) == written


@pytest.mark.parametrize(
    "text", ["", " ", "-DUPONT", "DUP0NT", "Иванов", "A---B", "O''BRIEN", "D' ALEMBERT", "A/B", "A.B"]
)
def test_what_the_bases_could_not_hold_is_refused_and_not_altered(text):
    with pytest.raises(UnwritableName):
        insi_form(text)


@given(st.text(max_size=40))
def test_a_written_name_is_its_own_form_and_holds_nothing_else(text):
    try:
        written = insi_form(text)
    except UnwritableName:
        return
    assert insi_form(written) == written
    assert re.fullmatch(r"[A-Z' \-]+", written)


def test_hyphens_apostrophes_and_accents_do_not_make_two_names():
    assert same_name("Marie-Ève", "MARIE EVE")
    assert same_name("L’Hostis", "L HOSTIS")
    assert not same_name("MARIE EVE", "MARIE")
