"""What scopes allow: SMART App Launch 2.2.0, « Scopes and Launch Context »."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.protocols.smart.api import Context, Reach, grants_of, parse_scope


@pytest.mark.parametrize(
    ("text", "context", "type_", "letters"),
    [
        ("patient/Observation.rs", Context.PATIENT, "Observation", "rs"),
        ("user/*.cruds", Context.USER, "*", "cruds"),
        ("system/Patient.r", Context.SYSTEM, "Patient", "r"),
        ("patient/Observation.read", Context.PATIENT, "Observation", "rs"),
        ("patient/Observation.write", Context.PATIENT, "Observation", "cud"),
        ("user/Patient.*", Context.USER, "Patient", "cruds"),
    ],
)
def test_both_versions_are_read(text, context, type_, letters):
    scope = parse_scope(text)

    assert (scope.context, scope.type_, scope.letters) == (context, type_, letters)


@pytest.mark.parametrize(
    "text",
    [
        "openid",
        "launch/patient",
        "patient/Observation.",
        "patient/Observation.sr",  # letters have an order
        "patient/Observation.rs?category=laboratory",
        "patient/observation.rs",
        "practitioner/Observation.rs",
        "patient/Observation.rs\n",
        "patient/Observation.rx",
        "patient/../Observation.rs",
        "",
    ],
)
def test_what_is_not_a_resource_scope_allows_nothing(text):
    assert parse_scope(text) is None
    assert grants_of({text}).reach("Observation", "r") is Reach.NOTHING


def test_patient_scopes_reach_one_person_and_others_reach_all():
    grants = grants_of({"patient/Observation.rs", "user/Patient.r", "openid"})

    assert grants.reach("Observation", "r") is Reach.PERSON
    assert grants.reach("Observation", "c") is Reach.NOTHING
    assert grants.reach("Patient", "r") is Reach.ALL
    assert grants.reach("Patient", "s") is Reach.NOTHING
    assert grants.reach("Encounter", "r") is Reach.NOTHING


def test_the_widest_of_two_scopes_counts():
    grants = grants_of({"patient/*.rs", "user/Observation.r"})

    assert grants.reach("Observation", "r") is Reach.ALL
    assert grants.reach("Observation", "s") is Reach.PERSON
    assert grants.reach("Encounter", "s") is Reach.PERSON


@given(
    st.frozensets(st.sampled_from(["patient/*.rs", "user/Observation.r", "system/Patient.cruds", "openid", "launch"])),
    st.sampled_from(["Observation", "Patient", "Encounter"]),
    st.sampled_from("cruds"),
)
def test_adding_a_scope_never_takes_anything_back(scopes, type_, letter):
    for fewer in [scopes - {one} for one in scopes]:
        assert grants_of(fewer).reach(type_, letter) <= grants_of(scopes).reach(type_, letter)


@pytest.mark.parametrize(
    ("wide", "narrow", "holds"),
    [
        ("patient/*.cruds", "patient/Observation.rs", True),
        ("patient/Observation.rs", "patient/Observation.r", True),
        ("patient/Observation.r", "patient/Observation.rs", False),
        ("patient/Observation.rs", "patient/*.r", False),
        ("user/*.cruds", "patient/Observation.r", False),
    ],
)
def test_a_scope_covers_what_is_inside_it(wide, narrow, holds):
    assert parse_scope(wide).covers(parse_scope(narrow)) is holds


def test_a_scope_says_itself_in_the_form_of_version_2():
    assert str(parse_scope("patient/Observation.read")) == "patient/Observation.rs"
