"""Names that a clerk could hear as one another have one key; those that differ to the ear do not."""

import pytest

from passerelle.care.matching.rules.phonetics import skeleton, sound

HEARD_ALIKE = [
    "THIBAULT THIBAUT THIBAUD THIBAU",
    "LEFEVRE LEFEBVRE LEFEUVRE",
    "MARTIN MARTEIN MARTAIN",
    "GAUTHIER GAUTIER GOTIER",
    "DUPONT DUPOND DUPON",
    "PHILIPPE FILIP PHILIPE",
    "MOHAMED MOHAMMED",
    "QUENTIN KANTIN",
    "FRANCOIS FRANSOIS",
    "RENAULT RENAUD RENO",
    "BERNARD BERNAR BERNART",
    "JOSEPH JOSEF",
    "ISABELLE IZABEL",
    "CHRISTOPHE KRISTOF",
    "HENRI HENRY ANRI",
    "NATHALIE NATALIE",
    "LAURENT LORAN LAURAN",
    "MEYER MAYER MEIER",
    "GIRAUD GIRO GIRAULT",
    "GUILLAUME GUILLOME",
    "AHMED HAMED",
    "SCHNEIDER SHNEIDER",
    "LECLERC LECLERCQ",
    "PEREZ PERES",
    "YOUSSEF YOUCEF",
    "AICHA AISHA",
    "NGUYEN NGUIEN",
    "BENALI BENNALI",
    "ROUX ROU",
]
TOLD_APART = [
    ("MARTIN", "MARTINE"),
    ("DURAND", "DUPONT"),
    ("SIMON", "SIMONE"),
    ("JEAN", "JEANNE"),
    ("PETIT", "PEREZ"),
    ("MARIE", "MARC"),
]


@pytest.mark.parametrize("names", HEARD_ALIKE)
def test_names_heard_alike_have_one_sound(names):
    assert len({sound(name) for name in names.split()}) == 1


@pytest.mark.parametrize(
    "names", [*HEARD_ALIKE, "MOHAMED MUHAMMAD MOUHAMED", "FATIMA FATMA FATIMAH", "CATHERINE KATRINE"]
)
def test_names_heard_nearly_alike_are_looked_up_together(names):
    assert len({skeleton(name) for name in names.split()}) == 1


@pytest.mark.parametrize(("one", "other"), TOLD_APART)
def test_names_told_apart_by_ear_have_different_sounds(one, other):
    assert sound(one) != sound(other)


@pytest.mark.parametrize("name", ["", "A", "XZ", "123", "HH", "E"])
def test_odd_names_have_a_key_all_the_same(name):
    assert isinstance(sound(name), str)
    assert len(skeleton(name)) <= 6
