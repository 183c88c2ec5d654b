from datetime import date
from pathlib import Path

import pytest

from passerelle.evidence.indicators import api as indicators
from passerelle.evidence.warehouse import api as warehouse
from passerelle.evidence.warehouse.tests.journeys import (
    AT,
    Patient,
    encounter,
    load,
    load_places,
    month_of_stays,
    patient,
    unit_of,
)

pytestmark = pytest.mark.django_db

MONTHS = [date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1), date(2025, 4, 1)]
ALL, SURGERY = "mean_length_of_stay", "mean_length_of_stay_surgery"


@pytest.fixture(autouse=True)
def var(settings, tmp_path: Path) -> None:
    settings.PASSERELLE_VAR = tmp_path
    load_places()


def stays(site: str, month: date, lengths: list[float], *, kind: str = "chirurgie", who: Patient | None = None) -> None:
    load(*month_of_stays(who or patient(site.partition("-")[0]), unit_of(site, kind), month, lengths))


def row(series: indicators.IndicatorSeries, code: str) -> indicators.SeriesRow:
    return next(row for row in series.rows if row.code == code)


def test_before_the_first_extract_there_is_nothing_to_show() -> None:
    assert indicators.series(ALL) is None
    assert indicators.before_after(ALL, sites=["aphm-nord"], started_on=date(2025, 1, 1)) is None


def test_an_unknown_indicator_is_an_error() -> None:
    with pytest.raises(indicators.UnknownIndicator):
        indicators.series("satisfaction")


def test_the_mean_of_a_month_is_the_ratio_of_the_sums() -> None:
    stays("aphm-nord", MONTHS[0], [2.0] * 10 + [13.0])
    warehouse.refresh(at=AT)

    found = indicators.series(ALL, by="site")

    cell = row(found, "aphm-nord").cells[0]
    assert (cell.value, cell.count) == (3.0, 11)
    assert found.refreshed_at == AT


def test_a_month_of_ten_stays_shows_neither_value_nor_number_but_counts_in_the_period() -> None:
    for month, count in zip(MONTHS, [20, 10, 20, 20], strict=True):
        stays("aphm-nord", month, [4.0] * count)
    warehouse.refresh(at=AT)

    found = row(indicators.series(ALL, by="site"), "aphm-nord")

    assert [cell.count for cell in found.cells] == [20, None, None, 20]
    assert [cell.value is None for cell in found.cells] == [False, True, True, False]
    assert found.period == indicators.Cell(4.0, 70)


def test_an_establishment_never_shows_what_one_of_its_sites_hides() -> None:
    stays("aphm-nord", MONTHS[0], [4.0] * 20)
    stays("aphm-timone", MONTHS[0], [9.0] * 5)
    warehouse.refresh(at=AT)

    found = indicators.series(ALL, by="establishment")

    assert row(found, "aphm").cells[0] == indicators.Cell(4.0, 20)
    assert found.everywhere.count == 20


def test_surgery_is_hidden_where_it_would_uncover_the_few_others() -> None:
    stays("aphm-nord", MONTHS[0], [4.0] * 20)
    stays("aphm-nord", MONTHS[0], [9.0] * 3, kind="medecine")
    warehouse.refresh(at=AT)

    assert row(indicators.series(ALL, by="site"), "aphm-nord").cells[0].count == 23
    assert indicators.series(SURGERY, by="site").rows == ()


def test_only_finished_inpatient_stays_count() -> None:
    who, unit = patient(), unit_of("aphm-nord")
    load(*month_of_stays(who, unit, MONTHS[0], [4.0] * 12))
    load(encounter(who, unit, AT, None), encounter(who, unit, AT.replace(year=2025, month=1), 1, class_code="AMB"))
    warehouse.refresh(at=AT)

    assert row(indicators.series(ALL, by="site"), "aphm-nord").period.count == 12


def test_the_month_of_the_extract_is_not_published_until_it_is_over() -> None:
    """Two extracts of a growing month could be subtracted down to one stay."""
    stays("aphm-nord", date(2026, 2, 1), [4.0] * 12)
    stays("aphm-nord", date(2026, 3, 1), [4.0] * 12)
    warehouse.refresh(at=AT)

    assert indicators.series(ALL).months == ("2026-02",)


def test_months_may_be_chosen() -> None:
    for month in MONTHS:
        stays("aphm-nord", month, [4.0] * 12)
    warehouse.refresh(at=AT)

    found = indicators.series(ALL, months=("2025-02", "2025-03"))

    assert found.months == ("2025-02", "2025-03")
    assert row(found, "aphm").period.count == 24


def test_before_and_after_compares_the_sites_of_a_project_with_the_others() -> None:
    for rank, month in enumerate(MONTHS):
        stays("aphm-nord", month, [6.0 if rank < 2 else 4.0] * 15)
        for site in ("arles-principal", "salon-principal", "martigues-principal"):
            stays(site, month, [5.0] * 15)
    warehouse.refresh(at=AT)

    found = indicators.before_after(SURGERY, sites=["aphm-nord"], started_on=date(2025, 3, 1))

    assert (found.comparison.project.before, found.comparison.project.after) == (6.0, 4.0)
    assert found.comparison.difference == pytest.approx(-2.0)
    assert found.comparison.project.stays_before == 30
    assert found.project_curve == (6.0, 6.0, 4.0, 4.0)
    assert found.comparison.interval.high < 0
