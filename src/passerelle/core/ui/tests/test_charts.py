import math
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.ui.api import BarChart, LineChart, Marker, Series, Sparkline
from passerelle.core.ui.charts.scale import scale_of, spread

MONTHS = ["janv.", "févr.", "mars", "avr."]
VALUES = st.lists(st.floats(min_value=-1e6, max_value=1e6), min_size=1, max_size=30)


def _line(**changed):
    given = {
        "title": "Le séjour raccourcit",
        "series": [Series("Arles", [6.0, None, 5.25, 5.0]), Series("Aubagne", [5.5, 5.5, 5.5, 5.5])],
        "x_labels": MONTHS,
        "y_unit": "jours",
        "markers": [Marker(2)],
    }
    return LineChart(**{**given, **changed})


def _tree(svg):
    return ET.fromstring(str(svg))


def _texts(tree):
    return [each.text for each in tree.iter() if each.tag.endswith("text")]


def test_a_line_chart_is_named_by_its_finding_and_told_in_words():
    tree = _tree(_line().svg())

    assert tree.attrib["role"] == "img"
    assert tree[0].text == "Le séjour raccourcit"
    assert tree[1].text == (
        "Arles\u00a0: 6,0\u00a0jours (janv.), 5,0\u00a0jours (avr.). "
        "Aubagne\u00a0: 5,5\u00a0jours (janv.), 5,5\u00a0jours (avr.)."
    )
    assert tree.attrib["aria-labelledby"].split() == [tree[0].attrib["id"], tree[1].attrib["id"]]


@pytest.mark.parametrize("chart", [_line(), BarChart(title="Durées", labels=["Arles"], values=[6.0])])
def test_each_width_draws_the_same_figures_under_its_own_name(chart):
    drawings = [_tree(chart.svg()), _tree(chart.large_svg()), _tree(chart.compact_svg())]

    assert len({tree[1].text for tree in drawings}) == 1
    assert len({tree.attrib["aria-labelledby"] for tree in drawings}) == 3
    widths = [float(tree.attrib["viewBox"].split()[2]) for tree in drawings]
    assert widths[2] < widths[0] < widths[1]


def test_short_names_leave_their_room_to_the_lines():
    def end_of_axis(name):
        chart = LineChart(title="t", series=[Series(name, [1.0, 2.0])], x_labels=["janv.", "févr."])
        return max(float(each.attrib["x2"]) for each in _tree(chart.svg()).iter() if "x2" in each.attrib)

    assert end_of_axis("Arles") > end_of_axis("Hôpitaux des Portes de Camargue")


def test_a_hidden_value_is_a_gap_in_the_line_and_a_word_in_the_table():
    chart = _line()
    lines = [each for each in _tree(chart.svg()).iter() if each.attrib.get("class") == "line"]

    assert [len(each.attrib["points"].split()) for each in lines] == [1, 2, 4]
    assert chart.has_gaps
    assert chart.table().rows[1] == ["févr.", "masqué", "5,5"]


def test_a_value_alone_between_two_gaps_is_still_drawn():
    chart = _line(series=[Series("Arles", [None, 5.0, None, 4.0])])

    dots = [each for each in _tree(chart.compact_svg()).iter() if each.attrib.get("class") == "dot"]

    assert len(dots) == 2


def test_the_table_holds_every_figure_of_the_drawing():
    table = _line().table()

    assert [column.label for column in table.columns] == ["Mois", "Arles (jours)", "Aubagne (jours)"]
    assert [row[0] for row in table.rows] == MONTHS
    assert [row[1] for row in table.rows] == ["6,0", "masqué", "5,3", "5,0"]


def test_the_start_of_a_project_is_marked_before_its_month():
    tree = _tree(_line().svg())
    marker = next(each for each in tree.iter() if each.attrib.get("class") == "marker")
    labels = {each.text: float(each.attrib["x"]) for each in tree.iter() if each.tag.endswith("text")}

    assert labels["févr."] < float(marker.attrib["x1"]) < labels["mars"]
    assert "début du projet" in labels


def test_two_series_never_share_a_dash():
    chart = _line(series=[Series(f"Site {rank}", [1, 2, 3, 4]) for rank in range(5)])

    groups = [each.attrib["class"] for each in _tree(chart.svg()).iter() if each.tag.endswith("}g") or each.tag == "g"]

    assert groups == ["s1", "s2", "s3", "s4", "s5"]


def test_a_background_series_leaves_the_palette_to_the_others():
    series = [Series("Groupe", [1, 1, 1, 1], is_quiet=True), Series("Arles", [2, 2, 2, 2])]

    groups = [each.attrib["class"] for each in _tree(_line(series=series).svg()).iter() if each.tag == "g"]

    assert groups == ["quiet", "s1"]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '" onload="x', "A & B"])
def test_a_name_is_only_text(text):
    chart = _line(title=text, series=[Series(text, [1, 2, 3, 4])])

    assert text in _texts(_tree(chart.svg())) or f"{text[:21]}…" in _texts(_tree(chart.svg()))
    assert "<script" not in chart.svg()


def test_a_chart_whose_values_are_all_hidden_is_drawn_empty():
    chart = _line(series=[Series("Arles", [None] * 4)])

    assert "valeurs masquées" in chart.description()
    assert "polyline" not in chart.svg()


def test_bars_carry_their_figures_and_hide_the_small_ones():
    chart = BarChart(title="Trop long", labels=["Arles", "Allauch"], values=[6.1, None], y_unit="jours")

    assert _texts(_tree(chart.svg())) == ["Arles", "6,1\u00a0jours", "Allauch", "masqué"]
    assert chart.table().rows == [["Arles", "6,1"], ["Allauch", "masqué"]]
    assert chart.description() == "Arles\u00a0: 6,1\u00a0jours\u202f; Allauch\u00a0: masqué"


def test_a_long_label_is_cut_in_the_drawing_and_whole_in_the_table():
    name = "Centre hospitalier du pays de Martigues"
    chart = BarChart(title="Un seul", labels=[name], values=[1], highlighted=frozenset({name}))

    assert _texts(_tree(chart.compact_svg()))[0] == "Centre hospital…"
    assert chart.table().rows[0][0] == name


def test_a_sparkline_is_named_by_its_ends():
    sparkline = Sparkline(name="Durée", values=[6.2, None, 4.8], y_unit="jours")

    assert _tree(sparkline.svg()).attrib["aria-label"] == "Durée\u00a0: de 6,2 à 4,8\u00a0jours"


@pytest.mark.parametrize("values", [[], [None], [None, None], [3.0]])
def test_a_sparkline_of_nothing_is_empty_not_wrong(values):
    assert _tree(Sparkline(name="Durée", values=values).svg()).tag == "svg"


@given(VALUES, st.booleans())
def test_every_value_falls_on_the_axis(values, zero):
    scale = scale_of(values, start=300, end=20, zero=zero)

    hair = scale.step * 1e-6
    assert scale.low <= min(values) + hair
    assert scale.high >= max(values) - hair
    assert all(20 - 0.01 <= scale.at(value) <= 300 + 0.01 for value in values)
    assert 1 <= len(scale.ticks()) <= 12


@given(st.lists(st.floats(min_value=0, max_value=300), min_size=1, max_size=14))
def test_names_never_overlap_and_stay_in_the_order_of_the_lines(wanted):
    placed = spread(wanted, gap=17, low=34, high=290)
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    inside = [placed[index] for index in order]

    assert all(math.isclose(b - a, 17) or b - a > 17 for a, b in pairwise(inside))
    assert inside[-1] <= 290
