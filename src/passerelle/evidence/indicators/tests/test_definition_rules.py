import pytest

from passerelle.evidence.indicators import api as indicators
from passerelle.evidence.indicators.rules.definition import Definition, DefinitionError, check_family, read_definition

COLUMNS = {"class", "unit_kind", "length_days", "exit_month"}
GOOD = """\
code: example
label: Exemple
unit: jours
direction: lower
decimals: 1
minimum_cell: evidence.minimum_cell
population:
  class: [IMP]
month: exit_month
numerator: {sum: length_days}
denominator: {count: stays}
definition: Une définition.
numerator_text: Jours
denominator_text: Séjours
source: Maison
"""


def read(text: str) -> Definition:
    return read_definition(text, file="example.yaml", columns=COLUMNS)


def test_a_right_definition_is_read() -> None:
    assert (read(GOOD).summed, read(GOOD).population) == ("length_days", {"class": ("IMP",)})


@pytest.mark.parametrize(
    ("old", "new", "where", "why"),
    [
        ("direction: lower", "direction: up", "ligne 4", "direction"),
        ("decimals: 1", "decimals: 9", "ligne 5", "entier de 0 à 3"),
        ("decimals: 1", "decimals: true", "ligne 5", "entier"),
        ("  class: [IMP]", "  colour: [IMP]", "ligne 7", "colonne inconnue"),
        ("  class: [IMP]", "  class: IMP", "ligne 7", "liste"),
        ("  class: [IMP]", "  class: []", "ligne 7", "liste"),
        ("month: exit_month", "month: birth_date", "ligne 9", "month"),
        ("{sum: length_days}", "{sum: name}", "ligne 10", "numerator"),
        ("{sum: length_days}", "{average: length_days}", "ligne 10", "numerator"),
        ("{count: stays}", "{count: people}", "ligne 11", "denominator"),
        ("{count: stays}", "stays", "ligne 11", "denominator"),
        ("label: Exemple", "label: ''", "ligne 2", "label"),
        ("source: Maison", "origin: Maison", "example.yaml", "source : clé absente"),
        ("source: Maison", "source: Maison\ncolour: red", "ligne 16", "clé inconnue"),
        ("source: Maison", "source: Maison\nsource: Autre", "ligne 16", "clé répétée"),
        ("code: example", "code: [", "example.yaml", "illisible"),
    ],
)
def test_a_wrong_definition_is_refused_where_it_is_wrong(old: str, new: str, where: str, why: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        read(GOOD.replace(old, new))

    assert where in refused.value.where
    assert why in str(refused.value)


@pytest.mark.parametrize("text", ["", "- a list", "just text"])
def test_what_is_not_a_mapping_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError):
        read(text)


def variant(**changes: str) -> Definition:
    text = "".join(f"{name}: {value}\n" for name, value in changes.items() if name == "within")
    return read(GOOD.replace("code: example", f"code: {changes.get('code', 'example')}") + text)


def test_a_part_names_a_whole_that_exists() -> None:
    check_family([variant(code="whole"), variant(code="part", within="whole")])

    with pytest.raises(DefinitionError, match="absent"):
        check_family([variant(code="part", within="absent")])


def test_a_whole_has_one_published_part_at_most() -> None:
    with pytest.raises(DefinitionError, match="une seule partie"):
        check_family([variant(code="w"), variant(code="a", within="w"), variant(code="b", within="w")])


def test_two_indicators_never_share_a_code() -> None:
    with pytest.raises(DefinitionError, match="même code"):
        check_family([variant(code="a"), variant(code="a")])


def test_the_declared_indicators_are_right() -> None:
    assert [each.code for each in indicators.definitions()] == ["mean_length_of_stay", "mean_length_of_stay_surgery"]
