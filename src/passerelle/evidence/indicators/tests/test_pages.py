import csv
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from passerelle.core.access import api as access
from passerelle.evidence.warehouse import api as warehouse
from passerelle.evidence.warehouse.tests.journeys import AT, load, load_places, month_of_stays, patient, unit_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_persona(client: Client, settings, tmp_path: Path):
    settings.PASSERELLE_VAR = tmp_path
    settings.DEMO = True
    load_places()
    access.ensure_personas(at=AT)

    def enter(code: str) -> Client:
        client.post(reverse("access:persona", args=[code]))
        return client

    return enter


@pytest.fixture
def measured(as_persona) -> None:
    for site, length in (("aphm-nord", 6.0), ("arles-principal", 4.0)):
        who = patient(site.partition("-")[0])
        for month, count in ((date(2025, 1, 1), 15), (date(2025, 2, 1), 7), (date(2025, 3, 1), 19)):
            load(*month_of_stays(who, unit_of(site), month, [length] * count))
    warehouse.refresh(at=AT)


def test_the_page_is_titled_by_the_finding_and_hides_small_months(as_persona, measured) -> None:
    text = as_persona("directeur").get("/indicateurs/mean_length_of_stay/").content.decode()

    assert "4,0\u00a0jours (Arles)" in text or "De 4,0\u00a0jours" in text
    assert "mesuré" in text
    assert "Extrait du 2\u00a0mars 2026" in text


def test_the_list_gives_the_figure_of_the_whole_group(as_persona, measured) -> None:
    text = as_persona("directeur").get("/indicateurs/").content.decode()

    assert "5,0\u00a0jours" in text
    assert "Durée moyenne de séjour en chirurgie" in text


def test_the_list_of_an_empty_warehouse_says_so(as_persona) -> None:
    assert "pas encore mesuré" in as_persona("directeur").get("/indicateurs/").content.decode()


def test_places_are_compared_even_when_their_months_are_hidden(as_persona, measured) -> None:
    text = as_persona("directeur").get("/indicateurs/mean_length_of_stay/?since=2025-02&until=2025-03").content.decode()

    assert "Sur la période, lieu par lieu" in text
    assert "Aucun lieu ne montre assez de mois pour une courbe" in text


def test_filters_bring_a_place_forward(as_persona, measured) -> None:
    query = {"by": "site", "place": "aphm-nord", "since": "2025-01", "until": "2025-03"}

    text = as_persona("directeur").get("/indicateurs/mean_length_of_stay/", query).content.decode()

    assert "6,0\u00a0jours en moyenne, contre 5,0\u00a0jours dans tout le groupement" in text


def test_an_empty_warehouse_says_so(as_persona) -> None:
    assert "Rien à montrer" in as_persona("directeur").get("/indicateurs/mean_length_of_stay/").content.decode()


def test_the_spreadsheet_hides_what_the_page_hides(as_persona, measured) -> None:
    response = as_persona("directeur").get("/indicateurs/mean_length_of_stay/donnees.csv?by=site")

    lines = list(csv.DictReader(StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    north = {line["Mois"]: line for line in lines if "Nord" in line["Site"]}
    assert north["2025-01"]["Durée moyenne de séjour"] == "6,0"
    assert (north["2025-02"]["Durée moyenne de séjour"], north["2025-02"]["Séjours"]) == ("masqué", "masqué")
    assert "7" not in {line["Séjours"] for line in lines}


@pytest.mark.parametrize("code", ["patient", "admission", "integrateur"])
def test_whoever_has_no_business_here_sees_a_missing_page(as_persona, measured, code: str) -> None:
    client = as_persona(code)

    for address in ("", "mean_length_of_stay/", "mean_length_of_stay/donnees.csv"):
        assert client.get(f"/indicateurs/{address}").status_code == 404


def test_an_unknown_indicator_is_a_missing_page(as_persona) -> None:
    client = as_persona("directeur")

    for address in ("unknown/", "unknown/donnees.csv", "mean_length_of_stay/donnees.csv"):
        assert client.get(f"/indicateurs/{address}").status_code == 404


def test_the_list_names_every_indicator(as_persona) -> None:
    text = as_persona("comite-arles").get("/indicateurs/").content.decode()

    assert "Durée moyenne de séjour en chirurgie" in text


def test_the_warehouse_page_shows_the_dictionary_and_no_row(as_persona, measured) -> None:
    text = as_persona("dpo").get("/entrepot/").content.decode()

    assert "Dictionnaire des colonnes" in text
    assert "82" in text
    assert "Demander un nouvel extrait" not in text


def test_only_whoever_may_asks_for_a_new_extract(as_persona) -> None:
    client = as_persona("dpo")
    assert client.post("/entrepot/nouvel-extrait/").status_code == 404

    client = as_persona("cellule")
    response = client.post("/entrepot/nouvel-extrait/", follow=True)
    again = client.post("/entrepot/nouvel-extrait/", follow=True)

    assert "Un nouvel extrait est demandé" in response.content.decode()
    assert "déjà demandé" in again.content.decode()
    assert client.get("/entrepot/nouvel-extrait/").status_code == 405
