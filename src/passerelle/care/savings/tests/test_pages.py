import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from passerelle.care.savings import api as savings
from passerelle.care.savings.models import ActCount, Timing
from passerelle.care.savings.selectors import page
from passerelle.core.access import api as access
from passerelle.core.audit.api import Actor
from passerelle.core.directory import api as directory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
CELL = Actor(account_id=None, name="Camille Royer", role="cell")
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def calls(first: date, after: date) -> list[tuple[str, int]]:
    """Twelve appointments booked at Arles each month, none elsewhere, and one that no establishment claims."""
    assert (first.day, after.day) == (1, 1)
    return [("arles", 12), ("salon", 0), ("", 5)]


@pytest.fixture
def counted() -> None:
    directory.load_directory(at=AT, demo=True)
    for month in (OCTOBER, NOVEMBER):
        savings.count_month(month, at=AT, by={"appointment-booked": calls})


@pytest.fixture
def as_persona(client: Client, settings, counted):
    settings.DEMO = True
    access.ensure_personas(at=AT)

    def enter(code: str) -> Client:
        client.post(reverse("access:persona", args=[code]))
        return client

    return enter


def test_a_month_counted_twice_is_counted_once(counted) -> None:
    savings.count_month(NOVEMBER, at=AT, by={"appointment-booked": calls})

    assert list(ActCount.objects.filter(month=NOVEMBER).values_list("establishment", "count")) == [("arles", 12)]


def test_each_act_gives_back_the_minutes_of_the_paper_it_replaces(counted) -> None:
    found = savings.minutes([OCTOBER, NOVEMBER])

    assert found.of_place("arles") == Decimal(2 * 12 * 5)
    assert found.minutes == Decimal(120)


def test_a_timing_changes_the_months_from_its_own_on_and_no_other(counted) -> None:
    savings.enter_timing(
        "appointment-booked", minutes=Decimal("7.5"), since=date(2026, 11, 17), source="40 appels", by=CELL, at=AT
    )

    found = savings.minutes([OCTOBER, NOVEMBER])

    assert found.of_month(OCTOBER) == Decimal(60)
    assert found.of_month(NOVEMBER) == Decimal(90)


def test_a_share_weighs_only_the_months_whose_hours_are_known(counted) -> None:
    savings.enter_hours("arles", hours=4, since=NOVEMBER, source="Pointage", by=CELL, at=AT)

    assert savings.minutes([OCTOBER, NOVEMBER]).shares == {"arles": Decimal("0.25")}


def test_a_month_without_any_act_weighs_its_hours_in_the_share(counted) -> None:
    august = date(2026, 8, 1)
    savings.enter_hours("arles", hours=2, since=august, source="Pointage", by=CELL, at=AT)

    assert savings.minutes(savings.months_until(NOVEMBER, 4)).shares == {"arles": Decimal("0.25")}


def test_a_value_is_not_entered_twice_from_the_same_month(counted) -> None:
    told = {"minutes": Decimal(3), "since": NOVEMBER, "source": "x", "by": CELL, "at": AT}
    savings.enter_timing("reminder-sent", **told)

    with pytest.raises(savings.AlreadyEntered):
        savings.enter_timing("reminder-sent", **told)
    with pytest.raises(savings.NoSuchAct):
        savings.enter_timing("walk-on-water", **told)


def test_the_database_refuses_a_value_that_begins_within_a_month(counted) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Timing.objects.create(
            act="reminder-sent", minutes=3, since=date(2026, 11, 2), source="x", entered_by="x", entered_at=AT
        )


def test_an_act_that_nobody_declared_cannot_be_counted() -> None:
    with pytest.raises(ImproperlyConfigured):
        savings.register_acts("walk-on-water", calls)


def test_the_page_says_it_is_an_estimate_and_shows_the_target(as_persona) -> None:
    text = as_persona("cellule").get(reverse("savings:home")).content.decode()

    assert "Une estimation" in text
    assert "25 %" in text
    assert "Prendre un rendez-vous au téléphone" in text


def test_a_place_without_an_act_says_so_instead_of_zero(as_persona) -> None:
    text = as_persona("directeur").get(reverse("savings:home"), {"place": "salon"}).content.decode()

    assert "Aucun acte compté sur cette période" in text


def test_the_cell_enters_a_timing_and_sees_where_it_comes_from(as_persona) -> None:
    cell = as_persona("cellule")
    month = timezone.localdate().replace(day=1)

    answer = cell.post(
        reverse("savings:timing", args=["reminder-sent"]),
        {"minutes": "4,5", "since": month.isoformat(), "source": "Chronométrage de 40 appels"},
        follow=True,
    )

    assert "Chronométrage de 40 appels" in answer.content.decode()
    again = cell.post(
        reverse("savings:timing", args=["reminder-sent"]),
        {"minutes": "5", "since": month.isoformat(), "source": "x"},
    )
    assert again.status_code == 422
    assert "déjà saisie" in again.content.decode()


def test_hours_are_entered_for_an_establishment(as_persona) -> None:
    answer = as_persona("cellule").post(
        reverse("savings:hours"),
        {"establishment": "arles", "hours": "900", "since": "2026-11-01", "source": "Pointage"},
        follow=True,
    )

    assert "900" in answer.content.decode()


@pytest.mark.parametrize("code", ["directeur", "pilote"])
def test_whoever_reads_does_not_enter(as_persona, code: str) -> None:
    reader = as_persona(code)

    assert reader.get(reverse("savings:values")).status_code == 200
    assert reader.get(reverse("savings:timing", args=["reminder-sent"])).status_code == 404
    assert reader.get(reverse("savings:hours")).status_code == 404


@pytest.mark.parametrize("code", ["patient", "admission"])
def test_whoever_has_no_business_here_sees_a_missing_page(as_persona, code: str) -> None:
    assert as_persona(code).get(reverse("savings:home")).status_code == 404


def test_the_spreadsheet_has_a_line_for_each_place_and_month(as_persona) -> None:
    answer = as_persona("cellule").get(reverse("savings:csv"), {"until": "2026-11"})

    lines = list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    arles = dict(page.places())["arles"]
    assert [arles, "2026-10", "1,0", "estimé"] in lines
    assert {line[3] for line in lines[1:]} == {"estimé"}
