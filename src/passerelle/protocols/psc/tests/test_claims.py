"""What Pro Santé Connect says of a professional, read."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.protocols.psc.api import ClaimsUnreadable, read_professional
from passerelle.protocols.psc.simulator.people import published_holders, user_information

CLAIMS = {
    "SubjectNameID": "899900000001",
    "given_name": "Colette",
    "family_name": "Mistral",
    "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1",
    "SubjectRefPro": {
        "exercices": [
            {
                "codeProfession": "10",
                "codeSavoirFaire": "SM54",
                "activities": [
                    {
                        "codeModeExercice": "S",
                        "codeSecteurDactivite": "SA01",
                        "numeroFinessSite": "990100101",
                        "numeroFinessetablissementJuridique": "",
                        "raisonSocialeSite": "Hôpital",
                    },
                    {"codeModeExercice": "L", "codeSecteurDactivite": "SA07"},
                ],
            }
        ]
    },
}


def test_a_professional_is_read_with_each_place_of_practice():
    found = read_professional(CLAIMS)

    assert (found.rpps, found.family_name, found.given_name, found.level) == (
        "99900000001",
        "Mistral",
        "Colette",
        "APPPRIP3",
    )
    assert [(one.profession_label, one.mode, one.finess_site, one.place) for one in found.practices] == [
        ("Médecin", "S", "990100101", "Hôpital"),
        ("Médecin", "L", "", ""),
    ]


@pytest.mark.parametrize("subject", ["399900000001", "0123456789", "89990000000", "8999000000012", "ANS20231122132732"])
def test_another_identifier_is_no_rpps(subject):
    assert read_professional(CLAIMS | {"SubjectNameID": subject}).rpps is None


def test_a_finess_of_another_shape_is_none():
    changed = {"SubjectRefPro": {"exercices": [{"activities": [{"numeroFinessSite": "99'; --"}]}]}}

    assert read_professional(CLAIMS | changed).practices[0].finess_site == ""


@pytest.mark.parametrize(
    "changed",
    [
        {"SubjectNameID": ""},
        {"SubjectNameID": 8},
        {"SubjectRefPro": []},
        {"SubjectRefPro": {"exercices": {}}},
        {"SubjectRefPro": {"exercices": ["10"]}},
        {"SubjectRefPro": {"exercices": [{"activities": [{"codeModeExercice": ["L"]}]}]}},
        {"family_name": {}},
    ],
)
def test_another_shape_is_refused(changed):
    with pytest.raises(ClaimsUnreadable):
        read_professional(CLAIMS | changed)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(CLAIMS)), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(list(CLAIMS)), JSON))
def test_whatever_is_said_is_read_or_refused(told):
    with suppress(ClaimsUnreadable):
        assert read_professional(told).subject_id


def test_the_simulator_speaks_as_is_read():
    for holder in published_holders():
        found = read_professional(user_information(holder, "sujet"))

        assert found.practices == holder.practices
        assert found.subject_id == holder.subject
