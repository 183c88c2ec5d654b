"""A number is the same one however people write it; a fixed line receives no SMS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.notify.rules.numbers import NotANumber, NotMobile, ending_of, mobile_number, normal_number


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("06 39 98 00 12", "+33639980012"),
        ("06.39.98.00.12", "+33639980012"),
        ("06\u00a039\u202f98-00/12", "+33639980012"),
        ("+33 6 39 98 00 12", "+33639980012"),
        ("+33 (0)6 39 98 00 12", "+33639980012"),
        ("+330639980012", "+33639980012"),
        ("0033639980012", "+33639980012"),
        ("33639980012", "+33639980012"),
        ("0491000000", "+33491000000"),
        ("0639010203", "+262639010203"),
        ("0692123456", "+262692123456"),
        ("0693123456", "+262693123456"),
        ("0690123456", "+590690123456"),
        ("+590690123456", "+590690123456"),
        ("+590 (0)690 12 34 56", "+590690123456"),
        ("+33690123456", "+590690123456"),
        ("0694123456", "+594694123456"),
        ("0696123456", "+596696123456"),
        ("0709012345", "+590709012345"),
        ("0709312345", "+262709312345"),
        ("0508551234", "+508551234"),
        ("+689 87 12 34 56", "+68987123456"),
        ("+687 75 12 34", "+687751234"),
        ("+32 470 12 34 56", "+32470123456"),
    ],
)
def test_a_number_is_made_e164(written, normal):
    assert normal_number(written) == normal


@pytest.mark.parametrize(
    "written", ["", "12", "06 39 98", "bonjour", "06 39 98 00 1x", "0039", "+0123456789", "0800000000"]
)
def test_what_is_not_a_number_is_refused(written):
    with pytest.raises(NotANumber):
        normal_number(written)


@pytest.mark.parametrize("written", ["0491000000", "0590123456", "0262123456", "+262 262 12 34 56"])
def test_a_fixed_line_is_told_apart(written):
    with pytest.raises(NotMobile):
        mobile_number(written)


def test_a_number_abroad_is_left_to_its_operator():
    assert mobile_number("+32 470 12 34 56") == "+32470123456"


@given(st.from_regex(r"0[67]\d{8}", fullmatch=True))
def test_a_normal_number_stays_what_it_is(written):
    normal = mobile_number(written)

    assert normal_number(normal) == normal
    assert normal.endswith(written[1:])


def test_a_screen_shows_the_end_only():
    assert ending_of("+33639980012") == "…12"
    assert ending_of("paul@exemple.fr") == "…@exemple.fr"
