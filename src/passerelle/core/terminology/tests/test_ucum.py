"""Units of measure. https://ucum.org/ucum (UCUM 2.1)."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.terminology import api as terminology
from passerelle.core.terminology.rules.ucum import parse_unit

VALUES = st.decimals(min_value="-1e6", max_value="1e6", allow_nan=False, allow_infinity=False, places=4)
CONCENTRATIONS = st.sampled_from(["g/L", "mg/L", "mg/dL", "g/dL", "ug/mL", "ng/L", "kg/m3", "mg/mL", "pg/mL"])
SUBSTANCES = st.sampled_from(["mol/L", "mmol/L", "umol/L", "nmol/L", "pmol/L", "mmol/dL"])
ATOMS = st.sampled_from(["g", "mg", "L", "mL", "mol", "mmol", "s", "min", "m", "mm[Hg]", "[IU]", "10*9", "%", "kat"])


def convert(value, source, target, examination=""):
    return terminology.convert(Decimal(value), source, target, examination=examination)


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        ("5", "10*9/L", "10*3/uL", "5"),
        ("13.5", "g/dL", "g/L", "135"),
        ("1", "G", None, None),
        ("120", "mm[Hg]", "kPa", "15.99864"),
        ("37", "Cel", "[degF]", "98.6"),
        ("98.6", "[degF]", "Cel", "37"),
        ("0", "Cel", "K", "273.15"),
        ("60", "U/L", "ukat/L", "1"),
        ("2", "m[IU]/L", "u[IU]/mL", "2"),
        ("45", "%", "1", "0.45"),
        ("1.2", "mL/min/{1.73_m2}", "L/h", "0.072"),
        ("1", "[lb_av]", "kg", "0.45359237"),
        ("30", "mg/g", "g/kg", "30"),
        ("250", "ml", "L", "0.25"),
    ],
)
def test_a_value_is_told_in_another_unit(value, source, target, expected):
    if target is None:
        with pytest.raises(terminology.UnitError):
            convert(value, source, "1")
        return
    assert convert(value, source, target) == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "source", "target", "examination", "expected"),
    [
        ("5.5", "mmol/L", "g/L", "14749-6", "0.990858"),
        ("100", "umol/L", "mg/L", "14682-9", "11.312"),
        ("2.4", "mmol/L", "meq/L", "2000-8", "4.8"),
        ("140", "meq/L", "mmol/L", "2951-2", "140"),
        ("10", "mg/dL", "mmol/L", "calcium", "2.495134487748889665152951744"),
    ],
)
def test_a_mass_becomes_an_amount_of_substance_for_a_declared_analyte(value, source, target, examination, expected):
    assert convert(value, source, target, examination) == Decimal(expected)


@pytest.mark.parametrize(
    ("source", "target", "examination"),
    [
        ("mmol/L", "g/L", ""),  # no analyte: no molar mass
        ("mmol/L", "g/L", "718-7"),  # an examination whose analyte is not declared
        ("mmol/L", "meq/L", "14749-6"),  # glucose has no charge
        ("mol/L", "/L", ""),  # a mole is not a number here
        ("[IU]/L", "U/L", ""),  # international units are not units of enzyme
        ("[IU]", "mg", "14749-6"),
        ("g", "L", ""),
        ("Cel", "kg", ""),
        ("[pH]", "1", ""),
    ],
)
def test_what_does_not_measure_the_same_thing_is_refused(source, target, examination):
    with pytest.raises(terminology.NotConvertible):
        convert("1", source, target, examination)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(terminology.NotConvertible):
        convert(value, "g", "kg")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", 0),
        ("mmol/", 5),
        ("mg//L", 3),
        ("bananes", 0),
        ("µg/L", 0),
        ("Cel/L", 5),
        ("L/Cel", 5),
        ("Cel2", 4),
        ("10*99", 5),
        ("{annotation", 0),
        ("{é}", 0),
        ("(g", 2),
        ("g)", 1),
        ("((((((((g))))))))", 7),
        ("m[Hg", 1),
        ("g-", 2),
        ("0", 1),
        ("g L", 1),
        ("9999999999", 10),
        ("g" * 65, 64),
    ],
)
def test_what_is_no_unit_is_refused_where_it_is_wrong(text, at):
    with pytest.raises(terminology.UnitError) as refusal:
        parse_unit(text)
    assert refusal.value.at == at


def test_division_reads_from_left_to_right():
    """UCUM §7: `a/b.c` is (a/b)·c."""
    assert parse_unit("g/L.s") == parse_unit("(g/L).s")
    assert parse_unit("g/(L.s)") == parse_unit("g/L/s")


def test_the_longest_names_win_over_prefixes():
    assert parse_unit("min").dimensions == (("s", 1),)
    assert parse_unit("mo").factor > 1
    assert parse_unit("cd").dimensions == (("cd", 1),)
    assert parse_unit("Pa").factor == 1
    assert parse_unit("dar" if terminology.is_unit("dar") else "dag").factor == Fraction(1, 100)


@given(VALUES, CONCENTRATIONS, CONCENTRATIONS)
def test_a_conversion_there_and_back_is_exact(value, source, target):
    assert terminology.convert(terminology.convert(value, source, target), target, source) == value


@given(VALUES, CONCENTRATIONS, CONCENTRATIONS, CONCENTRATIONS)
def test_a_conversion_by_a_third_unit_changes_nothing(value, source, between, target):
    by_way = terminology.convert(terminology.convert(value, source, between), between, target)
    assert by_way == terminology.convert(value, source, target)


@given(VALUES, CONCENTRATIONS, SUBSTANCES, st.sampled_from(terminology.analytes()))
def test_a_mass_told_in_moles_and_back_keeps_its_figures(value, mass, substance, analyte):
    moles = terminology.convert(value, mass, substance, examination=analyte.code)
    back = terminology.convert(moles, substance, mass, examination=analyte.code)
    assert abs(back - value) <= abs(value) * Decimal("1e-24")


@given(ATOMS, ATOMS)
def test_a_product_has_the_dimensions_of_both_in_any_order(one, other):
    assert parse_unit(f"{one}.{other}") == parse_unit(f"{other}.{one}")
    assert parse_unit(f"{one}/{other}").factor == parse_unit(one).factor / parse_unit(other).factor


@given(ATOMS, st.integers(min_value=-5, max_value=5).filter(bool))
def test_a_power_is_a_repeated_product(atom, power):
    if atom[-1].isdecimal():
        return
    many = ".".join([atom] * abs(power))
    told = f"{atom}{power}"
    assert parse_unit(told) == (parse_unit(many) if power > 0 else parse_unit(f"1/({many})"))


@given(st.text(max_size=80))
def test_any_text_is_a_unit_or_is_refused(text):
    try:
        at = 0 if parse_unit(text).factor > 0 else -1
    except terminology.UnitError as refusal:
        at = refusal.at
    assert 0 <= at <= max(len(text), 64)


@pytest.mark.parametrize(
    ("unit", "shown"), [("10*9/L", "G/L"), ("umol/L", "µmol/L"), ("{score}", ""), ("ug/kg/h", "ug/kg/h")]
)
def test_a_unit_is_shown_as_people_write_it(unit, shown):
    assert terminology.unit_display(unit) == shown
