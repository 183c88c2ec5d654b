"""Shapes of the clinicians' pages: results, lanes, forms."""

import re
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from passerelle.care.record.rules.readings import reading_of, worst_of
from passerelle.care.record.selectors.analytes import analytes_of
from passerelle.care.record.tests.rows import NOW, a_result, a_stay
from passerelle.care.record.views.forms import EmergencyForm, FindForm, TimelineFilter
from passerelle.care.record.views.lanes import Lanes
from passerelle.care.record.views.results import bounds_of, cumulative, curve_of

NAMES = {"aphm": "AP-HM", "arles": "CH d’Arles"}


@pytest.mark.parametrize(
    ("result", "word"),
    [
        (a_result(5.0), "dans les bornes"),
        (a_result(7.0), "élevé"),
        (a_result(3.0), "bas"),
        (a_result(7.0, interpretation="HH"), "très élevé"),
        (a_result(5.0, low=None, high=None), "sans borne connue"),
        (a_result(None), "sans borne connue"),
        (a_result(6.1), "dans les bornes"),
    ],
)
def test_a_value_is_read_as_its_laboratory_or_its_bounds_say(result, word):
    assert reading_of(result)[1] == word


def test_the_worst_of_a_taking_is_told_with_how_many_there_are():
    some = [a_result(9.0), a_result(9.5), a_result(5.0)]

    assert worst_of(some) == ("attention", "2 valeurs hors des bornes")
    assert worst_of([*some, a_result(9.0, interpretation="HH")]) == ("danger", "1 valeur très anormale")
    assert worst_of([a_result(5.0)]) == ("done", "dans les bornes")
    assert worst_of([]) == ("neutral", "")


def test_one_row_per_analyte_with_its_last_value():
    rows = analytes_of([a_result(5.1, days=3), a_result(5.9, days=1), a_result(5.5, days=2)])

    assert [(row.last.number, len(row.values)) for row in rows] == [(5.9, 3)]


def test_the_worrying_ones_come_first():
    rows = analytes_of(
        [a_result(5.0, label="A"), a_result(9.0, label="B"), a_result(9.0, label="C", interpretation="HH")]
    )

    assert [row.label for row in rows] == ["C", "B", "A"]


def test_two_units_that_convert_exactly_make_one_curve_in_the_newest_unit():
    (row,) = analytes_of(
        [
            a_result(132, unit="g/L", low=118, high=158, days=40, label="Hémoglobine"),
            a_result(12.9, unit="g/dL", low=12, high=16, label="Hémoglobine"),
        ]
    )

    assert (row.unit, [value.number for value in row.values]) == ("g/dL", [13.2, 12.9])
    assert (row.values[0].low, row.values[0].high, row.values[0].is_converted) == (11.8, 15.8, True)
    assert row.values[0].result.unit == "g/L"


def test_a_mass_and_an_amount_of_substance_are_never_on_one_curve():
    rows = analytes_of([a_result(5.0), a_result(0.9, unit="g/L")])

    assert [row.has_curve for row in rows] == [False, False]


def test_a_unit_that_nobody_knows_stands_apart():
    rows = analytes_of([a_result(5.0), a_result(5.2, unit="croix")])

    assert sorted(row.unit for row in rows) == ["croix", "mmol/L"]


@given(st.lists(st.tuples(st.floats(0.1, 900), st.sampled_from(["g/L", "g/dL", "mg/dL", "mmol/L"])), min_size=1))
def test_no_value_is_lost_nor_told_twice(told):
    results = [a_result(number, unit=unit, days=rank) for rank, (number, unit) in enumerate(told)]
    kept = [value.result.id for row in analytes_of(results) for value in row.values]

    assert sorted(kept) == sorted(result.id for result in results)


def test_a_curve_is_titled_by_its_finding_and_bounded():
    (row,) = analytes_of([a_result(5.0, days=40), a_result(7.5, days=1)])
    chart = curve_of(row, NAMES)

    assert chart.title == "Glucose\u00a0: 7,5\u00a0mmol/L au dernier dosage, en hausse depuis le 20\u00a0janvier 2026"
    assert [series.name for series in chart.series] == ["Glucose", "borne basse", "borne haute"]
    assert list(chart.x_labels) == ["20/01/26", "28/02/26"]


def test_a_curve_keeps_the_usual_values_of_each_laboratory():
    (row,) = analytes_of([a_result(5.0, days=40, high=6.1), a_result(7.5, days=1, high=5.8)])
    chart = curve_of(row, NAMES)

    assert chart.series[2].values == [6.1, 5.8]
    assert "Les bornes sont celles de chaque laboratoire." in chart.note


def test_bounds_are_said_in_words():
    told = [a_result(), a_result(high=None), a_result(low=None), a_result(low=None, high=None)]

    assert [bounds_of(analytes_of([one])[0].last) for one in told] == ["3,9 à 6,1", "plus de 3,9", "moins de 6,1", ""]


def test_the_cumulative_table_puts_each_value_under_its_taking_newest_first():
    rows = analytes_of([a_result(5.0, days=9), a_result(5.5, days=2), a_result(1.0, days=2, label="Sodium")])
    table = cumulative(rows, NAMES)

    assert [taking.at for taking in table.takings] == [NOW - timedelta(days=2), NOW - timedelta(days=9)]
    cells = {line.analyte.label: [cell.number if cell else None for cell in line.cells] for line in table.lines}
    assert cells == {"Glucose": [5.5, 5.0], "Sodium": [1.0, None]}


def test_older_takings_are_one_address_away():
    rows = analytes_of([a_result(5.0 + day / 10, days=day) for day in range(1, 12)])
    first = cumulative(rows, NAMES)
    second = cumulative(rows, NAMES, before=first.older)

    assert (len(first.takings), len(second.takings), second.older) == (6, 5, None)
    assert first.takings[-1].at > second.takings[0].at


def test_each_establishment_has_its_lane_and_each_stay_its_bar():
    shown = [a_stay(days=400), a_stay(days=20, establishment="arles"), a_stay(days=2, lasting=None)]
    svg = str(Lanes(shown, until=NOW, names=NAMES).svg())

    assert svg.count('class="lane"') == 2
    assert svg.count('class="bar ') == 3
    assert svg.count("bar-open") == 1
    assert "CH d’Arles" in svg


def test_a_name_cannot_break_the_drawing():
    svg = str(Lanes([a_stay()], until=NOW, names={"aphm": '"><script>'}).svg())

    assert "<script" not in svg


@given(st.lists(st.tuples(st.integers(-60, 4000), st.none() | st.integers(0, 400)), min_size=1, max_size=12))
@example([(-40, None)])  # a single stay, still to come
def test_no_bar_leaves_the_frame(spans):
    stays = [a_stay(days=days, lasting=lasting) for days, lasting in spans]
    svg = str(Lanes([*stays], until=NOW, names=NAMES).svg())

    for x, width in re.findall(r'class="bar[^"]*" x="([\d.-]+)" y="[\d.]+" width="([\d.]+)"', svg):
        assert float(x) >= 210
        assert float(x) + float(width) <= 960


@pytest.mark.parametrize("typed", ["05/08/1979", "5-8-1979", "05.08.1979", "05081979", "1979-08-05"])
def test_a_birth_date_is_typed_as_one_likes(typed):
    form = FindForm({"text": "", "birth_date": typed})

    assert form.is_valid(), form.errors
    assert form.cleaned_data["birth_date"].isoformat() == "1979-08-05"


@pytest.mark.parametrize("typed", [{"text": "", "birth_date": ""}, {"text": "a", "birth_date": "05/08/79"}])
def test_a_search_without_a_name_nor_a_full_year_is_refused(typed):
    assert not FindForm(typed).is_valid()


def test_an_emergency_needs_a_reason_and_a_commitment():
    assert not EmergencyForm({"reason": "", "confirmed": "on"}).is_valid()
    assert not EmergencyForm({"reason": "urgent", "confirmed": "on"}).is_valid()
    assert not EmergencyForm({"reason": "Patient inconscient", "confirmed": ""}).is_valid()
    assert EmergencyForm({"reason": "Patient inconscient", "confirmed": "on"}).is_valid()


def test_a_filter_offers_only_the_establishments_of_the_record():
    form = TimelineFilter({"establishment": "toulouse"}, [("aphm", "AP-HM")])

    assert not form.is_valid()
    assert TimelineFilter({"establishment": "aphm", "since": "2026-01-01"}, [("aphm", "AP-HM")]).is_valid()


def test_a_planned_stay_is_drawn_at_the_edge():
    planned = a_stay(days=-300, lasting=None, status="planned")

    assert str(Lanes([a_stay(), planned], until=NOW, names=NAMES).svg()).count('class="bar ') == 2
