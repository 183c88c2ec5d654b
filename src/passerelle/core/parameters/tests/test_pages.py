from datetime import UTC, date, datetime
from http import HTTPStatus

import pytest
from django.apps import apps
from django.test import Client

from passerelle.core.parameters import api
from passerelle.core.parameters.models import LegalParameter

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def _sign_in(client: Client, role: str) -> Client:
    account = apps.get_model("access", "Account").objects.create(
        email="alice@example.org", display_name="Alice", opened_at=AT
    )
    apps.get_model("access", "RoleAssignment").objects.create(account=account, role=role, starts_on=date(2020, 1, 1))
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["passerelle_second_factor"] = str(account.pk)
    session.save()
    return client


def test_each_rule_shows_its_value_its_source_and_the_day_to_check_it_before(client):
    api.load_parameters(at=AT)

    page = _sign_in(client, "cell").get("/parametres/", {"jour": "2026-03-02"}).content.decode()

    assert "À vérifier avant" in page
    assert "CASD" in page
    assert "100\u00a0000,00\u00a0€" in page
    assert "20\u00a0971\u00a0520 octets" in page
    assert page.count('<th scope="row">') == LegalParameter.objects.count()


def test_a_share_is_told_in_percent(client):
    api.load_parameters(at=AT)

    page = _sign_in(client, "cell").get("/parametres/", {"jour": "2026-03-02"}).content.decode()

    assert "50\u00a0% des voix" in page


def test_a_past_day_shows_the_rules_of_that_day(client):
    api.load_parameters(at=AT)

    page = _sign_in(client, "cell").get("/parametres/", {"jour": "2000-01-01"}).content.decode()

    assert "Aucune règle en vigueur ce jour-là" in page


def test_a_rule_past_its_check_day_is_said_to_be_late(client):
    api.load_parameters(at=AT)
    LegalParameter.objects.filter(key="evidence.minimum_cell").update(check_by=date(2020, 6, 1))

    page = _sign_in(client, "cell").get("/parametres/").content.decode()

    assert "à vérifier" in page.split("</h1>")[1]
    assert "status-danger" in page


def test_a_malformed_day_is_an_error_of_the_form(client):
    response = _sign_in(client, "cell").get("/parametres/", {"jour": "hier"})

    assert response.status_code == HTTPStatus.OK
    assert "aria-invalid" in response.content.decode()


def test_a_patient_finds_no_such_page(client):
    assert _sign_in(client, "patient").get("/parametres/").status_code == HTTPStatus.NOT_FOUND
