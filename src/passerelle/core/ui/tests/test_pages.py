"""The entry, the landing pages, the switch of appearance and the error pages. None of them asks the database."""

import gzip
import re
from http import HTTPStatus
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from passerelle.core.ui import navigation, views
from passerelle.core.ui.api import Awaiting, NavEntry, Space, register_navigation

UI = Path(__file__).parents[1]
SERVED = UI / "static" / "ui"
STRAIGHT = re.compile(r"(?<=[A-Za-zéèàê])'(?=[A-Za-zéèàê])|[a-zé»] [;!?](?:\s|<)|« | »|[a-zé»] :(?:\s|<)")


@pytest.mark.parametrize("address", ["/", "/ui/", "/accessibilite/"])
def test_a_visitor_gets_a_page_in_french(client, address):
    response = client.get(address)

    assert response.status_code == HTTPStatus.OK
    assert '<html lang="fr"' in response.content.decode()


def test_the_entry_offers_to_sign_in_once(client):
    page = client.get("/").content.decode()

    assert page.count("Se connecter") == 1
    assert page.count("<h1>") == 1


@pytest.mark.parametrize("address", ["/soins/", "/pilotage/"])
def test_a_professional_space_is_not_for_visitors(client, address):
    response = client.get(address)

    assert response.status_code == HTTPStatus.FOUND


class Alice:
    """A clinician who may do everything."""

    name = "Alice Fictive"
    roles = ("clinician",)
    account_id = None
    person_id = None

    def may(self, *_):
        return True


def _request(address="/"):
    request = RequestFactory().get(address)
    request.resolver_match = None
    request.viewer = Alice()
    return request


def test_whoever_signed_in_goes_to_their_space():
    response = views.home(_request())

    assert (response.status_code, response.url) == (HTTPStatus.FOUND, "/soins/")


@pytest.mark.parametrize(("view", "heading"), [(views.care, "Soins"), (views.steering, "Pilotage")])
def test_a_landing_page_says_where_one_is(view, heading, monkeypatch):
    monkeypatch.setattr(navigation, "_entries", {space: {} for space in Space})
    page = view(_request()).content.decode()

    assert f"<h1>{heading}</h1>" in page
    assert "Alice Fictive" in page


def test_a_landing_page_begins_with_what_awaits(monkeypatch):
    monkeypatch.setattr(navigation, "_entries", {space: {} for space in Space})
    awaiting = Awaiting(sentence="Un vote est ouvert.", url="/vote/", action="Voter")
    register_navigation("pilotage", NavEntry(label="Votes", url_name="ui:home", awaits=lambda *_: [awaiting]))

    page = views.steering(_request()).content.decode()

    assert page.index("Ce qui vous attend") < page.index("Un vote est ouvert.") < page.index('<ul class="tiles')
    assert '<a class="btn btn-primary" href="/vote/">Voter</a>' in page


def test_the_banner_of_the_demonstration_is_on_every_page(client, settings):
    settings.DEMO = True

    assert "Démonstration\u00a0: patients et journées fictifs" in client.get("/").content.decode()


def test_outside_a_demonstration_there_is_no_banner(client, settings):
    settings.DEMO = False

    assert "patients et journées fictifs" not in client.get("/").content.decode()


def test_the_chosen_appearance_comes_back_with_the_next_page(client):
    response = client.post("/apparence/", {"theme": "dark", "next": "/accessibilite/?a=b"})

    assert response.url == "/accessibilite/?a=b"
    assert response.cookies["theme"]["samesite"] == "Lax"
    assert 'data-bs-theme="dark"' in client.get("/").content.decode()


@pytest.mark.parametrize("elsewhere", ["https://exemple.invalid/", "//exemple.invalid", "javascript:alert(1)", ""])
def test_the_switch_never_leads_elsewhere(client, elsewhere):
    assert client.post("/apparence/", {"theme": "dark", "next": elsewhere}).url == "/"


def test_an_appearance_that_does_not_exist_is_refused(client):
    assert client.post("/apparence/", {"theme": "fluo"}).status_code == HTTPStatus.BAD_REQUEST


def test_the_switch_only_listens_to_forms(client):
    assert client.get("/apparence/").status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_the_switch_wants_the_token_of_its_form():
    response = Client(enforce_csrf_checks=True).post("/apparence/", {"theme": "dark"})

    assert response.status_code == HTTPStatus.FORBIDDEN
    assert "Ce formulaire a expiré" in response.content.decode()


@pytest.mark.parametrize("name", ["400.html", "403.html", "404.html", "403_csrf.html"])
def test_an_error_page_is_a_page_of_the_house_in_french(name):
    page = render_to_string(name, {}, _request())

    assert "<h1>" in page
    assert 'href="/"' in page
    assert not re.search(r"Traceback|Exception|Forbidden|Not Found", page)


def test_a_refusal_looks_like_a_missing_page():
    strip = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')

    refused, missing = (strip.sub("", render_to_string(name, {}, _request())) for name in ("403.html", "404.html"))

    assert refused == missing


def test_the_page_of_an_incident_needs_neither_request_nor_database():
    page = render_to_string("500.html")

    assert "Un incident nous empêche de répondre" in page


@pytest.mark.parametrize("address", ["/", "/ui/", "/accessibilite/"])
def test_french_typography_is_kept(client, address):
    page = re.sub(r"<(?:script|style|meta|head)[\s\S]*?(?:</head>|>)", "", client.get(address).content.decode())
    text = re.sub(r"<[^>]+>", "\n", page)

    assert STRAIGHT.findall(text) == []


@pytest.mark.parametrize("address", ["/", "/ui/"])
def test_a_page_holds_no_script_nor_style_of_its_own(client, address):
    page = client.get(address).content.decode()

    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*src=)", page)


def test_a_page_of_the_patient_space_stays_under_a_hundred_kilobytes(client):
    scripts = ["passerelle.js", "passerelle.css", "icons.svg"]
    parts = [client.get("/").content, *((SERVED / name).read_bytes() for name in scripts)]
    fonts = sum(each.stat().st_size for each in (SERVED / "fonts").glob("atkinson*"))

    assert sum(len(gzip.compress(part)) for part in parts) <= 100_000
    assert fonts <= 60_000


def test_htmx_may_neither_evaluate_nor_keep_pages(client):
    page = client.get("/").content.decode()

    assert '"allowEval":false' in page
    assert '"historyCacheSize":0' in page
    assert '"includeIndicatorStyles":false' in page


def test_the_licence_of_each_vendored_work_is_served_with_it():
    licences = (SERVED / "LICENCES.txt").read_text()

    for work in (
        "bootstrap 5",
        "bootstrap-icons 1",
        "htmx.org 2",
        "idiomorph 0",
        "atkinson-hyperlegible-next",
        "inter 5",
    ):
        assert work in licences


def test_the_stylesheet_calls_nobody():
    addresses = re.findall(r"url\(([^)]+)\)", (SERVED / "passerelle.css").read_text())

    assert all(address.strip("\"'").startswith(("fonts/", "data:")) for address in addresses)
