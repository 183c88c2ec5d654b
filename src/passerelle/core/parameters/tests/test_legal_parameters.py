from datetime import UTC, date, datetime, timedelta

import pytest
import yaml
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.parameters import api
from passerelle.core.parameters.models import CLASSIFICATION, LegalParameter

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ON = date(2026, 3, 2)


def _row(**given):
    row = {
        "key": "some.threshold",
        "label": "Un seuil",
        "value": 10,
        "unit": "séjours",
        "valid_from": date(2020, 1, 1),
        "source": "un texte",
        "check_by": date(2027, 1, 1),
    }
    return {**row, **given}


def _file(folder, *rows):
    path = folder / "legal.yaml"
    path.write_text(yaml.safe_dump(list(rows), allow_unicode=True), encoding="utf-8")
    return path


def _parameter(**given):
    return LegalParameter.objects.create(**{**_row(is_house_rule=False), **given})


@pytest.mark.django_db
def test_the_minimum_cell_is_eleven_and_says_its_source():
    api.load_parameters(at=AT)

    parameter = api.legal("evidence.minimum_cell", ON)

    assert parameter.as_int == 11
    assert "CASD" in parameter.source
    assert parameter.check_by > ON


@pytest.mark.django_db
def test_each_establishment_has_one_voice_and_a_simple_majority_decides():
    api.load_parameters(at=AT)

    assert api.legal("governance.strategic_committee.seats_per_establishment", ON).as_int == 1
    assert api.legal("governance.strategic_committee.majority", ON).as_text == "simple"


@pytest.mark.django_db
def test_a_second_load_changes_nothing():
    first = api.load_parameters(at=AT)

    second = api.load_parameters(at=AT)

    assert first.created == LegalParameter.objects.count() > 10
    assert (second.created, second.updated, second.unchanged) == (0, 0, first.created)


@pytest.mark.django_db
def test_a_change_of_law_closes_the_former_period_and_opens_the_next(tmp_path):
    api.load_parameters(at=AT, path=_file(tmp_path, _row()))
    rows = _row(valid_until=date(2026, 1, 1)), _row(value=12, valid_from=date(2026, 1, 1))

    report = api.load_parameters(at=AT, path=_file(tmp_path, *rows))

    assert (report.created, report.updated) == (1, 1)
    assert api.legal("some.threshold", date(2025, 12, 31)).value == 10
    assert api.legal("some.threshold", date(2026, 1, 1)).value == 12


@pytest.mark.django_db
def test_a_row_the_file_drops_stays_and_is_named(tmp_path):
    api.load_parameters(at=AT, path=_file(tmp_path, _row(), _row(key="other")))

    report = api.load_parameters(at=AT, path=_file(tmp_path, _row()))

    assert report.absent == ["other (2020-01-01)"]
    assert api.legal("other", ON).value == 10


@pytest.mark.django_db
def test_an_unknown_key_and_a_key_out_of_force_are_told_apart():
    _parameter(valid_until=date(2025, 1, 1))

    with pytest.raises(api.UnknownParameter, match=r"other\.threshold"):
        api.legal("other.threshold", ON)
    with pytest.raises(api.NoParameterInForce, match="2026-03-02"):
        api.legal("some.threshold", ON)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "end", "is_refused"),
    [
        (date(2024, 12, 31), None, True),
        (date(2025, 1, 1), None, False),
        (date(2019, 1, 1), date(2020, 1, 1), False),
        (date(2019, 1, 1), date(2020, 1, 2), True),
        (date(2021, 1, 1), date(2022, 1, 1), True),
    ],
)
def test_one_key_never_has_two_values_on_one_day(start, end, is_refused):
    _parameter(valid_from=date(2020, 1, 1), valid_until=date(2025, 1, 1))

    try:
        with transaction.atomic():
            _parameter(valid_from=start, valid_until=end)
    except IntegrityError:
        refused = True
    else:
        refused = False

    assert refused is is_refused


@pytest.mark.django_db
def test_a_period_is_never_empty():
    with pytest.raises(IntegrityError), transaction.atomic():
        _parameter(valid_from=date(2020, 1, 1), valid_until=date(2020, 1, 1))


@pytest.mark.django_db
def test_the_list_starts_with_what_must_be_checked_first():
    _parameter(key="later", check_by=date(2028, 1, 1))
    _parameter(key="sooner", check_by=date(2026, 6, 1))
    _parameter(key="over", valid_until=date(2021, 1, 1))

    assert [parameter.key for parameter in api.parameters_in_force(ON)] == ["sooner", "later"]


def _value(value):
    return api.Parameter(
        key="k", label="", value=value, unit="", valid_from=ON, valid_until=None, source="", is_house_rule=False,
        check_by=ON,
    )  # fmt: skip


@pytest.mark.parametrize("value", [1.5, "11", True])
def test_only_an_integer_is_read_as_an_integer(value):
    with pytest.raises(api.WrongParameterKind):
        _ = _value(value).as_int


def test_only_text_is_read_as_text():
    with pytest.raises(api.WrongParameterKind):
        _ = _value(3).as_text


@given(days=st.integers(min_value=-400, max_value=400))
def test_a_parameter_is_overdue_from_its_check_day_on(days):
    assert _value(1).is_overdue(ON + timedelta(days=days)) is (days >= 0)


def test_every_field_is_classified():
    assert set(CLASSIFICATION["LegalParameter"]) == {field.name for field in LegalParameter._meta.concrete_fields}
